"""What campaigns have put into dataset versions, so that they put it there once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from aileron.ledger.events import Repository
from aileron.ledger.labelling_records import Campaign
from aileron.ledger.labelling_tables import published
from aileron.ledger.nodes import NodeState, nodes
from aileron.ledger.runs import RunState, runs

LABELLED: Final = "labelled"
"""Node of a lifecycle that makes the version with what people said."""
BATCH: Final = 5000
"""Rows that are written at once."""


class LabellingPublished(Repository):
    """Samples that campaigns have published, each with the digest of its annotation."""

    def keep_published(self, campaign: Campaign, run_id: str, digests: Mapping[str, str]) -> None:
        """Note what the run of that id is to write; it counts once that is in a version.

        Args:
            digests: sample -> SHA-256 of its annotation. Noting it again changes nothing.
        """
        key = {"campaign_id": campaign.id, "run_id": run_id}
        rows = [{**key, "sample_id": name, "digest": one} for name, one in digests.items()]
        with self.database.transaction() as connection:
            for begin in range(0, len(rows), BATCH):
                statement = insert(published).on_conflict_do_nothing()
                connection.execute(statement, rows[begin : begin + BATCH])

    def published(self, campaign: Campaign) -> dict[str, str]:
        """Sample -> digest of the annotation that the campaign published last."""
        query = (
            _successful(campaign, published.c.sample_id, published.c.digest)
            .distinct(published.c.sample_id)
            .order_by(published.c.sample_id, published.c.at.desc())
        )
        with self.database.transaction() as connection:
            return dict(connection.execute(query).tuples().all())

    def count_published(self, campaign: Campaign) -> int:
        """How many samples `published` has."""
        query = _successful(campaign, func.count(published.c.sample_id.distinct()))
        with self.database.transaction() as connection:
            return int(connection.execute(query).scalar_one())


def _successful(campaign: Campaign, *columns: Any) -> Select[Any]:
    """Of what runs have written that succeeded, or that made the version and failed later."""
    made = exists().where(
        nodes.c.run_id == published.c.run_id,
        nodes.c.node == LABELLED,
        nodes.c.state.in_((NodeState.SUCCEEDED, NodeState.REUSED)),
    )
    query = select(*columns).join(runs, runs.c.run_id == published.c.run_id)
    return query.where(
        published.c.campaign_id == campaign.id, or_(runs.c.state == RunState.SUCCEEDED, made)
    )
