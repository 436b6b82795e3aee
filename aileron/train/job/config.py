"""The config of step `train.job`: what runs, and what the plan has decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from aileron.core.steps import StepConfig
from aileron.train.job.spec import JobWork, OwnVariables, Part


class DataWanted(StepConfig):
    """How a dataset version is written for the job."""

    part: Part | None = Field(None, description="only samples of this part")
    format: str | None = Field(
        None, description="a format of `aileron dataset formats`; default: by kind"
    )


class TrainJobConfig(JobWork, StepConfig):
    """A job's work, with all that is not in its artifacts."""

    job: str = Field("", max_length=200, title="Job", description="AILERON_JOB: the job's name")
    env: Annotated[Mapping[str, str], OwnVariables] = Field(
        {}, title="Environment", description="environment variables of the command"
    )
    commit: str | None = Field(None, title="Commit", description="the Git commit of the code")
    train_data: DataWanted = Field(DataWanted(), title="Training data")
    test_data: DataWanted = Field(DataWanted(), title="Test data")
