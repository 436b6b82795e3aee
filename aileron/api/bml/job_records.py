"""Questions and answers of BML's training-job calls, with its field names.

What BML has a number of its own for (an empty name, a wrong path, too many nodes) is checked by
`aileron.api.bml.job_asked`; here is only what makes a request unreadable.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, Field

from aileron.api.bml.records import Answer, Asked
from aileron.core.names import NAME_PATTERN

Storage = Literal["BOS", "PFS", "S3", "PVC", ""]
EnvType = Literal["CCR", "DEFAULT"]
Strategy = Literal["Horovod", "PaddleFleet", "PytorchDDP"]
FrameworkName = Literal[
    "PaddlePaddle", "TensorFlow", "PyTorch", "Sklearn", "XGBoost", "ONNX", "Other"
]
JobStatus = Literal["UNTRAIN", "PENDING", "RUNNING", "SUCCESSED", "FAILED", "STOPPED"]
MOST_HOURS: Final = 168


class InProject(Asked):
    prjId: str = Field(pattern=f"^{NAME_PATTERN}$", description="a project")  # noqa: N815


class TrainConfig(Asked):
    env_type: EnvType
    output_UrlSource: Storage = ""  # noqa: N815
    output_path: str = Field("", description="`output`: results are kept with the job")
    code_UrlSource: Storage = ""  # noqa: N815
    code_path: str = Field("", description="a folder of the workspace, or upload:ID")
    start_cmd: str = ""
    image: str = ""
    tag: str = ""
    repository_id: str = Field("", description="address of the image's registry")
    distribute_strategy: Strategy | None = None
    framework: FrameworkName = Field("Other", description="what the output is checked to be")


class DatasetConfig(Asked):
    trainset_UrlSource: Storage = ""  # noqa: N815
    trainset_path: str = Field(
        "", description="a folder of the workspace, upload:ID, or dataset:NAME@vN"
    )
    evalset_UrlSource: Storage = ""  # noqa: N815
    evalset_path: str = ""


class ResourceConfig(Asked):
    resource_type: Literal["PUBLIC", "USER"] = "PUBLIC"
    resource_name: str = Field(description="CPU_4C_16G, CPU_16C_64G, or a pool")
    node_count: int = Field(ge=1)
    max_duration: int = Field(ge=1, le=MOST_HOURS, description="hours")
    gpu_type: str = Field("", description="what the cluster calls it: nvidia.com/gpu")
    gpu_num: int | None = Field(None, ge=0)
    cpu_num: int | None = Field(None, ge=1)
    memory: int | None = Field(None, ge=1, description="GB")
    rdma: bool = False


class CreateJob(InProject):
    name: str = ""
    description: str = ""
    train_config: TrainConfig
    dataset_config: DatasetConfig = DatasetConfig()
    resource_config: ResourceConfig


class OfJob(InProject):
    id: int = Field(ge=1, le=2**63 - 1)


class ListJobs(InProject):
    start: int = Field(0, ge=0, le=2**31 - 1)
    num: int = Field(20, ge=1, le=200)


class JobMade(Answer):
    result: int = Field(description="the job's id")


class JobDone(Answer):
    result: bool


class JobRow(BaseModel):
    id: int
    name: str
    description: str
    train_status: JobStatus
    run_time: int = Field(description="minutes")
    resource_type: Literal["PUBLIC", "USER"]
    resource_name: str
    framework: FrameworkName
    create_time: str


class JobList(Answer):
    total: int
    result: tuple[JobRow, ...]


class TrainFacts(BaseModel):
    code_path: str
    start_cmd: str
    output_path: str
    framework: FrameworkName
    env_type: EnvType
    image: str
    tag: str
    repository_id: str
    distribute_strategy: str
    trainset_path: str
    evalset_path: str


class ResourceFacts(BaseModel):
    resource_type: Literal["PUBLIC", "USER"]
    resource_name: str
    node_count: int
    max_duration: float
    gpu_type: str
    gpu_num: int | None
    cpu_num: float | None
    memory: float | None


class DatasetFacts(BaseModel):
    trainset_path: str
    evalset_path: str


class JobFacts(JobRow):
    train_config: TrainFacts
    resource_config: ResourceFacts
    dataset_config: DatasetFacts


class JobShown(Answer):
    result: JobFacts
