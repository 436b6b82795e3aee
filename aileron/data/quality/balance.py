"""How often each class appears, and in which of the given parts."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from aileron.data.card import AnyCard, Card
from aileron.data.images.card import ImageCard
from aileron.data.quality.connection import name_
from aileron.data.quality.facts import VIEW
from aileron.data.quality.profile import ClassProfile, PartProfile

if TYPE_CHECKING:
    import duckdb


def classes_of(connection: duckdb.DuckDBPyConnection, card: AnyCard) -> tuple[ClassProfile, ...]:
    """The classes in the order of the card; none where nothing is classified."""
    if isinstance(card, Card):
        counts, objects = _table_counts(connection, card), None
    else:
        counts = dict(card.class_counts)
        drawn = isinstance(card, ImageCard) and card.counts.objects
        objects = _objects(connection) if drawn else None
    rows = card.counts.rows or 1
    return tuple(
        ClassProfile(
            label=label,
            samples=counts.get(label, 0),
            share=round(counts.get(label, 0) / rows, 6),
            objects=None if objects is None else objects.get(label, 0),
        )
        for label in card.classes or ()
    )


def parts_of(connection: duckdb.DuckDBPyConnection, card: AnyCard) -> tuple[PartProfile, ...]:
    """The parts that the source gives samples to, with their classes; none if it gives none."""
    label = "label"
    if isinstance(card, Card):
        label = "NULL" if card.classes is None else name_(card.predicted)
    rows = connection.execute(
        f"SELECT s.split, {label} AS label, count(*) FROM samples_of_all AS s"
        f" JOIN {VIEW} USING (sample_id) WHERE s.split IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    samples: dict[str, int] = defaultdict(int)
    classes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for part, names, count in rows:
        samples[part] += count
        alone = isinstance(card, Card) or names in card.class_counts
        for name in [names] if alone else (names or "").split(";"):
            if name:
                classes[part][name] += count
    return tuple(
        PartProfile(part=part, samples=count, classes=dict(sorted(classes[part].items())))
        for part, count in samples.items()
    )


def _table_counts(connection: duckdb.DuckDBPyConnection, card: Card) -> dict[str, int]:
    if card.classes is None or card.target is None:
        return {}
    target = name_(card.predicted)
    rows = connection.execute(
        f"SELECT {target}, count(*) FROM {VIEW} WHERE {target} IS NOT NULL GROUP BY 1"
    ).fetchall()
    return dict(rows)


def _objects(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows = connection.execute(
        "SELECT o.label, count(*) FROM (SELECT unnest(objects) AS o FROM samples_) GROUP BY 1"
    ).fetchall()
    return dict(rows)
