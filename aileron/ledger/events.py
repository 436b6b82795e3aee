"""The append-only record of every change: who did what to what, and why."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Identity,
    Index,
    Table,
    Text,
    all_,
    func,
    insert,
    literal,
    select,
)

from aileron.ledger.database import Database, Json, Record, metadata, moment

events = Table(
    "events",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    moment("time"),
    Column("project", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("correlation", Text),
    Index(None, "project", "subject"),
    Index(None, "project", "verb"),
    Index(None, "project", "time"),
    Index(None, "correlation"),
)


_PACKAGE: Final = "^label_package:(.*)/[0-9]+$"
"""The subject of a package; what is in brackets is its campaign."""


class Event(Record):
    """One change. `verb` is ``noun.participle``, `subject` ``noun:name``."""

    id: int
    time: datetime
    project: str
    actor: str
    verb: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    correlation: str | None
    """What the change was part of, a run id for instance."""

    @property
    def about(self) -> str:
        """The subject; of a campaign's package the campaign."""
        return re.sub(_PACKAGE, r"campaign:\1", self.subject)


@dataclass(frozen=True)
class Author:
    """On whose behalf, and as part of what, changes are made."""

    actor: str
    correlation: str | None = None

    def append(
        self,
        connection: Connection,
        project: str,
        verb: str,
        subject: str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        correlation: str | None = None,
    ) -> int:
        """Write the event of a change that `connection`'s transaction makes; returns its id."""
        values = {
            "project": project,
            "actor": self.actor,
            "verb": verb,
            "subject": subject,
            "before": before,
            "after": after,
            "correlation": correlation or self.correlation,
        }
        statement = insert(events).values(values).returning(events.c.id)
        return int(connection.execute(statement).scalar_one())


@dataclass(frozen=True)
class Repository:
    """Base of the repositories: where to write, and in whose name."""

    database: Database
    author: Author


class Events(Repository):
    """Events that no row change goes with, and reading them back."""

    def append(
        self,
        project: str,
        actor: str,
        verb: str,
        subject: str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        correlation: str | None = None,
    ) -> int:
        """Write one event; returns its id."""
        with self.database.transaction() as connection:
            author = Author(actor, correlation or self.author.correlation)
            return author.append(connection, project, verb, subject, before, after)

    def projects(self) -> tuple[str, ...]:
        """The projects in which anything has happened, sorted."""
        query = select(events.c.project).distinct().order_by(events.c.project)
        with self.database.transaction() as connection:
            return tuple(connection.scalars(query))

    def get(self, event_id: int) -> Event | None:
        """The event of that id, None if there is none."""
        with self.database.transaction() as connection:
            row = connection.execute(select(events).filter_by(id=event_id)).one_or_none()
            return Event.of(row) if row else None

    def list(
        self,
        project: str,
        subject: str | None = None,
        correlation: str | None = None,
        limit: int = 100,
        *,
        verb: str | None = None,
        actor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        without: Collection[str] = (),
    ) -> list[Event]:
        """The newest events, newest first, that are all that is asked for.

        Args:
            verb: ``noun.participle``, or the noun alone.
            since: the earliest time; `until` is the first that is too late.
            without: subjects of which none is listed; of a campaign none of its packages either.
        """
        wanted = {"project": project, "subject": subject, "correlation": correlation}
        wanted["actor"] = actor
        given = {name: value for name, value in wanted.items() if value is not None}
        query = select(events).filter_by(**given)
        if verb is not None:
            query = query.where(_verb(verb))
        if since is not None:
            query = query.where(events.c.time >= since)
        if until is not None:
            query = query.where(events.c.time < until)
        if without:
            about = func.regexp_replace(events.c.subject, _PACKAGE, r"campaign:\1")
            query = query.where(about != all_(literal(sorted(without), ARRAY(Text))))
        with self.database.transaction() as connection:
            rows = connection.execute(query.order_by(events.c.id.desc()).limit(limit))
            return [Event.of(row) for row in rows]

    def begun_campaigns(self, project: str) -> set[tuple[str, str]]:
        """(subject, dataset) of all campaigns that were ever begun, deleted ones too."""
        dataset = events.c.after["dataset"].astext
        query = select(events.c.subject, dataset.label("dataset")).distinct()
        query = query.filter_by(project=project, verb="campaign.created")
        with self.database.transaction() as connection:
            return {(row.subject, row.dataset) for row in connection.execute(query)}

    def last_private(self, project: str) -> set[str]:
        """Names of the datasets of which was said last that they are private, purged ones too."""
        said = events.c.after["visibility"].astext
        query = (
            select(events.c.subject, said.label("visibility"))
            .distinct(events.c.subject)
            .filter_by(project=project, verb="dataset.changed")
            .where(said.is_not(None))
            .order_by(events.c.subject, events.c.id.desc())
        )
        start = f"dataset:{project}/"
        with self.database.transaction() as connection:
            rows = connection.execute(query).all()
        return {row.subject.removeprefix(start) for row in rows if row.visibility == "private"}


def _verb(wanted: str) -> ColumnElement[bool]:
    """Whether an event's verb is `wanted`, or one of that noun."""
    if "." in wanted:
        return events.c.verb == wanted
    return events.c.verb.startswith(f"{wanted}.", autoescape=True)
