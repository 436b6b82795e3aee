"""What there is to know of each sample, as a table that expectations and profiles are about."""

from aileron.data.quality.facts.fact import Fact
from aileron.data.quality.facts.frame import fact_frame
from aileron.data.quality.facts.table import (
    FACTS,
    VIEW,
    FactTable,
    columns_of,
    open_facts,
    open_samples,
)

__all__ = [
    "FACTS",
    "VIEW",
    "Fact",
    "FactTable",
    "columns_of",
    "fact_frame",
    "open_facts",
    "open_samples",
]
