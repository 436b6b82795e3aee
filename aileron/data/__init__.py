"""Stage `data`: from a file to a validated, versioned and split table.

What other stages may use is exported here: the artifact layouts DATASET and SPLIT and how
to read them. Importing it is cheap; pandas is imported by the readers when they are called.
"""

from aileron.data.card import (
    AnyCard,
    Card,
    Column,
    ColumnRole,
    ColumnType,
    Task,
    read_card,
    read_table_card,
)
from aileron.data.layout import Part, read_split, read_table

__all__ = [
    "AnyCard",
    "Card",
    "Column",
    "ColumnRole",
    "ColumnType",
    "Part",
    "Task",
    "read_card",
    "read_split",
    "read_table",
    "read_table_card",
]
