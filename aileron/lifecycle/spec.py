"""The short form: what a lifecycle YAML may say, one small class per concern.

Sections that configure a step (split, evaluate, gate, ...) are kept as plain mappings here:
the step's own config class is their one definition and checks them when the lifecycle is
compiled. So a new option of a step needs no change in this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from aileron.cluster.placement import MOST_VARIABLES
from aileron.cluster.placing import PodRequest
from aileron.cluster.pools import SizeName
from aileron.cluster.serving import MOST_REPLICAS, REPLICAS, TargetName
from aileron.core.names import DEFAULT_PROJECT, NAME_PATTERN, Name, WorkflowName
from aileron.graph.pipeline import Limits, Node, RunnerName
from aileron.train.job.spec import JobCode, JobWork

API_VERSION: Final = "aileron/v1"
Options = Mapping[str, Any]
DATASET_VERSION: Final = rf"^{NAME_PATTERN}(@v[1-9]\d*)?$"
Variables = Annotated[Mapping[str, str], Field(max_length=MOST_VARIABLES)]
PRESETS: Final = ("@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly")


class Section(BaseModel):
    """Base of all sections: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


JOB_STEP: Final = "train.job"


class TrainJob(JobWork):
    """Own code that learns, instead of an algorithm."""

    code: JobCode | None = Field(None, description="default: it is in the image")
    format: str | None = Field(
        None, description="How the data is written for it: a format of `aileron dataset formats`."
    )


class Train(Section):
    """Which algorithm learns, with which parameters; or which code does."""

    algorithm: Name | None = Field(
        None, description="A training step by its short name: `xgboost`."
    )
    parameters: Options = Field({}, description="Parameters of the algorithm.")
    job: TrainJob | None = Field(None, description="Own code, instead of an algorithm.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Train:
        if (self.algorithm is None) == (self.job is None):
            raise ValueError("give `algorithm` or `job`, one of them")
        if self.job is not None and self.parameters:
            raise ValueError("`parameters` are of an algorithm; a job has `job: {parameters: ...}`")
        return self

    @property
    def step(self) -> str:
        return f"train.{self.algorithm}" if self.job is None else JOB_STEP


class Register(Section):
    """The model's name in the registry."""

    model: Name | None = Field(None, description="Model name; default: the lifecycle's name.")


class Annotate(Section):
    """People label samples before anything learns of them, as ``labels.yaml`` says."""

    wanted: int | None = Field(
        None, ge=1, description="So many approved samples are enough; default: all of them."
    )
    hours: float | None = Field(
        None,
        gt=0,
        description="After so many hours it goes on with what is approved; default: it waits on.",
    )
    labels: Options = Field(
        {}, description="Fields of labels.yaml that are to be others in this lifecycle."
    )


class Approve(Section):
    """A person decides before the release."""

    subject: str | None = Field(None, description="Headline of the question.")
    timeout_hours: float | None = Field(
        None, gt=0, description="How long to wait for an answer; default: without end."
    )


class Release(Section):
    """The service that gets the model, and where it runs."""

    service: Name | None = Field(None, description="Service name; default: the lifecycle's name.")
    target: TargetName = Field(
        "process", description="process: of this installation. kubernetes: pods of a pool."
    )
    pool: Name | None = Field(None, description="Target kubernetes: a pool of configs/pools.")
    replicas: int | None = Field(
        None, ge=1, le=MOST_REPLICAS, description="Target kubernetes: pods; default: 2."
    )
    max_replicas: int | None = Field(
        None, ge=1, le=MOST_REPLICAS, description="So many pods under load; default: replicas."
    )
    size: SizeName | None = Field(None, description="Size of a pod; default: the pool's own.")
    quota: int | None = Field(
        None, ge=1, le=256, description="Instead of a size: so many cores, each with 4 GB."
    )
    image: str | None = Field(
        None,
        description="Target kubernetes: what its pods run, an image of one's own or of a "
        "registry; default: the pool's.",
    )
    options: Options = Field({}, description="Further options of step deploy.release.")

    @model_validator(mode="after")
    def _pods_need_a_pool(self) -> Release:
        placed = ("pool", "replicas", "max_replicas", "size", "quota", "image")
        given = [name for name in placed if getattr(self, name) is not None]
        if self.target == "process" and given:
            raise ValueError(f"`{given[0]}` is of target kubernetes; the target is process")
        if self.target == "kubernetes" and self.pool is None:
            raise ValueError("target kubernetes needs a `pool`")
        if self.size is not None and self.quota is not None:
            raise ValueError("give `size` or `quota`, one of them")
        if (self.max_replicas or MOST_REPLICAS) < (self.replicas or REPLICAS):
            raise ValueError("`max_replicas` is less than `replicas`")
        return self


class Schedule(Section):
    """When runs start by themselves: at times, or when a dataset has a new version."""

    cron: str | None = Field(None, description="A cron line of 5 fields, or a preset: @daily.")
    datasets: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _one_of_them(self) -> Schedule:
        if (self.cron is None) == (not self.datasets):
            raise ValueError("give a cron line or datasets, one of them")
        if self.cron and self.cron not in PRESETS and len(self.cron.split()) not in (5, 6):
            raise ValueError(f"not a cron line of 5 fields, nor one of {', '.join(PRESETS)}")
        return self


class Runtime(Section):
    """How tasks run: tries, limits, place. Structure, so fixed when the DAG is built."""

    retries: int = Field(1, ge=0, le=10, description="Tries after the first, per task.")
    retry_seconds: float = Field(10, ge=0, description="Wait between tries, seconds.")
    max_active_runs: int = Field(4, ge=1, description="Runs of this lifecycle at a time.")
    runner: RunnerName = Field(
        "process",
        description="kubernetes: node `train` and those of `resources` run in pods; in a "
        "pipeline, the nodes that say so.",
    )
    pool: str | None = Field(
        None, description="Runner process: an Airflow pool. kubernetes: a pool of configs/pools."
    )
    resources: Mapping[str, PodRequest] = Field({}, description="Node -> what its pod is given.")
    limits: Mapping[str, Limits] = Field({}, description="Node -> what it may use.")
    env: Mapping[str, Variables] = Field(
        {}, description="Node -> its own environment variables; part of its cache key."
    )

    @property
    def airflow_pool(self) -> str | None:
        """The Airflow pool of the tasks that are no pods."""
        return self.pool if self.runner == "process" else None


class Workflow(Section):
    """What every document that becomes a DAG says about itself."""

    api_version: Literal["aileron/v1"] = Field(alias="apiVersion")
    name: Name
    project: Name = DEFAULT_PROJECT
    display_name: str | None = Field(None, max_length=200)
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of every random choice.")
    schedule: Schedule | None = Field(
        None, description="A cron line, a preset such as @daily, or {datasets: [...]}."
    )
    runtime: Runtime = Runtime()

    @field_validator("schedule", mode="before")
    @classmethod
    def _a_line_is_a_schedule(cls, value: object) -> object:
        return {"cron": value} if isinstance(value, str) else value


class LifecycleSpec(Workflow):
    """The standard path, from a dataset to a service."""

    kind: Literal["Lifecycle"]
    dataset: Name = Field(description="A folder of datasets/ with dataset.yaml.")
    dataset_version: Annotated[int, Field(ge=1)] | Literal["latest"] | None = Field(
        None,
        description="Learn from this version, or the latest, as it is; default: import first.",
    )
    annotate: Annotate | None = Field(
        None, description="true, or how many labels: people label before anything learns."
    )
    split: Options = {}
    train: Train
    evaluate: Options = {}
    gate: Options = {}
    track: Options = {}
    register_: Register = Field(Register(), alias="register")
    package: Options | None = Field({}, description="false: no package, and no release.")
    boot_check: Options = {}
    approve: Approve | None = Field(None, description="false, true, or how to ask.")
    release: Release | None = Field(Release(), description="false: no release, and no approval.")

    @property
    def model(self) -> str:
        return self.register_.model or self.name

    @property
    def imports(self) -> bool:
        """Whether its runs import the dataset, and so may make versions of it."""
        return self.dataset_version is None

    @field_validator("annotate", "package", "approve", "release", mode="before")
    @classmethod
    def _a_switch(cls, value: object) -> object:
        if isinstance(value, bool):
            return {} if value else None
        return value

    @property
    def service(self) -> str | None:
        """The service released to, None without a release."""
        return (self.release.service or self.name) if self.release else None


class PipelineNode(Node):
    """A node as a pipeline's YAML has it: it asks for resources, and the pool places it."""

    placement: None = None
    inherits: tuple[()] = ()
    resources: PodRequest | None = Field(None, description="What its pod is given.")


class PipelineSpec(Workflow):
    """Any graph of steps, written out node by node."""

    kind: Literal["Pipeline"]
    sources: Mapping[Name, Options] = Field(
        {},
        description="Name -> {file: path}, or {folder: path} or {archive: path} of samples, for "
        "inputs written `source:name`.",
    )
    nodes: tuple[Options, ...] = Field(min_length=1)
    form: tuple[str, ...] = Field(
        (), description="Nodes whose parameters the trigger form asks for."
    )


class ImportSpec(Workflow):
    """The import of a dataset: made from its definition, not written by hand."""

    kind: Literal["Import"] = "Import"
    name: WorkflowName
    dataset: Name


class OperationSpec(Workflow):
    """An operation on dataset versions: asked for by the trigger form or over HTTP."""

    kind: Literal["Operation"] = "Operation"
    operation: Name = Field("sample", description="What is done: a step of `data` by its name.")
    dataset: Name | None = Field(None, description="The dataset that it is done to.")
    version: int | None = Field(None, ge=1, description="Its version; default: the latest.")
    other: str | None = Field(
        None, pattern=DATASET_VERSION, description="A second one, to merge: `name` or `name@v3`."
    )
    options: Options = Field({}, description="Config of the step.")
    sources: Mapping[Name, Options] = Field(
        {}, description="Input of the step -> where its file is: {upload: id}, {url: ...}."
    )


class ExportSpec(Workflow):
    """A dataset version as files: asked for by the trigger form or over HTTP."""

    kind: Literal["Export"] = "Export"
    dataset: Name | None = Field(None, description="The dataset to export.")
    version: int | None = Field(None, ge=1, description="Its version; default: the latest.")
    format: str | None = Field(None, description="What to write: coco, voc, csv, parquet, ...")
    options: Options = Field({}, description="Options of the format.")


class JobRunSpec(Workflow):
    """A custom job that stands alone: asked for by the trigger form or over HTTP.

    Beside these fields the document has those of `aileron.train.job.spec.JobSpec`.
    """

    kind: Literal["Job"] = "Job"
    job: str = Field("", max_length=200, title="Job", description="The job's name.")
    runtime: Runtime = Runtime(max_active_runs=16)


class PublicationSpec(Workflow):
    """A custom job's model on its way to the registry or to a service."""

    kind: Literal["Publication"] = "Publication"
    run: str | None = Field(None, max_length=400, description="The run of the job.")
    model: Name | None = Field(None, description="Name of the model in the registry.")
    service: Name | None = Field(
        None, description="Service that gets the model; default: the model's name."
    )
    thresholds: Options = Field(
        {}, description="Metric -> {min, max}: what it must reach to be registered."
    )
    package: Options = Field({}, description="Options of step package.bento.")
    boot_check: Options = Field({}, description="Options of step package.boot_check.")


class ImageBuildSpec(Workflow):
    """A build of a container image; what is built is in the ledger."""

    kind: Literal["ImageBuild"] = "ImageBuild"
    version_id: int | None = Field(None, ge=1, description="Id of the version that is built.")


class EnvironmentSpec(Section):
    """Values that hold for every lifecycle of one environment, under what its YAML says."""

    api_version: Literal["aileron/v1"] = Field(alias="apiVersion")
    kind: Literal["Environment"]
    name: Name
    values: Options = Field({}, description="Fields of a lifecycle.")
