"""What cells mean: text is trimmed, markers become "no value", numbers and dates get plain.

Works on text alone; columns that the file itself types are left as they are, except that
the target's values get the labels that stand for them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from aileron.data.reading.source import Source
from aileron.data.reading.spilled import mapped
from aileron.data.reading.values import text
from aileron.data.row_faults import Report, refusing
from aileron.data.specs import ColumnSpec, TableSpec

if TYPE_CHECKING:
    import pyarrow as pa


def cleaned(source: Source, spec: TableSpec, report: Report | None = None) -> Source:
    """`source` with its cells as `spec` says they are meant.

    Args:
        report: takes the rows with a cell that is no date of the formats that its column has;
            the first one is raised without it.

    Raises:
        InvalidInput: there is such a row; names the line.
    """
    import pyarrow as pa

    report = report or refusing(source.where)

    def meant(name: str, values: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
        said = spec.columns.get(name, ColumnSpec())
        labelled = name == spec.target and spec.labels
        if pa.types.is_floating(values.type) and not labelled:
            return values
        pieces = [clean_column(piece, spec.missing, said) for piece in values.chunks]
        values = pa.chunked_array(pieces, None if pieces else values.type).combine_chunks()
        if said.formats:
            values = _dates(name, values, said.formats, report)
        if labelled:
            values = _labelled(values, spec.labels)
        return values

    return Source(mapped(source.table, meant), source.where)


def clean_column(values: pa.Array, missing: Sequence[str], said: ColumnSpec) -> pa.Array:
    """`values` trimmed, without missing markers, and with plain numbers if they are numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(values.type) and not pa.types.is_large_string(values.type):
        return values
    markers = pa.array([*missing, *said.missing], pa.string())
    trimmed = pc.utf8_trim_whitespace(values.cast(pa.string()))
    present = pc.if_else(pc.is_in(trimmed, value_set=markers), None, trimmed)
    return plain_numbers(present, said) if said.type == "number" else present


def plain_numbers(values: pa.Array, said: ColumnSpec) -> pa.Array:
    """Numbers as people write them, as the digits that a program reads.

    Full-width characters become narrow, the unit and marks of thousands go, the decimal mark
    becomes a point. What is no number then stays as it is.
    """
    import pyarrow.compute as pc

    wide = pc.any(pc.match_substring_regex(values, r"[^\x00-\x7f]")).as_py()
    if wide:
        values = each_distinct(values, lambda cell: unicodedata.normalize("NFKC", cell))
    if said.unit:
        unit = unicodedata.normalize("NFKC", said.unit)
        values = each_distinct(values, lambda cell: _without_unit(cell, unit))
    if said.thousands:
        values = pc.replace_substring(values, said.thousands, "")
    if said.decimal != ".":
        values = pc.replace_substring(values, said.decimal, ".")
    return values


def each_distinct(values: pa.Array, function: Callable[[str], str | None]) -> pa.Array:
    """`function` of each value, called once per distinct value; missing stays missing."""
    import pyarrow as pa

    coded = values.dictionary_encode()
    made = pa.array([function(value) for value in coded.dictionary.to_pylist()], pa.string())
    return made.take(coded.indices)


def iso_date(cell: str, formats: Sequence[str]) -> str | None:
    """`cell` as ISO text by the first of `formats` that it fits, None if it fits none."""
    for pattern in formats:
        try:
            return text(datetime.strptime(cell, pattern))  # noqa: DTZ007 - as the file says it
        except ValueError:
            continue
    return None


def _dates(name: str, values: pa.Array, formats: Sequence[str], report: Report) -> pa.Array:
    import pyarrow.compute as pc

    dates = each_distinct(values, lambda cell: iso_date(cell, formats))
    lost = pc.and_(pc.is_valid(values), pc.is_null(dates))
    known = ", ".join(formats)
    report(
        lost,
        "data.not_a_date",
        lambda row: {"column": name, "value": values[row].as_py(), "formats": known},
    )
    return dates


def _labelled(values: pa.Array, labels: Mapping[str, str]) -> pa.Array:
    import pyarrow as pa

    if not pa.types.is_string(values.type):
        values = pa.array([text(value) for value in values.to_pylist()], pa.string())
    return each_distinct(values, lambda cell: labels.get(cell, cell))


def _without_unit(cell: str, unit: str) -> str:
    return cell.removeprefix(unit).removesuffix(unit).strip()
