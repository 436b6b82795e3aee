"""Container images by name, and their versions: what each was made of, and whether it is usable.

A version is begun before its build: it has its number then, and what is asked for. What came of
the build is noted at its end; one whose run ended without a word has failed.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Identity,
    Index,
    Integer,
    Row,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    select,
    update,
)

from aileron.core.errors import NotFound
from aileron.core.ports import Reference
from aileron.ledger.database import Json, Record, ReferenceColumn, lock_name, metadata, moment
from aileron.ledger.events import Repository

image_versions = Table(
    "image_versions",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("description", Text, nullable=False),
    Column("recipe", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("run_id", Text),
    Column("reference", ReferenceColumn),
    Column("digest", Text),
    Column("size", BigInteger),
    Column("findings", Json),
    Column("platform", Text),
    Column("places", Json),
    Column("log", Text),
    Column("created_by", Text, nullable=False),
    moment("created"),
    moment("built", optional=True),
    Column("deleted_by", Text),
    moment("deleted", optional=True),
    UniqueConstraint("project", "name", "version"),
    Index(None, "run_id"),
)


class ImageState(StrEnum):
    """Whether a version may be used."""

    BUILDING = "building"
    """Or its build failed, or was stopped: its run says."""
    READY = "ready"
    REFUSED = "refused"
    """It does not meet the contract."""


class ImageVersion(Record):
    """One version of an image."""

    id: int
    project: str
    name: str
    version: int
    description: str
    recipe: dict[str, Any]
    """As `aileron.container.recipe.Recipe` has it."""
    state: ImageState
    run_id: str | None
    """The run that builds it."""
    reference: Reference | None
    """The image layout in the store."""
    digest: str | None
    """Of the image's manifest: ``sha256:...``."""
    size: int | None
    findings: builtins.list[dict[str, Any]] | None
    """Each point of the contract."""
    platform: str | None
    """The version of Aileron that it was checked for."""
    places: dict[str, str] | None
    """Pool -> the reference by which its nodes have it."""
    log: str | None
    """The logs of build and check in the store, which are kept as long as the version."""
    created_by: str
    created: datetime
    built: datetime | None
    deleted: datetime | None


class Images(Repository):
    """Versions of images by name and number."""

    def begin(
        self, project: str, name: str, recipe: Mapping[str, Any], description: str = ""
    ) -> ImageVersion:
        """A new version that is to be built, under the next number."""
        values = {
            "project": project,
            "name": name,
            "description": description,
            "recipe": dict(recipe),
            "state": ImageState.BUILDING,
            "created_by": self.author.actor,
        }
        with self.database.transaction() as connection:
            lock_name(connection, f"image:{project}/{name}")
            number = _next_number(connection, project, name)
            statement = insert(image_versions).values(**values, version=number)
            row = connection.execute(statement.returning(*_SHOWN)).one()
            return self._tell(connection, "image.begun", ImageVersion.of(row))

    def started(self, number: int, run_id: str) -> ImageVersion:
        """Note the run that builds the version of that id."""
        with self.database.transaction() as connection:
            row = connection.execute(_update(number, {"run_id": run_id})).one_or_none()
            return ImageVersion.of(_there(row, number))

    def withdraw(self, number: int) -> None:
        """Forget a version whose build was never started."""
        with self.database.transaction() as connection:
            connection.execute(_update(number, {"deleted": func.clock_timestamp()}))

    def finish(
        self,
        number: int,
        reference: Reference,
        digest: str,
        findings: Sequence[Mapping[str, Any]],
        places: Mapping[str, str],
        platform: str,
        log: str | None = None,
    ) -> ImageVersion:
        """Note what a build made: usable if every point of the contract is met.

        Raises:
            NotFound: there is no version of that id, or it was deleted.
        """
        met = all(point["passed"] for point in findings)
        values = {
            "state": ImageState.READY if met else ImageState.REFUSED,
            "reference": reference,
            "digest": digest,
            "size": reference.size,
            "findings": [dict(point) for point in findings],
            "places": dict(places),
            "platform": platform,
            "log": log,
            "built": func.clock_timestamp(),
        }
        with self.database.transaction() as connection:
            row = connection.execute(_update(number, values)).one_or_none()
            version = ImageVersion.of(_there(row, number))
            return self._tell(connection, f"image.{version.state}", version)

    def reopen(self, number: int) -> None:
        """Take back what `finish` noted."""
        nothing = dict.fromkeys(
            ("reference", "digest", "size", "findings", "places", "platform", "log", "built")
        )
        with self.database.transaction() as connection:
            values = {"state": ImageState.BUILDING, **nothing}
            connection.execute(_update(number, values))

    def delete(self, number: int) -> None:
        """Hide a version and let go of its bytes; its number is never used again."""
        values = {
            "deleted": func.clock_timestamp(),
            "deleted_by": self.author.actor,
            "reference": None,
            "log": None,
        }
        with self.database.transaction() as connection:
            row = connection.execute(_update(number, values)).one_or_none()
            if row is not None:
                self._tell(connection, "image.deleted", ImageVersion.of(row))

    def get(self, number: int) -> ImageVersion:
        """The version of that id.

        Raises:
            NotFound: there is none, or it was deleted.
        """
        query = select(*_SHOWN).where(image_versions.c.id == number)
        with self.database.transaction() as connection:
            return ImageVersion.of(_there(connection.execute(query).one_or_none(), number))

    def find(self, project: str, name: str, version: int | None = None) -> ImageVersion | None:
        """That version of an image, or its newest that is ready; None if there is none."""
        query = select(*_SHOWN).filter_by(project=project, name=name)
        query = query.where(image_versions.c.deleted.is_(None))
        if version is None:
            query = query.where(image_versions.c.state == ImageState.READY)
        else:
            query = query.where(image_versions.c.version == version)
        query = query.order_by(image_versions.c.version.desc()).limit(1)
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            return ImageVersion.of(row) if row else None

    def list(self, project: str, name: str | None = None) -> builtins.list[ImageVersion]:
        """Versions by name, the newest of each first; those that were deleted are left out."""
        query = select(*_SHOWN).filter_by(project=project)
        query = query.where(image_versions.c.deleted.is_(None))
        if name is not None:
            query = query.where(image_versions.c.name == name)
        query = query.order_by(image_versions.c.name, image_versions.c.version.desc())
        with self.database.transaction() as connection:
            return [ImageVersion.of(row) for row in connection.execute(query)]

    def _tell(self, connection: Connection, verb: str, row: ImageVersion) -> ImageVersion:
        after = {"version": row.version, "digest": row.digest, "recipe": row.recipe}
        subject = f"image:{row.project}/{row.name}"
        self.author.append(connection, row.project, verb, subject, None, after, row.run_id)
        return row


_SHOWN = [column for column in image_versions.c if column.name != "deleted_by"]


def _update(number: int, values: Mapping[str, Any]) -> Any:
    """Change a version that was not deleted."""
    there = image_versions.c.deleted.is_(None)
    statement = update(image_versions).where(image_versions.c.id == number, there)
    return statement.values(**values).returning(*_SHOWN)


def _there(row: Row[Any] | None, number: int) -> Row[Any]:
    if row is None or row.deleted is not None:
        raise NotFound("ledger.no_image_version", number=number)
    return row


def _next_number(connection: Connection, project: str, name: str) -> int:
    highest = func.coalesce(func.max(image_versions.c.version), 0)
    query = select(highest + 1).where(
        image_versions.c.project == project, image_versions.c.name == name
    )
    return int(connection.execute(query).scalar_one())
