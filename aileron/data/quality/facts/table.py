"""The table of facts of a dataset: one row per sample, whatever the samples are.

Of a table these are its own columns; of pictures, texts and recordings they are the documented
facts. It becomes the view `facts` of a DuckDB connection: expectations, profile and proposals
are about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aileron.data.card import AnyCard, Card
from aileron.data.layout import CONTENT_DIGEST, SAMPLE_ID, SAMPLES_FILE, TABLE_FOLDER
from aileron.data.quality.connection import name_, parquet_, text_
from aileron.data.quality.facts.audio import FACTS as AUDIO_FACTS
from aileron.data.quality.facts.decoding import decoded_facts
from aileron.data.quality.facts.fact import Fact
from aileron.data.quality.facts.pictures import FACTS as PICTURE_FACTS
from aileron.data.quality.facts.series import FACTS as SERIES_FACTS
from aileron.data.quality.facts.texts import FACTS as TEXT_FACTS
from aileron.data.quality.profile import ValueType

if TYPE_CHECKING:
    import duckdb

VIEW: Final = "facts"
FACTS: Final[Mapping[str, Sequence[Fact]]] = {
    "image": PICTURE_FACTS, "text": TEXT_FACTS, "audio": AUDIO_FACTS,
    "series": SERIES_FACTS,
}  # fmt: skip
"""Modality -> its facts."""
_LATER: Final = {
    "objects": "CAST([] AS STRUCT(label VARCHAR,"
    " box STRUCT(x DOUBLE, y DOUBLE, width DOUBLE, height DOUBLE))[])",
    "annotated": "true",
    "segments": 'CAST([] AS STRUCT(label VARCHAR, "start" DOUBLE, "end" DOUBLE)[])',
}
"""Columns that datasets of old do not have, and what stands for them."""
_TYPES: Final[Mapping[str, ValueType]] = {
    "number": "number", "category": "category", "date": "date",
}  # fmt: skip


@dataclass(frozen=True)
class FactTable:
    """The view `facts`: its columns beside sample_id, and which samples were not decoded."""

    columns: Mapping[str, ValueType]
    looked_at: int | None = None
    """Media that were decoded, if not all were."""
    media: int | None = None
    decoded: Path | None = None
    """What was computed of each different medium: by content digest, with its `near_group`."""


def columns_of(card: AnyCard) -> Mapping[str, ValueType]:
    """The columns that expectations may be about."""
    if isinstance(card, Card):
        return {column.name: _TYPES.get(column.type, "text") for column in card.columns}
    return {fact.name: fact.type for fact in FACTS[card.modality]}


def open_facts(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    card: AnyCard,
    work: Path,
    wanted: Iterable[str] | None = None,
    most_media: int | None = None,
) -> FactTable:
    """Make the view `facts` of the DATASET artifact in `folder`.

    Args:
        work: where what is computed goes.
        wanted: the columns; pixels and waves are looked at only where one of these asks.
        most_media: how many different media are decoded; by default all.
    """
    if isinstance(card, Card):
        return _table(connection, folder, card, wanted)
    chosen = None if wanted is None else set(wanted)
    facts = [f for f in FACTS[card.modality] if chosen is None or f.name in chosen]
    return _samples(connection, folder, card, work, facts, most_media)


def _table(
    connection: duckdb.DuckDBPyConnection, folder: Path, card: Card, wanted: Iterable[str] | None
) -> FactTable:
    chosen = None if wanted is None else set(wanted)
    columns = [c for c in card.columns if chosen is None or c.name in chosen]
    cells = [_number(c.name) if c.type == "number" else name_(c.name) for c in columns]
    rows = parquet_(sorted((folder / TABLE_FOLDER).iterdir()))
    body = ", ".join([name_(SAMPLE_ID), *cells])
    connection.execute(f"CREATE VIEW {VIEW} AS SELECT {body} FROM {rows}")
    return FactTable({c.name: _TYPES.get(c.type, "text") for c in columns})


def _number(column: str) -> str:
    """NaN is no value, as in pandas."""
    name = name_(column)
    return f"CASE WHEN isnan({name}) THEN NULL ELSE {name} END AS {name}"


def _samples(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    card: AnyCard,
    work: Path,
    facts: Sequence[Fact],
    most_media: int | None,
) -> FactTable:
    open_samples(connection, folder / SAMPLES_FILE)
    joins = ""
    if any("repeats_" in fact.sql for fact in facts):
        joins += (
            f" JOIN (SELECT {CONTENT_DIGEST}, count(*) AS repeats_ FROM samples_"
            f" GROUP BY 1) AS r_ USING ({CONTENT_DIGEST})"
        )
    decoded = [fact.name for fact in facts if fact.decoded]
    looked_at = media = file = None
    if decoded:
        found = decoded_facts(connection, folder, card.modality, work, most_media)
        joins += f" LEFT JOIN {parquet_([found.file])} AS d_ USING ({CONTENT_DIGEST})"
        file = found.file
        if found.looked_at < found.media:
            looked_at, media = found.looked_at, found.media
    cells = [name_(f.name) if f.decoded else f"{f.sql} AS {name_(f.name)}" for f in facts]
    order = " ORDER BY samples_.file_row_number" if joins else ""
    out = work / "facts.parquet"
    connection.execute(
        f"COPY (SELECT {', '.join([SAMPLE_ID, *cells])} FROM samples_{joins}{order})"
        f" TO {text_(str(out))} (FORMAT parquet)"
    )
    connection.execute(f"CREATE VIEW {VIEW} AS SELECT * FROM {parquet_([out])}")
    return FactTable({fact.name: fact.type for fact in facts}, looked_at, media, file)


def open_samples(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """The view `samples_`: ``samples.parquet`` with the columns that came later."""
    import pyarrow.parquet as pq

    there = set(pq.read_schema(file).names)
    absent = "".join(f", {sql} AS {name}" for name, sql in _LATER.items() if name not in there)
    rows = f"read_parquet({text_(str(file))}, file_row_number=true)"
    connection.execute(f"CREATE VIEW samples_ AS SELECT *{absent} FROM {rows}")
