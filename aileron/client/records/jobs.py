"""Custom jobs: what is asked for, how it goes, and what it left."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from aileron.client.records.common import Asked, Metrics, Permissions, Record
from aileron.train.job.spec import Framework, JobSpec

NAME_LENGTH: Final = 50
DESCRIPTION_LENGTH: Final = 500
MOST_LISTED: Final = 200
JobState = Literal["draft", "queued", "running", "succeeded", "failed", "stopped"]
_EMOJI: Final = (
    (0x20E3, 0x20E3),
    (0x2600, 0x27BF),
    (0x2B00, 0x2BFF),
    (0xFE0F, 0xFE0F),
    (0x1F000, 0x1FAFF),
    (0xE0000, 0xE007F),
)
"""Ranges of code points that are pictures, or make one of what stands before them."""


def has_emoji(text: str) -> bool:
    """Whether a picture is among the characters."""
    return any(first <= ord(one) <= last for one in text for first, last in _EMOJI)


def _check_plain(text: str) -> str:
    if has_emoji(text):
        raise ValueError("there is an emoji in it")
    if any(ord(one) < 32 and one not in "\n\t" for one in text):
        raise ValueError("there is a control character in it")
    return text


def _check_name(text: str) -> str:
    if text != text.strip() or not text or "\n" in text or "\t" in text:
        raise ValueError("a name is one line without blanks at its ends")
    if text.isascii() and text.isdecimal():
        raise ValueError("digits alone are the id of a job; add a letter")
    return text


PlainText = Annotated[str, AfterValidator(_check_plain)]
JobName = Annotated[
    PlainText, AfterValidator(_check_name), Field(min_length=1, max_length=NAME_LENGTH)
]
JobDescription = Annotated[PlainText, Field(max_length=DESCRIPTION_LENGTH)]


class SubmitJob(Asked):
    """A job to be run, or kept as a draft."""

    name: JobName
    description: JobDescription = ""
    spec: JobSpec
    draft: bool = Field(False, description="keep it without running it")


class ChangeJob(Asked):
    """A draft as it is to be."""

    name: JobName
    description: JobDescription = ""
    spec: JobSpec


class CloneJob(Asked):
    """A copy of a job."""

    name: JobName | None = Field(None, description="default: the job's with a number behind it")
    draft: bool = Field(False, description="keep it without running it")


class JobBrief(Record):
    """A job in a few words."""

    id: int
    project: str
    name: str
    description: str
    state: JobState
    stopping: bool = Field(description="it is to end and has not yet")
    framework: Framework
    runner: Literal["process", "kubernetes"]
    pool: str | None = Field(description="of runner kubernetes")
    nodes: int
    memory_mb: int | None = Field(description="of runner process; null: not limited")
    created_by: str
    created: datetime
    submitted: datetime | None
    started: datetime | None = Field(description="when its code began to run")
    ended: datetime | None
    seconds: float | None = Field(description="for which it has run")
    run_id: str | None = Field(description="null: a draft")


class JobPage(Record):
    """Some jobs, the newest first."""

    total: int
    jobs: tuple[JobBrief, ...]


class Job(JobBrief):
    """A job with all that is known of it."""

    spec: dict[str, Any] = Field(description="as it was submitted; see `SubmitJob`")
    node: str = Field(description="the stage of its run that runs the code")
    reason: str | None = Field(description="why it failed or was stopped")
    has_log: bool
    has_output: bool
    metrics: Metrics | None
    primary: str | None
    commit: str | None = Field(description="the Git commit of its code")
    mlflow_run_id: str | None
    mlflow_url: str | None
    airflow_url: str | None
    permissions: Permissions


class JobFile(Record):
    """A file that a job left in ``./output``."""

    path: str = Field(description="below ./output, with forward slashes")
    size: int


class JobFiles(Record):
    """What a job left in ``./output``; kept when it failed or was stopped, too."""

    total: int
    size: int = Field(description="bytes of all of them")
    files: tuple[JobFile, ...]


class JobPoint(Record):
    """A point of a curve."""

    step: int
    value: float


class JobCurve(Record):
    """A figure of a job as it went on."""

    name: str
    points: tuple[JobPoint, ...] = Field(description="by step; of very many, some")
