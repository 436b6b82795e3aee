"""Questions and answers with BML's field names."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from aileron.api.bml.problem import log_id

ImportStatus = Literal["Importing", "ImportFinished", "ImportFailed"]


class Asked(BaseModel):
    """A question; a field that is not known here is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(BaseModel):
    """Every answer has a number for the log."""

    model_config = ConfigDict(frozen=True)

    log_id: int = Field(default_factory=log_id)


class OfDataset(Asked):
    dataset_group_id: int = Field(ge=1, le=2**63 - 1)


class OfVersion(Asked):
    dataset_id: int = Field(ge=1, le=2**63 - 1)


class Page(Asked):
    limit: int = Field(10, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=2**31)


class DatasetFilter(Asked):
    type: tuple[str, ...] = ()
    template_type: tuple[str, ...] = ()


class DescribeDatasets(Page):
    filter: DatasetFilter = DatasetFilter()
    word: str | None = Field(None, max_length=200)


class DescribeDatasetVersions(Page):
    dataset_group_id: int = Field(ge=1, le=2**63 - 1)


class Table(Asked):
    data_source_type: Literal["cloud_edap"]
    database_name: str = Field(description="a connection of configs/connections.yaml")
    table_name: str


class Done(Answer):
    result: bool


class PageInfo(BaseModel):
    limit: int
    offset: int
    total: int


class DatasetName(BaseModel):
    dataset_group_id: int
    dataset_name: str


class Datasets(Answer):
    page_info: PageInfo
    datasets: tuple[DatasetName, ...]


class VersionRow(BaseModel):
    dataset_id: int
    dataset_name: str
    version_number: int
    import_status: ImportStatus
    columns: int | None
    rows: int | None
    type: str | None
    template_type: str | None
    create_time: str
    modify_time: str


class DatasetVersions(Answer):
    page_info: PageInfo
    dataset_versions: tuple[VersionRow, ...]


class VersionFacts(VersionRow, Answer):
    dataset_group_id: int
    description: str
    storage_type: Literal["sysBos"] = "sysBos"
    storage_path: str
    size_MB: float  # noqa: N815 - BML's name
    import_progress: float


class Schema(BaseModel):
    names: tuple[str, ...]
    types: tuple[str, ...]
    columns: tuple[int, ...]


class Guess(BaseModel):
    schema_: Schema = Field(serialization_alias="schema")
    values: tuple[tuple[Any, ...], ...]
    total_size: int = Field(description="columns")
    has_preview: bool


class GuessedSchema(Answer):
    result: Guess


class ImportTable(Table):
    dataset_id: int = Field(ge=1, le=2**63 - 1, description="any version of the dataset")
    upload_type: Literal["overwrite"] = "overwrite"
    column_error: Literal["auto"] = "auto"


class ExportVersion(OfVersion):
    storage_type: Literal["sysBos"] = "sysBos"


class OfTask(Asked):
    task_id: int = Field(ge=1, le=2**63 - 1)


class Task(Answer):
    task_id: int


class ImportTask(Answer):
    dataset_id: int | None = None
    size_MB: float | None = None  # noqa: N815 - BML's name
    columns: int | None = None
    rows: int | None = None
    import_status: ImportStatus
    import_progress: float = Field(description="share of the run's stages that are done")
    start_time: str | None
    finish_time: str | None


class ExportTask(Answer):
    storage_type: Literal["sysBos"] = "sysBos"
    storage_path: str | None = None
    size_MB: float | None = None  # noqa: N815 - BML's name
    export_status: Literal["Exporting", "ExportFinished", "ExportFailed"]
    start_time: str | None
    finish_time: str | None
    download_url: str | None = None
