"""What each column is for: learnt from as it is, learnt from with a word of help, or left out.

Every verdict has a reason. Verdicts of the same kind are said together, so that a table of
ten thousand columns has a handful of sentences.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aileron.data.inspection.assumption import Assumption, assume, listed
from aileron.data.inspection.cells import Cells, look
from aileron.data.specs import MISSING

if TYPE_CHECKING:
    import pyarrow as pa

ID_NAME: Final = re.compile(
    r"^id$|[ _.-]id$|[a-z]Id$|(?<![A-Z])ID$|^(uu|gu)id$|^index$"
    r"|^(row|record|sample|case)[ _]?(no|number)$|编号$|序号$|学号$|工号$|流水号$",
)
DATE_NAME: Final = re.compile(r"date|day|time|日期|时间|^dt$", re.IGNORECASE)
ALL_DIFFERENT: Final = 0.95
"""Share of different values from which words name rows instead of describing them."""
ENOUGH: Final = 20
"""Rows below which "all different" says little."""
LONG_TEXT: Final = 8
"""Characters of a script without spaces, on average, from which a cell is a text."""
LONGEST_NAME: Final = 40
CODE_CLASSES: Final = 1000
"""Different codes from which they name rows more than they group them."""


@dataclass
class Verdicts:
    """What was found out about all columns."""

    specs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Column -> fields of its `ColumnSpec`."""
    cells: dict[str, Cells] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    """Markers that hold for the whole table, besides the usual ones."""
    id_column: str | None = None
    groups: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    """Name of an assumption -> (column, detail) of each column that it is about."""

    def note(self, group: str, column: str, detail: str = "") -> None:
        self.groups[group].append((column, detail))

    def say(self, column: str, **fields: Any) -> None:
        """Add `fields` to the spec of `column`."""
        self.specs.setdefault(column, {}).update(fields)


def judge(table: pa.Table, target: str, *, keys: bool) -> Verdicts:
    """The verdict on each column of `table`, whose cells are as the file has them.

    `keys`: whether a column may become the key of the rows (not if a second file has others).
    """
    verdicts = Verdicts()
    for name in table.column_names:
        values = _flat(table, name)
        cells = look(values, strict=name == target, date_like=bool(DATE_NAME.search(name)))
        verdicts.cells[name] = cells
        _types(verdicts, name, cells, target=name == target)
        if name != target:
            _uses(verdicts, name, cells, values, keys=keys)
    _markers(verdicts)
    return verdicts


def _flat(table: pa.Table, name: str) -> pa.Array:
    import pyarrow as pa

    values = table[name].combine_chunks()
    return values.cast(pa.string()) if pa.types.is_large_string(values.type) else values


def _types(verdicts: Verdicts, name: str, cells: Cells, *, target: bool) -> None:
    """What the import must be told so that it reads the values right."""
    if cells.kind == "number" and cells.style is not None:
        verdicts.say(name, type="number", **cells.style.fields)
        verdicts.note("number_style", name, " | ".join(cells.sample[:2]))
    if cells.kind == "code":
        verdicts.say(name, type="category")
        verdicts.note("code", name, next(v for v in cells.sample if v.startswith("0")))
    if cells.kind == "date" and cells.formats and not cells.contradict:
        verdicts.say(name, type="date", formats=list(cells.formats))
        group = "date_order" if cells.other_format else "date_formats"
        verdicts.note(group, name, ", ".join(cells.formats))
    if cells.mixed and not target:
        verdicts.say(name, type="category" if cells.distinct <= 256 else "text")
        verdicts.note("mixed", name, " | ".join(cells.sample[:3]))
    if cells.slips:
        verdicts.say(name, missing=list(cells.slips))
        verdicts.note("slips", name, " | ".join(map(repr, cells.slips[:3])))


def _uses(verdicts: Verdicts, name: str, cells: Cells, values: pa.Array, *, keys: bool) -> None:
    """Whether the column says anything about other rows."""
    reason = _useless(name, cells, values)
    if reason is None:
        return
    whole = cells.present == cells.rows and cells.distinct == cells.rows
    if reason == "identifier" and keys and whole and verdicts.id_column is None:
        verdicts.id_column = name
        verdicts.specs.pop(name, None)
        verdicts.note("key", name)
        return
    if reason not in ("empty", "other"):  # the import leaves those out by itself
        verdicts.say(name, role="ignored")
    verdicts.note(reason, name, ", ".join(cells.sample[:1]))


def _useless(name: str, cells: Cells, values: pa.Array) -> str | None:
    """Why nothing can be learnt from the column, None if something may be."""
    if cells.kind in ("empty", "other"):
        return cells.kind
    if cells.contradict:
        return "contradicting_dates"
    if cells.distinct == 1 and cells.present == cells.rows:
        return "constant"
    many = cells.present >= ENOUGH
    different = cells.distinct >= ALL_DIFFERENT * cells.present
    if cells.kind == "number" and many and cells.whole and cells.distinct == cells.present:
        if ID_NAME.search(name):
            return "identifier"
        if _counts_up(values, cells):
            return "row_counter"
    if cells.kind == "code" and (cells.distinct > CODE_CLASSES or (many and different)):
        return "identifier"
    if cells.kind == "words" and many and different and not _is_text(cells):
        return "identifier"
    return None


def _is_text(cells: Cells) -> bool:
    """Whether the cells are sentences or names of several words, in which words come again."""
    sample = cells.sample[:200]
    words = sum(len(value.split()) for value in sample) / len(sample)
    unspaced = sum(len(re.findall(r"[\u3040-\u9fff\uac00-\ud7a3]", v)) for v in sample)
    length = sum(map(len, sample)) / len(sample)
    return words >= 2 or unspaced / len(sample) >= LONG_TEXT or length > LONGEST_NAME


def _counts_up(values: pa.Array, cells: Cells) -> bool:
    """Whether the numbers are 0, 1, 2, ... or 1, 2, 3, ... from row to row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if cells.present != cells.rows:
        return False
    text = pa.types.is_string(values.type)
    numbers = (pc.utf8_trim_whitespace(values) if text else values).cast(pa.float64(), safe=False)
    begin = numbers[0].as_py()
    if begin not in (0, 1):
        return False
    counter = range(int(begin), int(begin) + len(numbers))
    return bool(numbers.equals(pa.array(counter, pa.float64())))


def _markers(verdicts: Verdicts) -> None:
    """Markers of missing values: of the whole table where they mean nothing else in it."""
    always: dict[str, None] = {}
    numbers: dict[str, list[str]] = defaultdict(list)
    words: set[str] = set()
    for name, cells in verdicts.cells.items():
        always |= dict.fromkeys(cells.always)
        if cells.kind in ("number", "date"):
            for marker in cells.maybe:
                numbers[marker].append(name)
        else:
            words |= set(cells.maybe)
    shared = [marker for marker in numbers if marker not in words]
    verdicts.missing = (*always, *shared)
    for marker in set(numbers) & words:
        for name in numbers[marker]:
            known = verdicts.specs.get(name, {}).get("missing", [])
            verdicts.say(name, missing=[*known, marker])
            verdicts.note("marker", name, marker)


def all_missing(verdicts: Verdicts) -> list[str]:
    """`missing` of the dataset definition."""
    return [*MISSING, *verdicts.missing]


def assumptions(verdicts: Verdicts) -> Iterator[Assumption]:
    """The verdicts in words, one sentence per kind."""
    if verdicts.missing:
        yield assume("missing", markers=listed([repr(m) for m in verdicts.missing]))
    for group, columns in verdicts.groups.items():
        yield _grouped(group, columns)


def _grouped(group: str, columns: list[tuple[str, str]]) -> Assumption:
    details = dict.fromkeys(detail for _, detail in columns if detail)
    values: Mapping[str, Any] = {
        "columns": listed([name for name, _ in columns]),
        "count": len(columns),
        "detail": listed(list(details)),
    }
    return assume(group, **values)
