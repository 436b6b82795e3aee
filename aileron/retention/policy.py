"""``configs/retention.yaml``: how much is kept, of each project, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from aileron.core.documents import check, read_document
from aileron.core.errors import InvalidInput
from aileron.core.names import Name
from aileron.ledger import Keep

FILE: Final = Path("configs") / "retention.yaml"
_KEEP: Final = Keep()
RemoteUse = Literal["auto", "ours", "shared"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeepSpec(_Section):
    """How much of a project is kept, besides all that is at work."""

    runs: int = Field(_KEEP.runs, ge=1, description="the newest runs of each workflow")
    run_days: int = Field(_KEEP.run_days, ge=0, description="runs that ended within so many days")
    log_days: int | None = Field(
        _KEEP.log_days,
        ge=1,
        description="logs of runs that ended within so many days; null: as long as their runs",
    )
    model_versions: int | None = Field(
        _KEEP.model_versions, ge=1, description="the newest versions of each model; null: all"
    )
    champions: int = Field(
        _KEEP.champions, ge=2, description="the last champions of each model, the present one too"
    )
    revisions: int = Field(_KEEP.revisions, ge=3, description="the newest of each service")


class RetentionSpec(_Section):
    """``configs/retention.yaml``."""

    api_version: Literal["aileron/v1"] = Field("aileron/v1", alias="apiVersion")
    kind: Literal["Retention"] = "Retention"
    keep: KeepSpec = Field(KeepSpec(), description="of every project")
    projects: Mapping[Name, KeepSpec] = Field(
        {}, description="what is different in single projects"
    )
    grace_hours: int = Field(
        72, ge=24, le=10_000, description="nothing goes that was written or needed since"
    )
    automatic: bool = Field(False, description="whether the daily housekeeping sweeps, too")
    dataset_remote: RemoteUse = Field(
        "auto",
        description="ours: all objects there that no version has go; shared: only those of "
        "versions that were taken back; auto: ours if it lies in AILERON_HOME",
    )

    @property
    def grace(self) -> timedelta:
        return timedelta(hours=self.grace_hours)

    def keep_of(self, project: str) -> Keep:
        """How much is kept of `project`."""
        own = self.projects.get(project, KeepSpec()).model_dump(exclude_unset=True)
        return replace(Keep(**self.keep.model_dump()), **own)


def load_policy(workspace: Path) -> RetentionSpec:
    """Read ``configs/retention.yaml`` of `workspace`; without the file there are the defaults.

    Raises:
        InvalidInput: the first thing wrong with it, with file, line and field.
    """
    path = workspace / FILE
    if not path.is_file():
        return RetentionSpec()
    document = read_document(path)
    for field in ("apiVersion", "kind"):
        if field not in document.values:
            raise InvalidInput("core.missing_field", where=document.where(), field=field)
    return check(RetentionSpec, document)
