"""Making the profile of a DATASET artifact: one shape for tables, pictures, texts, recordings."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aileron.data.card import AnyCard, Card, read_card
from aileron.data.layout import CONTENT_DIGEST, SAMPLE_ID, SAMPLES_FILE, SPLIT_COLUMN
from aileron.data.quality.balance import classes_of, parts_of
from aileron.data.quality.connection import connect, name_, text_
from aileron.data.quality.facts import FACTS, VIEW, FactTable, open_facts
from aileron.data.quality.findings import findings_of
from aileron.data.quality.profile import ColumnProfile, Profile, Sampling
from aileron.data.quality.repeated_rows import NUMBER, REPEATED, find_repeats
from aileron.data.quality.repeats import exact_repeats, near_repeats
from aileron.data.quality.statistics import Statistics
from aileron.data.quality.worst import worst_of

if TYPE_CHECKING:
    import duckdb

MOST_MEDIA: Final = 20_000
"""Different media that are decoded; of more, a sample."""
_ROWS: Final = "samples_of_all"


def profile(folder: Path, work: Path | None = None, most_media: int = MOST_MEDIA) -> Profile:
    """The profile of the DATASET artifact in `folder`.

    Args:
        work: where intermediate files go; by default a folder that is removed.
        most_media: how many pictures or recordings are decoded; above that a sample, chosen by
            content digest, so the same each time.

    Raises:
        InvalidInput: it is no dataset.
    """
    card = read_card(folder)
    if work is not None:
        return _profile(folder, card, work, most_media)
    with tempfile.TemporaryDirectory(prefix="aileron-profile-") as temporary:
        return _profile(folder, card, Path(temporary), most_media)


def _profile(folder: Path, card: AnyCard, work: Path, most_media: int) -> Profile:
    with connect(work) as connection:
        table = open_facts(connection, folder, card, work, most_media=most_media)
        _open_samples(connection, folder, card)
        found = Profile(
            dataset=card.name,
            display_name=card.display_name,
            modality=card.modality,
            task=card.task,
            digest=card.digest,
            rows=card.counts.rows,
            sampling=_sampling(table),
            columns=tuple(_columns(connection, card, table)),
            classes=classes_of(connection, card),
            parts=parts_of(connection, card),
            repeats=exact_repeats(connection, _ROWS),
            near_repeats=near_repeats(connection, _ROWS, table.decoded),
            worst=tuple(worst_of(connection, card, table)),
        )
        return found.model_copy(update={"findings": tuple(findings_of(found, card, connection))})


def _open_samples(connection: duckdb.DuckDBPyConnection, folder: Path, card: AnyCard) -> None:
    """The view of id, content and part of each sample; of a table, of rows that repeat.

    The content is a digest, or the number of the first of equal rows.
    """
    import pyarrow.parquet as pq

    file = folder / SAMPLES_FILE
    parted = SPLIT_COLUMN in pq.read_schema(file).names
    part = SPLIT_COLUMN if parted else f"CAST(NULL AS VARCHAR) AS {SPLIT_COLUMN}"
    samples, content = f"read_parquet({text_(str(file))}, file_row_number=true)", CONTENT_DIGEST
    if isinstance(card, Card):
        find_repeats(connection, [folder], [column.name for column in card.columns])
        samples += f" JOIN {REPEATED} ON {NUMBER} = file_row_number"
        content = f"first AS {CONTENT_DIGEST}"
    select = f"SELECT {SAMPLE_ID}, {content}, {part} FROM {samples}"
    connection.execute(f"CREATE VIEW {_ROWS} AS {select}")


def _sampling(table: FactTable) -> Sampling | None:
    if table.looked_at is None or table.media is None:
        return None
    return Sampling(looked_at=table.looked_at, of=table.media)


def _columns(
    connection: duckdb.DuckDBPyConnection, card: AnyCard, table: FactTable
) -> Iterator[ColumnProfile]:
    statistics = Statistics(connection, VIEW, card.counts.rows)
    if isinstance(card, Card):
        roles = {column.name: column.role for column in card.columns}
        for name, kind in table.columns.items():
            yield statistics.profile(name, kind, role=roles[name])
        return
    titles = {fact.name: fact.title for fact in FACTS[card.modality]}
    for name, kind in table.columns.items():
        if name != CONTENT_DIGEST:
            column = statistics.profile(name, kind, title=titles[name])
            if _says_something(column):
                yield column
    if card.modality == "image" and card.counts.objects:
        yield from _objects(connection, card.counts.objects)


def _says_something(column: ColumnProfile) -> bool:
    """Not a fact that this dataset does not have: without values, or 0 for all."""
    return column.count > 0 and (column.type != "number" or column.min != 0 or column.max != 0)


_OBJECT_FACTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "box_width": ("o.box.width", "pixels", "宽（像素）"),
    "box_height": ("o.box.height", "pixels", "高（像素）"),
    "box_share": (
        "round(o.box.width * o.box.height / (width * height), 6)",
        "share of the picture that the box covers",
        "标注框占图片面积的比例",
    ),
    "box_aspect": (
        "round(o.box.width / nullif(o.box.height, 0), 6)",
        "width divided by height",
        "宽高比",
    ),
}


def _objects(connection: duckdb.DuckDBPyConnection, count: int) -> Iterator[ColumnProfile]:
    """What is drawn on pictures: one value per object."""
    cells = ", ".join(f"{sql} AS {name_(name)}" for name, (sql, _, _) in _OBJECT_FACTS.items())
    connection.execute(
        f"CREATE VIEW objects_ AS SELECT {cells} FROM"
        " (SELECT unnest(objects) AS o, width, height FROM samples_)"
    )
    statistics = Statistics(connection, "objects_", count)
    for name, (_, en, zh) in _OBJECT_FACTS.items():
        yield statistics.profile(name, "number", "object", title={"en": en, "zh": zh})
