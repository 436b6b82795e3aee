"""Routes: which revisions of a service get which share of the requests.

A route is a projection of the champion and may be rewritten by a reconciler at any time, so
it carries the champion's fence: a writer that is behind cannot overwrite a later route.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKeyConstraint,
    Table,
    Text,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from aileron.core.errors import Conflict, InvalidInput, NotFound
from aileron.ledger.changes import notify
from aileron.ledger.database import Json, Record, lock_row, metadata, moment
from aileron.ledger.events import Repository
from aileron.ledger.revisions import revisions
from aileron.ledger.services import services

routes = Table(
    "routes",
    metadata,
    Column("project", Text, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("weights", Json, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("fence", BigInteger, nullable=False),
    moment("updated"),
    ForeignKeyConstraint(["project", "service"], ["services.project", "services.name"]),
)


class Weight(BaseModel):
    """A revision's share, relative to the sum of the weights."""

    model_config = ConfigDict(frozen=True)

    revision: int
    weight: int = Field(ge=0)


class Route(Record):
    """Where the requests of a service go."""

    project: str
    service: str
    weights: tuple[Weight, ...]
    """Empty: the service answers that it has nothing to serve."""
    generation: int
    """Grows by one with each change."""
    fence: int
    """Of the champion that the route follows."""
    updated: datetime


class Routes(Repository):
    """Routes by project and service."""

    def set(self, project: str, service: str, weights: Mapping[int, int], fence: int = 0) -> Route:
        """Send requests to revisions by weight (revision number -> weight).

        Args:
            fence: of the champion that this route follows. The same route again changes nothing.

        Raises:
            NotFound: there is no such service.
            InvalidInput: an unknown revision, or no weight above 0.
            Conflict: the route already follows a champion of a higher fence.
        """
        with self.database.transaction() as connection:
            if lock_row(connection, services, project=project, name=service) is None:
                raise NotFound("ledger.no_service", name=f"{project}/{service}")
            _check(connection, project, service, weights)
            old = lock_row(connection, routes, project=project, service=service)
            wanted = [{"revision": r, "weight": w} for r, w in sorted(weights.items())]
            if old is not None and old.fence > fence:
                raise Conflict(
                    "ledger.route_behind", name=f"{project}/{service}", fence=fence, now=old.fence
                )
            if old is not None and (old.weights, old.fence) == (wanted, fence):
                return Route.of(old)
            return self._write(connection, project, service, wanted, fence, old and old.weights)

    def get(self, project: str, service: str) -> Route | None:
        """The route, None if the service was never routed."""
        query = select(routes).filter_by(project=project, service=service)
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            return Route.of(row) if row else None

    def list(self, project: str | None = None) -> builtins.list[Route]:
        """Routes by project and service; of all projects if none is given."""
        query = select(routes).order_by(routes.c.project, routes.c.service)
        if project is not None:
            query = query.filter_by(project=project)
        with self.database.transaction() as connection:
            return [Route.of(row) for row in connection.execute(query)]

    def _write(
        self,
        connection: Connection,
        project: str,
        service: str,
        weights: builtins.list[dict[str, int]],
        fence: int,
        before: builtins.list[dict[str, int]] | None,
    ) -> Route:
        statement = insert(routes).values(
            project=project, service=service, weights=weights, fence=fence, generation=1
        )
        written = statement.on_conflict_do_update(
            index_elements=["project", "service"],
            set_={
                "weights": statement.excluded.weights,
                "fence": fence,
                "generation": routes.c.generation + 1,
                "updated": func.clock_timestamp(),
            },
        ).returning(routes)
        row = connection.execute(written).one()
        self.author.append(
            connection,
            project,
            "route.set",
            f"route:{project}/{service}",
            None if before is None else {"weights": before},
            {"weights": weights, "fence": fence},
        )
        notify(connection, "routes", project, service)
        return Route.of(row)


def _check(connection: Connection, project: str, service: str, weights: Mapping[int, int]) -> None:
    known = set(
        connection.execute(
            select(revisions.c.number).filter_by(project=project, service=service)
        ).scalars()
    )
    bad = [number for number, weight in weights.items() if number not in known or weight < 0]
    if bad or (weights and not any(weights.values())):
        shown = ", ".join(f"{number}: {weight}" for number, weight in weights.items())
        raise InvalidInput("ledger.bad_route", name=f"{project}/{service}", weights=shown)
