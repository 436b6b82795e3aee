"""Suggestions: what a model proposed for items before anybody looked at them.

They are kept beside the items, which are read far more often and without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Float, Index, Table, Text, func, select
from sqlalchemy.dialects.postgresql import insert

from aileron.ledger.database import Json, Record, metadata, moment
from aileron.ledger.events import Repository
from aileron.ledger.labelling_records import Campaign, ItemState, Package
from aileron.ledger.labelling_tables import items

BATCH: Final = 5000
"""Rows that are read at once."""
suggestions: Final = Table(
    "label_suggestions",
    metadata,
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    Column("campaign_id", BigInteger, nullable=False),
    Column("annotation", Json, nullable=False),
    Column("score", Float),
    Column("model_version", Text, nullable=False),
    moment("at"),
    Index(None, "campaign_id"),
)


class LabelSuggestion(Record):
    """What a model proposed for an item."""

    item_id: int
    campaign_id: int
    annotation: dict[str, Any]
    score: float | None
    """How sure the model was."""
    model_version: str
    at: datetime


class LabelSuggestions(Repository):
    """Suggestions by item."""

    def keep(self, package: Package, found: Mapping[int, Mapping[str, Any]]) -> int:
        """Keep suggestions, in place of earlier ones; how many.

        Args:
            found: position -> `annotation`, `score` and `model_version`.
        """
        own = select(items.c.position, items.c.id).filter_by(package_id=package.id)
        made = insert(suggestions)
        values = {name: made.excluded[name] for name in ("annotation", "score", "model_version")}
        statement = made.on_conflict_do_update(
            index_elements=["item_id"], set_={**values, "at": func.clock_timestamp()}
        )
        with self.database.transaction() as connection:
            numbers = dict(connection.execute(own).tuples().all())
            rows = [
                {"item_id": numbers[place], "campaign_id": package.campaign_id, **said}
                for place, said in found.items()
                if place in numbers
            ]
            if rows:
                connection.execute(statement, rows)
        return len(rows)

    def of_package(self, package_id: int) -> dict[int, LabelSuggestion]:
        """Position -> what was suggested there."""
        query = select(items.c.position, suggestions).join_from(
            suggestions, items, items.c.id == suggestions.c.item_id
        )
        query = query.where(items.c.package_id == package_id).order_by(items.c.position)
        with self.database.transaction() as connection:
            rows = connection.execute(query).all()
        return {row.position: LabelSuggestion.of(row) for row in rows}

    def answered(self, campaign: Campaign) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """What was suggested, and the annotation that was approved, of each item with both.

        Read in batches, so what is approved meanwhile may be among them.
        """
        last = 0
        query = select(
            items.c.id, items.c.annotation.label("approved"),
            suggestions.c.annotation, suggestions.c.score, suggestions.c.model_version,
        ).join_from(suggestions, items, items.c.id == suggestions.c.item_id)  # fmt: skip
        query = query.where(
            suggestions.c.campaign_id == campaign.id,
            items.c.state == ItemState.APPROVED,
            items.c.annotation.is_not(None),
        )
        while True:
            batch = query.where(items.c.id > last).order_by(items.c.id).limit(BATCH)
            with self.database.transaction() as connection:
                rows = connection.execute(batch).all()
            for row in rows:
                said = {"annotation": row.annotation, "score": row.score}
                yield {**said, "model_version": row.model_version}, row.approved
            if len(rows) < BATCH:
                return
            last = rows[-1].id
