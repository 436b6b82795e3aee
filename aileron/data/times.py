"""The times of series: one row per series and time, and parts that follow one another in time.

A forecast is judged by what comes after all that it was learnt from, so parts are cut at
moments and rows are never shuffled; the same moments hold for all series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aileron.core.errors import InvalidInput
from aileron.data.card import Card
from aileron.data.layout import PARTS, Part, read_table
from aileron.data.row_faults import Report
from aileron.serve.dates import date_parts

if TYPE_CHECKING:
    from aileron.data.inference import Typed


def check_times(typed: Sequence[Typed], report: Report) -> None:
    """Report the rows at whose time their series has a row already."""
    import pyarrow as pa

    named = [item for item in typed if item.column.role in ("time", "series")]
    place = [item.column.role for item in named].index("time")
    keys = list(zip(*(item.values.to_pylist() for item in named), strict=True))
    seen: set[tuple[object, ...]] = set()
    again = []
    for key in keys:
        again.append(key in seen)
        seen.add(key)

    def said(row: int) -> dict[str, object]:
        series = [str(cell) for at, cell in enumerate(keys[row]) if at != place]
        return {"series": ", ".join(series) or "-", "time": keys[row][place]}

    report(pa.array(again, pa.bool_()), "data.duplicate_time", said)


def read_times(folder: Path, card: Card) -> dict[str, float]:
    """sample_id -> its moment as a number, of a forecasting; empty for other tasks."""
    if card.time_column is None:
        return {}
    column = read_table(folder, [card.time_column])[card.time_column]
    kind = next(one for one in card.columns if one.name == card.time_column)
    if kind.type == "number":
        return {str(sample): float(value) for sample, value in column.items()}
    moments = {text: date_parts(text) for text in column.unique()}
    return {str(sample): moments[text][0] for sample, text in column.items()}  # type: ignore[index]


def divide_by_time(
    times: Mapping[str, float], fractions: Mapping[Part, float], what: str
) -> dict[str, Part]:
    """Give each sample a part by its moment: training first, then validation, then test.

    Raises:
        InvalidInput: there are fewer moments than parts.
    """
    moments = sorted(set(times.values()))
    parts = [part for part in PARTS if part in fractions]
    if len(moments) < len(parts):
        raise InvalidInput(
            "data.too_few_to_split", stratum=what, count=len(moments), parts=len(parts)
        )
    part_of: dict[float, Part] = {}
    end = len(moments)
    for left, part in zip(range(len(parts) - 1, -1, -1), reversed(parts), strict=True):
        size = round(len(moments) * fractions[part]) if left else end
        start = min(max(left, end - max(1, size)), end - 1)
        part_of |= dict.fromkeys(moments[start:end], part)
        end = start
    return {sample: part_of[moment] for sample, moment in times.items()}
