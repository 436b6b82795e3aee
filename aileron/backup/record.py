"""What a backup says of itself: the file ``backups/NUMBER.json`` of its target."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from aileron.core.ports import Reference

FORMAT_VERSION: Final = 1
HOME, WORKSPACE = "home/", "workspace/"
"""What begins the paths of secrets."""
FERNET_KEY: Final = f"{HOME}secrets/airflow-fernet"
"""With it the embedded Airflow encrypts what its database has of passwords."""


class Area(StrEnum):
    """The parts of an installation; each is one artifact of the target."""

    DATABASES = "databases"
    """NAME.dump of each database, as ``pg_dump --format=custom`` writes it."""
    HOME = "home"
    """Files of ``AILERON_HOME`` that cannot be made again."""
    WORKSPACE = "workspace"
    """What users edit."""
    REPOSITORY = "repository"
    """data.bundle, made by ``git bundle``, and references.json: reference -> commit."""
    REMOTE = "remote"
    """Objects of dataset versions, each file named by its id on the DVC remote."""
    ARTIFACTS = "artifacts"
    """artifacts.json: digest -> size of the store's artifacts, which are the target's, too."""


class AreaRecord(BaseModel):
    """One part of a backup."""

    model_config = ConfigDict(frozen=True)

    reference: Reference
    files: int
    """Of artifacts: how many there are."""
    bytes: int
    new_bytes: int
    """Those that no earlier backup had brought to the target."""


class DatabaseRecord(BaseModel):
    """One database, as it was."""

    model_config = ConfigDict(frozen=True)

    name: str
    server: int
    """Major version of PostgreSQL."""
    program: int
    """Major version of the ``pg_dump`` that wrote it."""
    revision: str | None
    """Which migration its tables were at."""
    bytes: int
    """Of the dump."""


class Backup(BaseModel):
    """One backup."""

    model_config = ConfigDict(frozen=True)

    format_version: Literal[1] = FORMAT_VERSION
    number: int
    aileron: str
    """The version of Aileron that made it."""
    moment: datetime
    """The moment that it shows, by the database server's clock."""
    actor: str
    installation: str
    pause_ms: float
    """How long the ledger's writers waited."""
    seconds: float
    open_runs: int
    """Runs that were not over."""
    databases: tuple[DatabaseRecord, ...]
    areas: dict[Area, AreaRecord]
    secrets: tuple[str, ...]
    """Paths of the files in ``backups/NUMBER.secrets.json``; empty if they were left out."""
    secrets_digest: str | None = None
    """SHA-256 of that file; None without one, and in backups that were made before it was told."""
    missing: tuple[str, ...]
    """What was named and not there, or could not be read, in sentences."""
    notes: tuple[str, ...] = ()
    """What else is to be known, in sentences: files of the workspace that it never has."""

    @property
    def bytes(self) -> int:
        """Of everything that it is made of."""
        return sum(area.bytes for area in self.areas.values())

    @property
    def new_bytes(self) -> int:
        return sum(area.new_bytes for area in self.areas.values())
