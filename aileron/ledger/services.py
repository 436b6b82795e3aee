"""Services: what the supervisor is to keep running, one stable address each."""

from __future__ import annotations

import builtins
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, Text, func, select, update
from sqlalchemy.dialects.postgresql import insert

from aileron.core.errors import NotFound
from aileron.ledger.changes import notify
from aileron.ledger.database import Record, lock_row, metadata, moment
from aileron.ledger.events import Repository


class Desired(StrEnum):
    """What the supervisor should make true."""

    RUNNING = "running"
    STOPPED = "stopped"
    DELETED = "deleted"
    """Stopped for good; of a service only. Its rows stay, for the record."""


services = Table(
    "services",
    metadata,
    Column("project", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("desired", Text, nullable=False),
    moment("created"),
    moment("updated"),
)


class Service(Record):
    """A service: a name under which some model's revisions answer."""

    project: str
    name: str
    model: str
    desired: Desired
    created: datetime
    """The last time, if it was deleted before."""
    updated: datetime


class Services(Repository):
    """Services by project and name."""

    def ensure(self, project: str, name: str, model: str) -> Service:
        """Make the service, wanted running; one that is there stays as it is.

        One that was deleted begins anew: without traffic, until it has a champion of its own.
        """
        values = {"project": project, "name": name, "model": model, "desired": Desired.RUNNING}
        made = insert(services).values(values)
        statement = made.on_conflict_do_update(
            index_elements=["project", "name"],
            set_={
                "model": model,
                "desired": Desired.RUNNING,
                "created": func.clock_timestamp(),
                "updated": func.clock_timestamp(),
            },
            where=services.c.desired == Desired.DELETED,
        ).returning(services)
        with self.database.transaction() as connection:
            row = connection.execute(statement).one_or_none()
            if row is None:
                there = select(services).filter_by(project=project, name=name)
                return Service.of(connection.execute(there).one())
            _clear_route(connection, project, name)
            subject = f"service:{project}/{name}"
            self.author.append(connection, project, "service.created", subject, None, values)
            notify(connection, "services", project, name)
            return Service.of(row)

    def set_desired(self, project: str, name: str, desired: Desired) -> Service:
        """Ask for the service to run or to be stopped.

        Raises:
            NotFound: there is no such service.
        """
        with self.database.transaction() as connection:
            old = lock_row(connection, services, project=project, name=name)
            if old is None or old.desired == Desired.DELETED:
                raise NotFound("ledger.no_service", name=f"{project}/{name}")
            if old.desired == desired:
                return Service.of(old)
            row = connection.execute(
                update(services)
                .filter_by(project=project, name=name)
                .values(desired=Desired(desired), updated=func.clock_timestamp())
                .returning(services)
            ).one()
            subject = f"service:{project}/{name}"
            before, after = {"desired": old.desired}, {"desired": desired}
            self.author.append(connection, project, "service.desired", subject, before, after)
            notify(connection, "services", project, name)
            return Service.of(row)

    def get(self, project: str, name: str) -> Service | None:
        """The service, None if there is none or it was deleted."""
        query = _there().filter_by(project=project, name=name)
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            return Service.of(row) if row else None

    def list(self, project: str | None = None) -> builtins.list[Service]:
        """Services by project and name; of all projects if none is given."""
        query = _there().order_by(services.c.project, services.c.name)
        if project is not None:
            query = query.filter_by(project=project)
        with self.database.transaction() as connection:
            return [Service.of(row) for row in connection.execute(query)]


def _clear_route(connection: Connection, project: str, name: str) -> None:
    """Forget where requests went before; generations count on, as gateways compare them."""
    from aileron.ledger.routes import routes

    connection.execute(
        update(routes)
        .filter_by(project=project, service=name)
        .values(weights=[], fence=0, generation=routes.c.generation + 1)
    )


def _there() -> Select[Any]:
    return select(services).where(services.c.desired != Desired.DELETED)
