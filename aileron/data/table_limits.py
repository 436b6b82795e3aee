"""What an import takes of a table as a whole: how many columns and rows, and what columns are
called. Cells that are too long cost their rows, and are found where columns are typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from aileron.core.errors import InvalidInput
from aileron.data.joining import Raw
from aileron.data.limits import SampleLimits, TableLimits
from aileron.data.reading.spilled import first_rows

PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*")


def check_columns(names: Sequence[str], limits: TableLimits, file: str) -> None:
    """Raise `InvalidInput` if a table may not have these columns."""
    count = len(names)
    if count < limits.min_columns:
        raise InvalidInput("data.few_columns", where=file, count=count, least=limits.min_columns)
    if limits.max_columns is not None and count > limits.max_columns:
        raise InvalidInput("data.many_columns", where=file, count=count, most=limits.max_columns)
    if limits.column_names == "plain":
        for name in names:
            if not PLAIN.fullmatch(name):
                raise InvalidInput("data.column_not_plain", where=file, column=name)


def first_of_rows(raw: Raw, limits: SampleLimits, file: Path, log: Callable[[str], None]) -> Raw:
    """`raw` with as many rows as there may be, those of a test file among them.

    Raises:
        InvalidInput: there are more, and that is refused.
    """
    most, test = limits.max_samples, 0 if raw.test is None else raw.test.table.num_rows
    rows = raw.data.table.num_rows
    if most is None or rows + test <= most:
        return raw
    if limits.on_more == "refuse" or test >= most:
        raise InvalidInput("data.too_many_samples", where=file.name, most=most)
    log(f"{file.name}: the first {most - test:,} rows are taken; those after them are ignored")
    data: Any = first_rows(raw.data.table, most - test)
    return replace(raw, data=replace(raw.data, table=data))
