"""What a custom job is: code, a start command, data, a place to run, limits.

One document for all who ask for a job: the section `train.job` of a lifecycle, ``aileron job
submit``, the HTTP API and the page. The folder contract is BML-JOB-09: the code lies in the
working directory, data in ``./train_data`` and ``./test_data``, results go to ``./output``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from aileron.cluster.placement import MOST_NODES, MOST_VARIABLES
from aileron.cluster.placing import PodRequest
from aileron.core.names import NAME_PATTERN

if TYPE_CHECKING:
    from aileron.data.sources.git import GitSource

Framework = Literal["pytorch", "sklearn", "xgboost", "onnx", "paddle", "tensorflow", "other"]
"""What the artefact that a job leaves is of; ``other`` is not looked at."""
Part = Literal["train", "validation", "test"]
DATASET_VERSION: Final = rf"^{NAME_PATTERN}(@v[1-9]\d*)?$"
MOST_HOURS: Final = 168
MOST_PARAMETERS: Final = 100
Parameter = str | int | float | bool
ParameterName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$")]
Parameters = Annotated[Mapping[ParameterName, Parameter], Field(max_length=MOST_PARAMETERS)]
VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
RESERVED: Final = "AILERON_"
"""What the names of a job's own variables do not begin with."""


def _are_its_own(env: Mapping[str, str]) -> Mapping[str, str]:
    for name in env:
        if name.startswith(RESERVED):
            raise ValueError(f"{name} is the platform's to set; choose another name")
    return env


OwnVariables = AfterValidator(_are_its_own)
"""Refuses variables that the platform sets."""
Variables = Annotated[Mapping[VariableName, str], Field(max_length=MOST_VARIABLES), OwnVariables]
FOR_THE_POOL: Final = ("volumes", "node_selector", "tolerations")
"""Of a pod's request: what whoever starts a run may not choose."""


class JobSection(BaseModel):
    """Base of the parts of a job: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GitCode(JobSection):
    """Code of a Git repository."""

    url: str = Field(description="https:// address, or a repository's path in the workspace")
    revision: str = Field("HEAD", description="branch, tag or commit; the commit is recorded")
    path: str | None = Field(None, description="the folder of the repository that is the code")
    connection: str | None = Field(None, description="a connection that holds the access token")

    def to_source(self) -> GitSource:
        """What is to be fetched."""
        from aileron.data.sources.git import GitSource

        return GitSource(self.url, self.revision, self.path, self.connection)


class JobCode(JobSection):
    """Where the code is: one of the three."""

    upload: str | None = Field(None, description="id of an upload: one file, a zip or a tar")
    folder: str | None = Field(None, description="a folder or file of the workspace")
    git: GitCode | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> JobCode:
        if sum(one is not None for one in (self.upload, self.folder, self.git)) != 1:
            raise ValueError("give `upload`, `folder` or `git`, one of them")
        return self


class JobData(JobSection):
    """What lies in ``./train_data`` or ``./test_data``: a dataset version, or files."""

    dataset: str | None = Field(None, pattern=DATASET_VERSION, description="`name` or `name@v3`")
    part: Part | None = Field(None, description="of a dataset: only samples of this part")
    format: str | None = Field(
        None, description="of a dataset: a format of `aileron dataset formats`; default: by kind"
    )
    upload: str | None = Field(None, description="id of an upload: one file, a zip or a tar")
    folder: str | None = Field(None, description="a folder or file of the workspace")

    @model_validator(mode="after")
    def _one_of_them(self) -> JobData:
        if sum(one is not None for one in (self.dataset, self.upload, self.folder)) != 1:
            raise ValueError("give `dataset`, `upload` or `folder`, one of them")
        if self.dataset is None and (self.part or self.format):
            raise ValueError("`part` and `format` are of a dataset")
        return self


class JobServing(JobSection):
    """How the model that a job leaves answers requests; see `aileron.serve.custom`."""

    module: str = Field(
        description="the Python file of the code, or of ./output, that has `PredictWrapper`, or "
        "`model_fn`, `input_fn` and `output_fn`"
    )
    requirements: tuple[str, ...] = Field(
        (), description="pip requirements of the service, each pinned: `torch==2.13.0`"
    )
    sample: str | None = Field(
        None, description="a JSON file of the code or of ./output: a request to check it with"
    )


class JobWork(JobSection):
    """What runs: all of a job that decides its results."""

    command: str = Field(
        min_length=1,
        max_length=4000,
        title="Start command",
        description="start command, run by bash in the code's folder: `python train.py`",
    )
    parameters: Parameters = Field(
        {},
        title="Parameters",
        description="passed to the command as `--name=value`, in this order",
    )
    framework: Framework = Field(
        "other", title="Framework", description="what ./output is checked to be"
    )
    model_file: str | None = Field(
        None,
        title="Model file",
        description="the model's file or folder in ./output; default: by framework",
    )
    serving: JobServing | None = Field(
        None, title="Serving", description="how the model that the job leaves answers requests"
    )
    nodes: int = Field(
        1,
        ge=1,
        le=MOST_NODES,
        title="Nodes",
        description="processes, or pods, that find each other",
    )
    restarts: int = Field(
        0,
        ge=0,
        le=100,
        title="Restarts",
        description="starts anew, with ./output as it is, after a node died",
    )


class JobSpec(JobWork):
    """A job that stands alone."""

    code: JobCode | None = Field(None, title="Code", description="default: it is in the image")
    train_data: JobData | None = Field(
        None, title="Training data", description="./train_data: a dataset version, or files"
    )
    test_data: JobData | None = Field(
        None, title="Test data", description="./test_data: a dataset version, or files"
    )
    env: Variables = Field(
        {},
        title="Environment",
        description="environment variables of the command; the plan keeps them, so no secrets",
    )
    seed: int = Field(0, ge=0, lt=2**32, title="Seed", description="AILERON_SEED")
    hours: float = Field(24, gt=0, le=MOST_HOURS, title="Hours", description="longest run time")
    memory_mb: int | None = Field(
        None, ge=64, title="Memory (MB)", description="runner process: resident memory"
    )
    runner: Literal["process", "kubernetes"] = "process"
    resources: PodRequest | None = Field(
        None, title="Place", description="runner kubernetes: pool, size, image, ... of each pod"
    )

    @model_validator(mode="after")
    def _pods_say_their_pool(self) -> JobSpec:
        if self.runner == "process" and self.resources is not None:
            raise ValueError("`resources` are of runner kubernetes; the runner is process")
        if self.runner == "kubernetes" and (self.resources is None or not self.resources.pool):
            raise ValueError("runner kubernetes needs `resources: {pool: ...}`")
        if self.runner == "kubernetes" and self.memory_mb is not None:
            raise ValueError("`memory_mb` is of runner process; say `resources: {memory_mb: ...}`")
        if self.runner == "kubernetes" and self.nodes > 1 and self.restarts:
            raise ValueError("`restarts` are of processes; several pods end together")
        refused = [name for name in FOR_THE_POOL if getattr(self.resources, name, None)]
        if refused:
            raise ValueError(f"`resources.{refused[0]}` is the pool's to give")
        if self.code is None and (self.resources is None or self.resources.image is None):
            raise ValueError("give `code`, or an image that holds it")
        return self
