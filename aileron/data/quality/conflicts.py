"""Samples that are the same and are labelled differently: one of them must be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aileron.data.card import AnyCard, Card
from aileron.data.quality.facts import VIEW

if TYPE_CHECKING:
    import duckdb


def conflicts(
    connection: duckdb.DuckDBPyConnection, card: AnyCard
) -> Iterator[tuple[str, int, str]]:
    """Finding, number of groups, a sample of the first group.

    Of tables nothing is said: two equal rows with different targets are usual.
    """
    if isinstance(card, Card) or card.task != "classification":
        return
    groups = (
        "SELECT min(sample_id) AS first FROM samples_of_all"
        f" JOIN {VIEW} USING (sample_id) WHERE annotated"
        " GROUP BY samples_of_all.content_digest HAVING count(DISTINCT label) > 1"
    )
    counted = f"SELECT count(*), min(first) FROM ({groups})"
    count, first = connection.execute(counted).fetchone() or (0, None)
    if count:
        yield "conflicting_labels", count, str(first)
