"""What is true of an algorithm of one's own beside its document: owner, who may use it, whether.

A row is made when it is registered, or with the first thing that is said of one that somebody
wrote into the workspace: until then that one is everybody's to use and nobody's own. The
workspace is one for all projects, so a name is taken in all.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Table, Text, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from aileron.core.names import DEFAULT_PROJECT
from aileron.ledger.catalogue import Visibility
from aileron.ledger.database import Record, metadata, moment
from aileron.ledger.events import Repository

algorithms = Table(
    "algorithms",
    metadata,
    Column("name", Text, primary_key=True),
    Column("project", Text, nullable=False),
    Column("owner", Text),
    Column("visibility", Text, nullable=False),
    Column("online", Boolean, nullable=False),
    moment("created"),
)


class AlgorithmEntry(Record):
    """An algorithm as the library has it; without a row, as it is in the workspace."""

    name: str
    project: str = DEFAULT_PROJECT
    owner: str | None = None
    """Who registered it; None of one that was written into the workspace."""
    visibility: Visibility = Visibility.PUBLIC
    online: bool = True
    """Whether runs may use it."""

    def usable_in(self, project: str) -> bool:
        """Whether it is that project's, or for all."""
        return self.project == project or self.visibility in (
            Visibility.PUBLIC,
            Visibility.PRESET,
        )


class Algorithms(Repository):
    """Algorithms by name."""

    def get(self, name: str) -> AlgorithmEntry:
        """What is true of the algorithm, also if nothing was said of it yet."""
        query = select(algorithms).filter_by(name=name)
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
        return AlgorithmEntry.of(row) if row else AlgorithmEntry(name=name)

    def register(self, project: str, name: str) -> AlgorithmEntry:
        """Make it the author's and the project's, offline, whatever was said of one before."""
        values = {
            "project": project,
            "owner": self.author.actor,
            "visibility": Visibility.PROJECT.value,
            "online": False,
        }
        return self._set(project, name, "algorithm.registered", values)

    def change(self, project: str, name: str, **values: Any) -> AlgorithmEntry:
        """Set `visibility` or `online`; setting what is set already changes nothing."""
        return self._set(project, name, "algorithm.changed", values)

    def remove(self, project: str, name: str) -> None:
        """Forget it; forgetting it again changes nothing."""
        statement = delete(algorithms).filter_by(name=name).returning(algorithms)
        with self.database.transaction() as connection:
            row = connection.execute(statement).one_or_none()
            before = AlgorithmEntry.of(row).model_dump(mode="json") if row else None
            subject = f"algorithm:{project}/{name}"
            self.author.append(connection, project, "algorithm.deleted", subject, before, None)

    def _set(self, project: str, name: str, verb: str, values: dict[str, Any]) -> AlgorithmEntry:
        if not values:
            return self.get(name)
        first = AlgorithmEntry(project=project, name=name).model_dump(mode="json")
        with self.database.transaction() as connection:
            connection.execute(insert(algorithms).values(first).on_conflict_do_nothing())
            query = select(algorithms).filter_by(name=name).with_for_update()
            known = AlgorithmEntry.of(connection.execute(query).one())
            old = known.model_dump(mode="json", include=set(values))
            new = {field: value for field, value in values.items() if value != old[field]}
            if not new:
                return known
            statement = update(algorithms).filter_by(name=name).values(new).returning(algorithms)
            row = connection.execute(statement).one()
            before = {field: old[field] for field in new}
            subject = f"algorithm:{project}/{name}"
            self.author.append(connection, project, verb, subject, before, new)
            return AlgorithmEntry.of(row)
