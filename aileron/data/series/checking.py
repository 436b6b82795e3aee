"""Every file that claims to be a time series is read once, before anyone learns from it.

The first column is the time, the others are channels. A series is kept in one form, whatever its
file was like: UTF-8, commas, the time in a column `time`, dates in UTC with milliseconds.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aileron.core.digest import digest_bytes
from aileron.core.phrase import Phrase, phrase
from aileron.data.formats.series.times import is_number, seconds_of
from aileron.data.limits import SeriesLimits
from aileron.data.series.card import TimeKind

if TYPE_CHECKING:
    import pyarrow as pa

TIME: Final = "time"
"""The column of the time, as series are kept."""
LEAST: Final = 2
"""Points of a series."""
_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ODD: Final = frozenset('",;\t\r\n')
_FORMAT: Final = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True)
class Checked:
    """A whole series: what its samples say of it."""

    digest: str
    points: int
    channels: tuple[str, ...]
    time: TimeKind
    first: float
    last: float
    bytes: int


class _Refused(Exception):
    def __init__(self, name: str, /, **values: object) -> None:
        super().__init__(name)
        self.reason: Phrase = phrase(f"data.series.{name}", **values)


def check(content: bytes | Phrase, limits: SeriesLimits) -> Checked | Phrase:
    """The facts of the series in `content`, or a reason; a reason given is returned."""
    if isinstance(content, Phrase):
        return content
    try:
        return _read(content, limits)[0]
    except _Refused as refused:
        return refused.reason


def kept_form(content: bytes, limits: SeriesLimits) -> bytes:
    """The bytes of a series that `check` took, as it is kept."""
    return _read(content, limits)[1]


def _read(content: bytes, limits: SeriesLimits) -> tuple[Checked, bytes]:
    if len(content) > limits.max_bytes:
        raise _Refused("too_large", size=len(content), most=limits.max_bytes)
    names, cells = _cells(_text(content))
    if len(cells) < LEAST:
        raise _Refused("too_short", found=len(cells), least=LEAST)
    if len(cells) > limits.max_points:
        raise _Refused("too_long", found=len(cells), most=limits.max_points)
    kind, times, shown = _times(cells[0])
    columns = [shown, *(_channel(name, cells[i]) for i, name in enumerate(names[1:], 1))]
    data = _written([TIME, *names[1:]], columns)
    first, last = float(times[0].as_py()), float(times[-1].as_py())
    facts = Checked(digest_bytes(data), len(cells), names[1:], kind, first, last, len(data))
    return facts, data


def _text(content: bytes) -> str:
    if not content.strip():
        raise _Refused("empty")
    if content.startswith(_WIDE):
        encodings: Sequence[str] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _Refused("no_text")


def _cells(text: str) -> tuple[tuple[str, ...], pa.Table]:
    """The names of the columns, and their cells as text."""
    import pyarrow as pa
    import pyarrow.csv as pacsv

    text = text.lstrip("\r\n")
    line = text.partition("\n")[0].rstrip("\r")
    mark = max(",;\t", key=line.count)
    names = tuple(name.strip() for name in next(csv.reader([line], delimiter=mark), []))
    _check_names(names)
    places = [str(i) for i in range(len(names))]
    reading = pacsv.ReadOptions(use_threads=False, column_names=places, skip_rows=1)
    types = pacsv.ConvertOptions(column_types=dict.fromkeys(places, pa.string()))
    parsing = pacsv.ParseOptions(delimiter=mark)
    try:
        found = pacsv.read_csv(io.BytesIO(text.encode()), reading, parsing, types)
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            raise _Refused("too_short", found=0, least=LEAST) from None
        raise _Refused("broken", problem=str(error).splitlines()[0][:200]) from None
    return names, found.combine_chunks()


def _check_names(names: Sequence[str]) -> None:
    if len(names) < LEAST:
        raise _Refused("no_channels")
    if all(map(is_number, names[1:])):
        raise _Refused("no_header")
    met = {TIME}
    for name in names[1:]:
        if not name or is_number(name) or _ODD & set(name) or name in ("true", "false"):
            raise _Refused("channel_name", name=name)
        if name.lower() in met:
            raise _Refused("channel_twice", name=name)
        met.add(name.lower())


def _times(column: pa.ChunkedArray) -> tuple[TimeKind, pa.Array, pa.Array]:
    """What the time is, its values, and their text as it is kept; refused unless it rises."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.utf8_trim_whitespace(column.combine_chunks())
    if is_number(texts[0].as_py() or ""):
        kind: TimeKind = "number"
        values, shown = _numbers(texts, TIME), texts
    else:
        kind = "date"
        dates = _dates(texts)
        values = pc.divide(pc.cast(dates.cast(pa.int64()), pa.float64()), 1000.0)
        shown = pc.binary_join_element_wise(pc.strftime(dates, _FORMAT), "+00:00", "")
    rising = pc.greater(values[1:], values[:-1])
    if not pc.all(rising).as_py():
        row = pc.index(rising, False).as_py() + 1
        raise _Refused("not_rising", line=row + 2, value=texts[row].as_py())
    return kind, values, shown


def _dates(texts: pa.Array) -> pa.Array:
    """Dates to the millisecond, in UTC; those with a zone are moved there."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for zone in (None, "UTC"):
        try:
            found = pc.cast(texts, pa.timestamp("us", tz=zone))
        except pa.ArrowInvalid:
            continue
        whole = pc.floor_temporal(found, 1, "millisecond")
        return pc.cast(pc.cast(whole, pa.timestamp("us")), pa.timestamp("ms"))
    row, text = _first_bad(texts, seconds_of)
    raise _Refused("no_date", line=row + 2, value=text)


def _channel(name: str, column: pa.ChunkedArray) -> pa.Array:
    import pyarrow.compute as pc

    texts = pc.utf8_trim_whitespace(column.combine_chunks())
    _numbers(texts, name)
    return texts


def _numbers(texts: pa.Array, name: str) -> pa.Array:
    """The numbers of a column, each there and finite."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        found = pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        row, text = _first_bad(texts, float)
        raise _Refused("no_number", line=row + 2, column=name, value=text) from None
    finite = pc.fill_null(pc.is_finite(found), False)
    if not pc.all(finite).as_py():
        row = pc.index(finite, False).as_py()
        raise _Refused("no_number", line=row + 2, column=name, value=str(texts[row].as_py() or ""))
    return found


def _first_bad(texts: pa.Array, read: Callable[[str], Any]) -> tuple[int, str]:
    """Place and text of the first cell that is none of these; the first cell if all are."""
    for place, text in enumerate(texts.to_pylist()):
        try:
            read(text or "")
        except ValueError:
            return place, str(text or "")[:60]
    return 0, str(texts[0].as_py() or "")[:60]


def _written(names: Sequence[str], columns: Sequence[pa.Array]) -> bytes:
    import pyarrow as pa
    import pyarrow.csv as pacsv

    out = io.BytesIO()
    out.write((",".join(names) + "\n").encode())
    table = pa.table(list(columns), names=[str(i) for i in range(len(columns))])
    options = pacsv.WriteOptions(include_header=False, quoting_style="none")
    pacsv.write_csv(table, out, options)
    return out.getvalue()
