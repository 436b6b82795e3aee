"""What a sweep removes and what it keeps."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from aileron.client.records.common import Asked, Record


class Sweep(Asked):
    """What is to be swept."""

    dry_run: bool = Field(True, description="only say what would go")
    everywhere: bool = Field(False, description="runs and versions of every project")
    claim: bool = Field(False, description="a store without an owner is this installation's alone")


class SweptItem(Record):
    """Things of one kind that go for one reason."""

    where: Literal["store", "dataset_remote", "mlflow"]
    kind: str = Field(description="an artifact's kind; `file`, `object` or `run`")
    why: str = Field(description="why it goes, as one word for programs")
    sentence: str = Field(description="the same in the asker's language")
    count: int
    bytes: int = Field(description="freed; 0 where MLflow frees them later")


class KeptItem(Record):
    """Artifacts that one kind of holder keeps."""

    because: str = Field(description="what keeps them, as one word for programs")
    sentence: str = Field(description="the same in the asker's language")
    count: int
    bytes: int = Field(description="of all their files; what several share counts for each")


class Swept(Record):
    """What went, or would go, and what stays."""

    dry_run: bool
    project: str | None = Field(description="whose runs and versions; null: of every project")
    grace_hours: int = Field(description="nothing went that was written or needed since")
    bytes: int = Field(description="freed")
    going: tuple[SweptItem, ...]
    kept: tuple[KeptItem, ...]
