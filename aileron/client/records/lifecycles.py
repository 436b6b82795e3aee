"""Lifecycles, their runs and the questions that runs ask."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from aileron.client.records.common import Asked, Comparison, Metrics, Permissions, Record, Title

RunStateName = Literal["planned", "running", "succeeded", "failed", "rejected", "stopped"]
StageState = Literal[
    "pending", "running", "waiting", "succeeded", "reused", "failed", "skipped", "rejected"
]


class RunBrief(Record):
    """A run in a few words."""

    run_id: str = Field(description="project/lifecycle/airflow_run_id")
    project: str
    lifecycle: str
    airflow_run_id: str
    state: RunStateName = Field(description="planned until its first task has run")
    reason: str | None = None
    failed_node: str | None = None
    started: datetime
    ended: datetime | None = None
    actor: str
    stopping_by: str | None = Field(None, description="who wants it to end, or wanted that")


class StageBrief(Record):
    """A stage of a run, for a strip of stages."""

    node: str
    state: StageState
    seconds: float | None = None


class RunRow(RunBrief):
    """A run in a list: with its stages and results."""

    stages: tuple[StageBrief, ...]
    metrics: Metrics | None = None
    model_version: int | None = None


class Stage(StageBrief):
    """A stage of a run with all that is known of it."""

    step: str
    title: Title
    started: datetime | None = None
    ended: datetime | None = None
    reason: str | None = None
    attempt: int = 0
    has_log: bool = False


class RunFacts(Record):
    """What came of a run; null where it did not get."""

    dataset_version: str | None = Field(None, description="its tag, project/dataset@v3")
    model: str | None = None
    model_version: int | None = None
    metrics: Metrics | None = None
    primary: str | None = Field(None, description="the metric that stands for the model")
    mlflow_run_id: str | None = None
    mlflow_url: str | None = None
    service: str | None = None
    service_url: str | None = None
    airflow_url: str | None = None
    campaign: str | None = Field(None, description="in which people label for it")
    has_report: bool = False
    has_validation: bool = False
    has_refused: bool = Field(False, description="whether it left samples out: see `refused`")


class Reason(Record):
    """One rule of a gate, and whether it was kept."""

    passed: bool
    sentence: str


class Approval(Record):
    """A run that waits for a person."""

    run_id: str
    project: str
    lifecycle: str
    airflow_run_id: str
    node: str
    subject: str = Field(description="the headline of the question")
    model: str | None = None
    model_version: int | None = None
    reasons: tuple[Reason, ...] = Field((), description="what the gate said")
    asked: datetime
    by: str = Field(description="who started the run")
    permissions: Permissions


class Answer(Asked):
    """A person's decision."""

    approved: bool
    comment: str = Field("", max_length=2000)


class Decision(Record):
    """What was decided on a run, by whom."""

    run_id: str
    approved: bool
    by: str
    comment: str


class Run(RunBrief):
    """A run with its stages, its results and what it waits for."""

    finished: bool = Field(description="nothing more will happen in it")
    stages: tuple[Stage, ...]
    facts: RunFacts
    approval: Approval | None = None
    permissions: Permissions


class RunComparison(Record):
    """Runs side by side."""

    runs: tuple[RunBrief, ...]
    rows: tuple[Comparison, ...]


class Start(Asked):
    """What a new run is to differ in."""

    values: dict[str, Any] = Field({}, description="dotted path of a field -> value")
    force: bool = Field(False, description="run every step anew, whatever the cache holds")


class LifecycleBrief(Record):
    """A lifecycle in a few words."""

    name: str
    project: str
    kind: Literal["Lifecycle", "Pipeline", "Import", "Operation", "Export", "Job"] | None = None
    display_name: str | None = None
    description: str = ""
    dataset: str | None = None
    schedule: str | tuple[str, ...] | None = Field(
        None, description="a cron line, or the datasets whose new versions start it"
    )
    last_run: RunBrief | None = None
    next_run: datetime | None = None
    problem: str | None = Field(None, description="why its YAML cannot be used")


class StageShape(Record):
    """A stage of a lifecycle."""

    node: str
    step: str
    title: Title
    group: str | None = None


class Form(Record):
    """What can be chosen when a run is started."""

    properties: dict[str, dict[str, Any]] = Field(
        description="path -> JSON Schema with title, description, default and section"
    )
    order: tuple[str, ...]


class Lifecycle(LifecycleBrief):
    """A lifecycle with its stages and its form."""

    stages: tuple[StageShape, ...]
    form: Form
    model: str | None = None
    service: str | None = None
    airflow_url: str | None = None
    permissions: Permissions
