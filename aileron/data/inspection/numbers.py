"""Numbers as people write them: 1,234.50, 1.234,50, 12%, ￥30, １２３."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?)", re.ASCII)
"""What the import takes for a number."""
NOT_FINITE: Final = re.compile(r"[+-]?(inf|infinity|nan)", re.IGNORECASE)
UNITS: Final = ("%", "￥", "¥", "$", "€", "£", "元")
_GROUPED: Final = r"[+-]?\d{{1,3}}({0}\d{{3}})+({1}\d+)?"
_STYLES: Final = ((",", "."), (" ", "."), ("'", "."), (".", ","), (" ", ","))
"""(mark of thousands, decimal mark), the likelier one first."""


@dataclass(frozen=True)
class Style:
    """How the numbers of a column are written; the fields of `ColumnSpec` of that name."""

    thousands: str = ""
    decimal: str = "."
    unit: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """What differs from plain numbers."""
        plain = Style()
        values = {"thousands": self.thousands, "decimal": self.decimal, "unit": self.unit}
        return {name: value for name, value in values.items() if value != getattr(plain, name)}


def styles(values: Sequence[str]) -> Iterator[Style]:
    """The styles in which `values` may be written, the likeliest first."""
    narrow = [unicodedata.normalize("NFKC", value).strip() for value in values]
    units = [unicodedata.normalize("NFKC", unit) for unit in UNITS]
    unit = next((u for u in units if any(u in value for value in narrow)), "")
    bare = [value.removeprefix(unit).removesuffix(unit).strip() for value in narrow]
    for thousands, decimal in _STYLES:
        grouped = re.compile(_GROUPED.format(re.escape(thousands), re.escape(decimal)))
        marked = [value for value in bare if thousands in value and value[:1].isdigit()]
        if marked and all(grouped.fullmatch(value) for value in marked):
            yield Style(thousands, decimal, unit)
    if any(re.fullmatch(r"[+-]?\d+,\d+", value) for value in bare):
        yield Style("", ",", unit)
    yield Style(unit=unit)
