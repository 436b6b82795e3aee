"""The samples at the ends: the darkest pictures, the longest texts, the furthest values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from aileron.data.card import AnyCard, Card
from aileron.data.layout import SAMPLE_ID
from aileron.data.quality.connection import name_
from aileron.data.quality.facts import VIEW, FactTable
from aileron.data.quality.facts.texts import BODY
from aileron.data.quality.profile import Words, Worst, WorstSample

if TYPE_CHECKING:
    import duckdb

SHOWN: Final = 8
SHOWN_CHARACTERS: Final = 160
MOST_COLUMNS: Final = 20
FAR: Final = 5.0
"""Standard deviations from the mean that make a number of a table worth a look."""
End = Literal["lowest", "highest"]

_ENDS: Final[Mapping[str, tuple[tuple[str, End, str, str, str], ...]]] = {
    "image": (
        ("brightness", "lowest", "Darkest", "最暗", "brightness < 40"),
        ("brightness", "highest", "Brightest", "最亮", "brightness > 215"),
        ("sharpness", "lowest", "Most blurred", "最模糊", "true"),
        ("contrast", "lowest", "Least contrast", "对比度最低", "true"),
        ("bytes", "highest", "Largest files", "文件最大", "true"),
        ("objects", "highest", "Most objects", "对象最多", "objects > 0"),
        ("boxes_outside", "highest", "Boxes out of the picture", "标注框超出图片",
         "boxes_outside > 0"),
        ("boxes_empty", "highest", "Boxes without an area", "标注框面积为零", "boxes_empty > 0"),
    ),
    "text": (
        ("characters", "lowest", "Shortest", "最短", "true"),
        ("characters", "highest", "Longest", "最长", "true"),
        ("odd_characters", "highest", "Most odd characters", "异常字符最多", "odd_characters > 0"),
        ("repeats", "highest", "Most repeated", "重复最多", "repeats > 0"),
    ),
    "audio": (
        ("seconds", "lowest", "Shortest", "最短", "true"),
        ("seconds", "highest", "Longest", "最长", "true"),
        ("loudness", "lowest", "Quietest", "最安静", "true"),
        ("silence_share", "highest", "Most silence", "静音最多", "silence_share > 0"),
        ("clipped_share", "highest", "Most clipped", "削波最多", "clipped_share > 0"),
        ("segments", "highest", "Most segments", "片段最多", "segments > 0"),
    ),
    "series": (
        ("points", "lowest", "Shortest", "最短", "true"),
        ("points", "highest", "Longest", "最长", "true"),
        ("segments", "highest", "Most ranges", "区间最多", "segments > 0"),
    ),
}  # fmt: skip


def worst_of(
    connection: duckdb.DuckDBPyConnection, card: AnyCard, table: FactTable
) -> Iterator[Worst]:
    """The ends of the facts of samples, or of the numbers of a table."""
    if isinstance(card, Card):
        yield from _far(connection, card)
        return
    for fact, end, en, zh, where in _ENDS[card.modality]:
        if fact in table.columns:
            order = f"{name_(fact)} {'ASC' if end == 'lowest' else 'DESC'}"
            kept = f"{where} AND {name_(fact)} IS NOT NULL"
            found = _worst(
                connection,
                fact,
                end,
                {"en": en, "zh": zh},
                kept,
                order,
                texts=card.modality == "text",
            )
            if found.samples:
                yield found


def _far(connection: duckdb.DuckDBPyConnection, card: Card) -> Iterator[Worst]:
    """Numbers that are far from the rest of their column."""
    numbers = [c.name for c in card.columns if c.type == "number" and c.role != "ignored"]
    for column in numbers[:MOST_COLUMNS]:
        name = name_(column)
        mean, std = connection.execute(
            f"SELECT avg({name}) FILTER (WHERE isfinite({name})),"
            f" stddev_samp({name}) FILTER (WHERE isfinite({name})) FROM {VIEW}"
        ).fetchone() or (None, None)
        if not std:
            continue
        title: Words = {"en": f"{column}: far from the rest", "zh": f"{column}：远离其余值"}
        where = f"abs({name} - {mean!r}) > {FAR * std!r}"
        order = f"abs({name} - {mean!r}) DESC"
        found = _worst(connection, column, "highest", title, where, order)
        if found.samples:
            yield found


def _worst(
    connection: duckdb.DuckDBPyConnection,
    fact: str,
    end: End,
    title: Words,
    where: str,
    order: str,
    *,
    texts: bool = False,
) -> Worst:
    rows = connection.execute(
        f"SELECT {SAMPLE_ID}, {name_(fact)} FROM {VIEW} WHERE {where}"
        f" ORDER BY {order}, {SAMPLE_ID} LIMIT {SHOWN}"
    ).fetchall()
    said = _texts(connection, [name for name, _ in rows]) if texts else {}
    samples = tuple(
        WorstSample(sample_id=name, value=_plain(value), text=said.get(name))
        for name, value in rows
    )
    return Worst(fact=fact, end=end, title=title, samples=samples)


def _texts(connection: duckdb.DuckDBPyConnection, ids: list[str]) -> dict[str, str]:
    """The beginning of what these samples say."""
    rows = connection.execute(
        f"SELECT {SAMPLE_ID}, left({BODY}, {SHOWN_CHARACTERS}) FROM samples_"
        f" WHERE {SAMPLE_ID} IN (SELECT unnest(?))",
        [ids],
    ).fetchall()
    return dict(rows)


def _plain(value: Any) -> float | str | None:
    if value is None or isinstance(value, str):
        return value
    number = float(value)
    return number if number == number and abs(number) != float("inf") else str(number)
