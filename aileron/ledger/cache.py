"""Outputs by cache key: what a component gave for this config, code, input and environment."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, Table, Text, func, select
from sqlalchemy.dialects.postgresql import insert

from aileron.core.ports import Reference
from aileron.ledger.database import OutputsColumn, metadata, moment
from aileron.ledger.events import Repository
from aileron.ledger.leases import Lease, Leases

cache = Table(
    "cache",
    metadata,
    Column("project", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("outputs", OutputsColumn, nullable=False),
    Column("run_id", Text, nullable=False),
    moment("created"),
)


class Cache(Repository):
    """Cache entries by project and key."""

    def get(self, project: str, key: str) -> dict[str, Reference] | None:
        """Port -> artifact, None if the key is not known. The store may have lost the bytes."""
        query = select(cache.c.outputs).filter_by(project=project, key=key)
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else row.outputs

    def put(
        self, project: str, key: str, outputs: Mapping[str, Reference], run_id: str, lease: Lease
    ) -> None:
        """Publish `outputs` under `key`, replacing an entry whose bytes were lost.

        Raises:
            Conflict: `lease` is no longer the caller's; nothing is published.
        """
        statement = insert(cache).values(project=project, key=key, outputs=outputs, run_id=run_id)
        with self.database.transaction() as connection:
            Leases.check(lease, connection)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["project", "key"],
                    set_={
                        "outputs": statement.excluded.outputs,
                        "run_id": run_id,
                        "created": func.clock_timestamp(),
                    },
                )
            )
            after = {"outputs": {port: r.digest for port, r in outputs.items()}}
            subject = f"cache:{key}"
            self.author.append(connection, project, "cache.published", subject, None, after, run_id)
