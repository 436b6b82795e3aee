"""What the cells of one column are: numbers, dates, words; and which of them mean "no value".

Works on the distinct cells with their counts, so that a long column costs little more than a
short one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from aileron.data.inspection.dates import find_dates
from aileron.data.inspection.numbers import NOT_FINITE, NUMBER, Style, styles
from aileron.data.reading.cleaning import plain_numbers
from aileron.data.specs import MISSING, ColumnSpec

if TYPE_CHECKING:
    import pyarrow as pa

ALWAYS: Final = (
    *("?", "??", "#N/A", "#DIV/0!", "#VALUE!", "#REF!", "\\N", "n/a", "<NA>", "Null", "NaT"),
    *("缺失", "空值"),
)  # fmt: skip
"""Cells that mean "no value" wherever they stand, besides `MISSING`."""
MAYBE: Final = (
    *("-", "--", "—", "–", ".", "/", "*", "na", "none", "None", "NONE", "nil", "missing"),
    *("unknown", "Unknown", "无", "空", "未知", "暂无", "不详"),
)  # fmt: skip
"""Cells that mean "no value" where all others are numbers or dates; elsewhere they may be words."""
ALMOST_ALL: Final = 0.9
MOST_SLIPS: Final = 20
"""Different cells that may be slips in a column of numbers; more are no slips."""
SAMPLE: Final = 1000
SHORT_SAMPLE: Final = 10
PLAIN: Final = r"^[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
"""A number without leading zeros."""
WHOLE: Final = r"^[+-]?\d+(\.0*)?$"

Kind = Literal["number", "date", "words", "code", "boolean", "empty", "other"]


@dataclass(frozen=True)
class Cells:
    """What one column holds."""

    kind: Kind
    rows: int
    present: int
    """Cells that have a value, markers and slips not counted."""
    distinct: int
    whole: bool = False
    """Whether all numbers are whole."""
    sample: tuple[str, ...] = ()
    """Some of the different values."""
    always: tuple[str, ...] = ()
    """Markers of `ALWAYS` that occur."""
    maybe: tuple[str, ...] = ()
    """Markers of `MAYBE` that occur; missing values if the kind is number or date."""
    slips: tuple[str, ...] = ()
    """Cells that are no number in a column of numbers."""
    style: Style | None = None
    """How numbers are written, if not plainly."""
    formats: tuple[str, ...] = ()
    """Of dates that are not ISO."""
    other_format: str | None = None
    contradict: bool = False
    """Whether the dates come with day and month in both orders."""
    mixed: bool = False
    """Whether words are mixed with so many numbers that the import would take them for slips."""


@dataclass(frozen=True)
class _Values:
    """Distinct values with their counts."""

    values: pa.Array
    counts: pa.Array

    @classmethod
    def of(cls, values: pa.Array) -> _Values:
        import pyarrow.compute as pc

        counted = pc.value_counts(values)
        found = cls(counted.field("values"), counted.field("counts"))
        return found.where(found.values.is_valid())

    def where(self, mask: Any) -> _Values:
        return _Values(self.values.filter(mask), self.counts.filter(mask))

    def split(self, markers: Sequence[str]) -> tuple[tuple[str, ...], _Values]:
        """Those of `markers` that occur, and the rest."""
        import pyarrow as pa
        import pyarrow.compute as pc

        hit = pc.is_in(self.values, value_set=pa.array(markers, pa.string()))
        return tuple(self.values.filter(hit).to_pylist()), self.where(pc.invert(hit))

    @property
    def total(self) -> int:
        import pyarrow.compute as pc

        return int(pc.sum(self.counts).as_py() or 0)


def look(values: pa.Array, *, strict: bool = False, date_like: bool = False) -> Cells:
    """What `values` are.

    Args:
        strict: take no cell for a slip (the target's are never thrown away).
        date_like: whether the column's name speaks of dates, so that 20240131 may be one.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(values.type):
        return _native(values)
    trimmed = pc.utf8_trim_whitespace(values)
    plain = None if date_like else _plain(trimmed)
    if plain is not None:
        return plain
    _, found = _Values.of(trimmed).split(MISSING)
    always, found = found.split(ALWAYS)
    maybe, sure = found.split(MAYBE)
    if not len(found.values):
        return Cells("empty", len(values), 0, 0, always=always)
    facts = _Facts(len(values), always, maybe, found, sure)
    return _number(facts, strict, date_like) or _date(facts) or _words(facts)


def _plain(values: pa.Array) -> Cells | None:
    """A column of nothing but plain numbers, as most are: the short way for wide tables."""
    import pyarrow.compute as pc

    if not pc.all(pc.match_substring_regex(values, PLAIN), min_count=0).as_py():
        return None
    present = len(values) - values.null_count
    if not present:
        return None
    whole = bool(pc.all(pc.match_substring_regex(values, WHOLE)).as_py())
    distinct = pc.count_distinct(values, mode="only_valid").as_py()
    sample = tuple(values[:SHORT_SAMPLE].drop_null().to_pylist())
    return Cells("number", len(values), present, distinct, whole=whole, sample=sample)


@dataclass(frozen=True)
class _Facts:
    rows: int
    always: tuple[str, ...]
    maybe: tuple[str, ...]
    found: _Values
    """All values."""
    sure: _Values
    """Values without those that may mean that there is none."""
    sample: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.sure.values)
        places = list(range(0, count, max(1, count // SAMPLE)))[:SAMPLE]
        chosen = self.sure.values.take(places)
        object.__setattr__(self, "sample", tuple(chosen.to_pylist()))

    def cells(self, kind: Kind, values: _Values, **more: Any) -> Cells:
        return Cells(
            kind,
            self.rows,
            values.total,
            len(values.values),
            sample=self.sample,
            always=self.always,
            maybe=self.maybe,
            **more,
        )


def _number(facts: _Facts, strict: bool, date_like: bool) -> Cells | None:
    """The column as numbers, if all or nearly all of its cells are."""
    import pyarrow.compute as pc

    values = facts.sure
    mask = numeric(values.values)
    if pc.all(mask).as_py() and len(mask):
        dates = _digit_date(facts) if date_like else None
        return dates or _code(facts) or _numbers(facts, values, None, ())
    style, mask = _best_style(facts, mask)
    share = values.where(mask).total / max(values.total, 1)
    rest = values.where(pc.invert(mask)).values.to_pylist()
    slips = [cell for cell in rest if not NOT_FINITE.fullmatch(cell)]
    if share == 0 or (slips and share < ALMOST_ALL):
        return None
    if len(slips) > MOST_SLIPS or (slips and strict):
        return facts.cells("words", facts.found, mixed=True)
    return _numbers(facts, values.where(mask), style, tuple(rest))


def _numbers(facts: _Facts, values: _Values, style: Style | None, slips: tuple[str, ...]) -> Cells:
    import pyarrow.compute as pc

    whole = style is None and bool(pc.all(pc.match_substring_regex(values.values, WHOLE)).as_py())
    return facts.cells("number", values, whole=whole, style=style, slips=slips)


def _best_style(facts: _Facts, plain: Any) -> tuple[Style | None, Any]:
    """The style in which most values are numbers, and which ones are; None: written plainly."""
    import pyarrow.compute as pc

    values = facts.sure
    odd = values.values.filter(pc.invert(plain)).slice(0, SAMPLE).to_pylist()
    best: tuple[Style | None, Any] = (None, plain)
    for style in styles(odd):
        written = plain_numbers(values.values, ColumnSpec(type="number", **style.fields))
        mask = numeric(written)
        if pc.sum(mask).as_py() > (pc.sum(best[1]).as_py() or 0):
            best = (style, mask)
    return best


def _code(facts: _Facts) -> Cells | None:
    """Digits with leading zeros: a postcode, not a number."""
    import pyarrow.compute as pc

    values = facts.sure.values
    zeros = pc.any(pc.match_substring_regex(values, r"^0\d+$")).as_py()
    digits = pc.all(pc.match_substring_regex(values, r"^\d+$")).as_py()
    return facts.cells("code", facts.found) if zeros and digits else None


def _digit_date(facts: _Facts) -> Cells | None:
    """Digits such as 20240131 under a name that speaks of dates."""
    import pyarrow.compute as pc

    eight = pc.all(pc.match_substring_regex(facts.sure.values, r"^\d{8}$")).as_py()
    return _date(facts) if eight else None


def _date(facts: _Facts) -> Cells | None:
    dates = find_dates(facts.sure.values.to_pylist())
    if dates is None:
        return None
    return facts.cells(
        "date",
        facts.sure,
        formats=dates.formats,
        other_format=dates.other,
        contradict=dates.contradict,
    )


def _words(facts: _Facts) -> Cells:
    return facts.cells("words", facts.found)


def _native(values: pa.Array) -> Cells:
    """A column that the file itself types."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind, rows = values.type, len(values)
    if pa.types.is_null(kind) or values.null_count == rows:
        return Cells("empty", rows, 0, 0)
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if not is_number and not pa.types.is_boolean(kind):
        return Cells("other", rows, rows - values.null_count, 0)
    present = values.drop_null()
    if pa.types.is_boolean(kind):
        return Cells("boolean", rows, len(present), pc.count_distinct(present).as_py())
    numbers = present.cast(pa.float64(), safe=False)
    numbers = numbers.filter(pc.is_finite(numbers))
    whole = bool(pc.all(pc.equal(pc.floor(numbers), numbers)).as_py())
    distinct = pc.count_distinct(numbers).as_py()
    return Cells("number", rows, len(numbers), distinct, whole=whole)


def numeric(values: pa.Array) -> Any:
    """Whether each text is a number as the import takes it."""
    import pyarrow.compute as pc

    return pc.match_substring_regex(values, f"^(?:{NUMBER.pattern})$")
