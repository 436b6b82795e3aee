"""What is done to datasets as a whole and to their versions: questions and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import Field

from aileron.client.records.common import Asked, Record
from aileron.client.records.datasets import Visibility

Right = Literal["read", "write"]
GranteeKind = Literal["actor", "project"]
MOST_TAGS: Final = 20
TAG_LENGTH: Final = 40
REASON_LENGTH: Final = 300
GRANTEE_LENGTH: Final = 80


class ChangeDataset(Asked):
    """What is to be set; what is not named stays as it is."""

    visibility: Visibility | None = Field(None, description="preset is for administrators")
    online: bool | None = Field(None, description="false: no run and no other project uses it")
    tags: tuple[str, ...] | None = Field(None, description="all of them")


class LockVersion(Asked):
    """Keep a version from being deleted."""

    reason: str = ""


class ShareDataset(Asked):
    """Let somebody use a dataset of this project."""

    kind: GranteeKind = "actor"
    grantee: str = Field(description="a login's or project's name")
    right: Right = "read"


class Share(Record):
    """One share of a dataset: a grant, no copy."""

    kind: GranteeKind
    grantee: str
    right: Right
    granted_by: str
    since: datetime


class PurgeDatasets(Asked):
    """Which deleted versions are to go for good."""

    name: str | None = Field(None, description="of this dataset alone")
    dry_run: bool = Field(True, description="only say what would be done")


class PurgedVersion(Record):
    """A version whose time to be restored is over."""

    dataset: str
    version: int
    tag: str
    deleted: datetime | None = None
    kept_because: tuple[str, ...] = Field((), description="sentences; empty if it goes")


class Purge(Record):
    """What went, or would go."""

    dry_run: bool
    purged: tuple[PurgedVersion, ...]
    kept: tuple[PurgedVersion, ...]
    objects: int = Field(description="files removed from the DVC remote")
    bytes: int = Field(description="their size")
    artifacts: int = Field(0, description="copies removed from the artifact store")
    artifact_bytes: int = Field(0, description="their size, without what others have too")


class ExportFile(Record):
    """The file that an export's run wrote, or the zip of what an import left out."""

    run_id: str
    file: str
    format: str
    size: int = Field(description="bytes")
    losses: dict[str, Any] = Field(
        default_factory=dict, description="what the format cannot hold -> why"
    )


class RefusedSample(Record):
    """A file, or a line of one, that an import left out."""

    file: str
    line: int | None = None
    reason: str


class RefusedPage(Record):
    """What an import left out, from `offset` on."""

    run_id: str | None = Field(description="its run, which has the zip; null: that is gone")
    listed: int = Field(description="how many are known by name")
    complete: bool = Field(description="whether these are all")
    offset: int
    samples: tuple[RefusedSample, ...]


class LineageRun(Record):
    """A run that made the version, found it unchanged, or began from it."""

    run_id: str
    project: str
    lifecycle: str
    state: str
    started: datetime
    made: bool = Field(description="whether it made the version")


class LineageModel(Record):
    """A model version that such a run registered."""

    project: str
    name: str
    version: int
    run_id: str
    champion: bool


class LineageRevision(Record):
    """A service's revision of such a model version."""

    project: str
    service: str
    number: int
    model: str
    model_version: int
    live: bool


class Ancestor(Record):
    """A version that this one was made from, as its card says."""

    tag: str
    operation: dict[str, Any] | None = Field(None, description="what was done to it")
    there: bool = Field(description="false: it was deleted")


class Lineage(Record):
    """Where a dataset version comes from and what came of it."""

    dataset: str
    version: int
    ancestors: tuple[Ancestor, ...] = Field(description="the parent first")
    runs: tuple[LineageRun, ...]
    models: tuple[LineageModel, ...]
    revisions: tuple[LineageRevision, ...]
    lifecycles: tuple[str, ...] = Field(description="project/name of those whose runs used it")
