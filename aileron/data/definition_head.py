"""What every dataset definition says about itself, whatever its modality. Pydantic only."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from aileron.core.names import DEFAULT_PROJECT, Name

ImportMode = Literal["replace", "append"]
SameIds = Literal["refuse", "keep", "replace"]
MODE: Final = "import.mode"
"""Path of a definition: how its import makes a version."""


class ImportSection(BaseModel):
    """How the runs of the dataset's own import behave."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: ImportMode = Field(
        "replace",
        title="Import mode",
        description="replace: a version holds what the source holds; append: that, and the "
        "samples of the version before",
    )
    same_ids: SameIds = Field(
        "refuse",
        description="a sample with the id of one in the version before and other content: refuse "
        "the import, keep the earlier one, or replace it",
    )
    project: Name = Field(DEFAULT_PROJECT, description="project that its versions belong to")
    schedule: str | None = Field(
        None, description="when it starts by itself: a cron line, or a preset such as @daily"
    )
    retries: int = Field(1, ge=0, le=10, description="tries after the first, per task")
    hours: float = Field(4, gt=0, description="longest time that one step may take")


class DefinitionHead(BaseModel):
    """Base of the definitions."""

    api_version: Literal["aileron/v1"] = Field(alias="apiVersion")
    kind: Literal["Dataset"]
    import_: ImportSection = Field(
        ImportSection(), alias="import", description="runs of the import"
    )
