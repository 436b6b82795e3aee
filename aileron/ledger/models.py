"""Model versions: trained models that passed their gate, numbered from 1 by name."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    select,
    tuple_,
    update,
)

from aileron.core.ports import Reference
from aileron.ledger.database import Record, ReferenceColumn, lock_name, metadata, moment
from aileron.ledger.events import Repository

model_versions = Table(
    "model_versions",
    metadata,
    Column("project", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("reference", ReferenceColumn, nullable=False),
    Column("verdict_reference", ReferenceColumn),
    Column("run_id", Text),
    Column("mlflow_run_id", Text),
    Column("mlflow_version", Text),
    moment("created"),
    UniqueConstraint("project", "name", "digest"),
    Index(None, "run_id"),
)


class ModelVersion(Record):
    """One registered model."""

    project: str
    name: str
    version: int
    digest: str
    reference: Reference
    verdict_reference: Reference | None
    run_id: str | None
    """The run that registered it first."""
    mlflow_run_id: str | None
    mlflow_version: str | None
    created: datetime


class ModelCount(Record):
    """A model by name: how many versions it has, and the newest one's number."""

    name: str
    versions: int
    latest: int


class Models(Repository):
    """Model versions by project, name and number."""

    def add(
        self,
        project: str,
        name: str,
        digest: str,
        reference: Reference,
        *,
        mlflow_version: str | None = None,
        mlflow_run_id: str | None = None,
        run_id: str | None = None,
        verdict_reference: Reference | None = None,
    ) -> ModelVersion:
        """Register a model under the next number.

        The same content keeps its number; MLflow's ids are filled in or replaced if given.
        """
        with self.database.transaction() as connection:
            lock_name(connection, f"model:{project}/{name}")
            same = select(model_versions).filter_by(project=project, name=name, digest=digest)
            there = connection.execute(same).one_or_none()
            if there is not None:
                given = {"mlflow_version": mlflow_version, "mlflow_run_id": mlflow_run_id}
                return self._complete(connection, ModelVersion.of(there), given)
            row = connection.execute(
                insert(model_versions)
                .values(
                    project=project,
                    name=name,
                    version=_next_number(connection, project, name),
                    digest=digest,
                    reference=reference,
                    verdict_reference=verdict_reference,
                    run_id=run_id,
                    mlflow_run_id=mlflow_run_id,
                    mlflow_version=mlflow_version,
                )
                .returning(model_versions)
            ).one()
            return self._tell(connection, "model.registered", None, ModelVersion.of(row))

    def get(self, project: str, name: str, version: int) -> ModelVersion | None:
        """That version, None if there is none."""
        query = select(model_versions).filter_by(project=project, name=name, version=version)
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            return ModelVersion.of(row) if row else None

    def by_digest(self, project: str, name: str, digest: str) -> ModelVersion | None:
        """The version with that content, None if there is none."""
        query = select(model_versions).filter_by(project=project, name=name, digest=digest)
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            return ModelVersion.of(row) if row else None

    def list(
        self, project: str, name: str | None = None, limit: int = 1000
    ) -> builtins.list[ModelVersion]:
        """Versions, highest number first; by model name if none is given."""
        query = select(model_versions).filter_by(project=project)
        if name is not None:
            query = query.filter_by(name=name)
        query = query.order_by(model_versions.c.name, model_versions.c.version.desc())
        with self.database.transaction() as connection:
            return [ModelVersion.of(row) for row in connection.execute(query.limit(limit))]

    def counts(self, project: str) -> builtins.list[ModelCount]:
        """Each model of the project by name, with how many versions it has."""
        query = (
            select(
                model_versions.c.name,
                func.count().label("versions"),
                func.max(model_versions.c.version).label("latest"),
            )
            .filter_by(project=project)
            .group_by(model_versions.c.name)
            .order_by(model_versions.c.name)
        )
        with self.database.transaction() as connection:
            return [ModelCount.of(row) for row in connection.execute(query)]

    def select(self, project: str, versions: Mapping[str, int]) -> dict[str, ModelVersion]:
        """Model name -> the version that `versions` names for it, if there is one."""
        wanted = tuple_(model_versions.c.name, model_versions.c.version)
        query = (
            select(model_versions)
            .filter_by(project=project)
            .where(wanted.in_(list(versions.items())))
        )
        with self.database.transaction() as connection:
            found = [ModelVersion.of(row) for row in connection.execute(query)]
        return {version.name: version for version in found}

    def _complete(
        self, connection: Connection, there: ModelVersion, given: dict[str, str | None]
    ) -> ModelVersion:
        known = there.model_dump(include=set(given))
        new = {name: v for name, v in given.items() if v is not None and v != known[name]}
        if not new:
            return there
        key = there.model_dump(include={"project", "name", "version"})
        statement = update(model_versions).filter_by(**key).values(new).returning(model_versions)
        row = ModelVersion.of(connection.execute(statement).one())
        return self._tell(connection, "model.updated", known, row)

    def _tell(
        self,
        connection: Connection,
        verb: str,
        before: dict[str, Any] | None,
        row: ModelVersion,
    ) -> ModelVersion:
        after = row.model_dump(
            mode="json", include={"version", "digest", "mlflow_run_id", "mlflow_version"}
        )
        subject = f"model:{row.project}/{row.name}"
        self.author.append(connection, row.project, verb, subject, before, after, row.run_id)
        return row


def _next_number(connection: Connection, project: str, name: str) -> int:
    highest = func.coalesce(func.max(model_versions.c.version), 0)
    return int(
        connection.execute(select(highest + 1).filter_by(project=project, name=name)).scalar_one()
    )
