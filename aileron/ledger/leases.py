"""Leases: the right to work under a name for a while, with a fence against zombies.

The fence grows by one with each holder and is never reused. Whoever publishes checks the
fence inside the publishing transaction (`check`), so that a holder that was thought dead and
replaced can no longer change anything. Renewals are heartbeats and leave no event.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Table,
    Text,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from aileron.core.errors import Conflict
from aileron.core.names import DEFAULT_PROJECT
from aileron.ledger.database import Record, metadata, moment
from aileron.ledger.events import Repository

leases = Table(
    "leases",
    metadata,
    Column("project", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("owner", Text),
    Column("fence", BigInteger, nullable=False),
    moment("acquired"),
    moment("expires"),
)


class Lease(Record):
    """The right to work under `name` until `expires`, or until another holder has it."""

    project: str
    name: str
    owner: str
    """Names one execution, not a machine or a person: no two holders may share it."""
    fence: int
    expires: datetime


class Leases(Repository):
    """Leases by project and name."""

    def acquire(
        self, name: str, owner: str, seconds: float, project: str = DEFAULT_PROJECT
    ) -> Lease | None:
        """Take the lease for `seconds`; None while somebody, `owner` included, holds it."""
        statement = insert(leases).values(
            project=project, name=name, owner=owner, fence=1, expires=_after(seconds)
        )
        taken = statement.on_conflict_do_update(
            index_elements=["project", "name"],
            set_={
                "owner": owner,
                "fence": leases.c.fence + 1,
                "acquired": func.clock_timestamp(),
                "expires": _after(seconds),
            },
            where=or_(leases.c.owner.is_(None), leases.c.expires <= func.clock_timestamp()),
        ).returning(leases)
        with self.database.transaction() as connection:
            row = connection.execute(taken).one_or_none()
            if row is None:
                return None
            lease = Lease.of(row)
            self._tell(connection, "lease.acquired", lease)
            return lease

    def renew(self, lease: Lease, seconds: float = 30.0) -> Lease:
        """Hold the lease for `seconds` from now.

        Raises:
            Conflict: it was released, or another holder has it.
        """
        statement = update(leases).where(*_held(lease)).values(expires=_after(seconds))
        with self.database.transaction() as connection:
            row = connection.execute(statement.returning(leases)).one_or_none()
            if row is None:
                raise _lost(connection, lease)
            return Lease.of(row)

    def release(self, lease: Lease) -> None:
        """Give the lease back; does nothing if it is no longer held."""
        statement = update(leases).where(*_held(lease)).values(owner=None)
        with self.database.transaction() as connection:
            if connection.execute(statement).rowcount:
                self._tell(connection, "lease.released", lease)

    def get(self, name: str, project: str = DEFAULT_PROJECT) -> Lease | None:
        """Who holds the lease now, None if nobody does."""
        query = select(leases).where(
            leases.c.project == project,
            leases.c.name == name,
            leases.c.owner.is_not(None),
            leases.c.expires > func.clock_timestamp(),
        )
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            return Lease.of(row) if row else None

    @staticmethod
    def check(lease: Lease, connection: Connection) -> None:
        """Refuse to go on in `connection`'s transaction unless the lease is still the caller's.

        Nobody else can take the lease before that transaction ends.

        Raises:
            Conflict: it was released, or another holder has it.
        """
        query = select(leases.c.fence).where(*_held(lease)).with_for_update()
        if connection.execute(query).one_or_none() is None:
            raise _lost(connection, lease)

    def _tell(self, connection: Connection, verb: str, lease: Lease) -> None:
        after = {"owner": lease.owner, "fence": lease.fence}
        self.author.append(connection, lease.project, verb, f"lease:{lease.name}", None, after)


def _held(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    """An expired lease that nobody took is still its holder's: only a higher fence ends it."""
    return (
        leases.c.project == lease.project,
        leases.c.name == lease.name,
        leases.c.owner == lease.owner,
        leases.c.fence == lease.fence,
    )


def _after(seconds: float) -> Any:
    return func.clock_timestamp() + timedelta(seconds=seconds)


def _lost(connection: Connection, lease: Lease) -> Conflict:
    query = select(leases.c.owner).filter_by(project=lease.project, name=lease.name)
    return Conflict(
        "ledger.lease_lost",
        name=lease.name,
        owner=lease.owner,
        fence=lease.fence,
        holder=connection.execute(query).scalar_one_or_none() or "-",
    )
