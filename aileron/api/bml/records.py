"""Questions and answers with BML's field names."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from aileron.api.bml.problem import log_id

ImportStatus = Literal["Importing", "ImportFinished", "ImportFailed"]


class Asked(BaseModel):
    """A question; a field that is not known here is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(BaseModel):
    """Every answer has a number for the log."""

    model_config = ConfigDict(frozen=True)

    log_id: int = Field(default_factory=log_id)


Type = Literal[
    "IMAGE_CLASSIFICATION",
    "OBJECT_DETECTION",
    "TEXT_MATCHING",
    "TEXT_CLASSIFICATION",
    "DATA_TABLE_FORECASTING",
    "TIME_SERIES_FORECASTING",
]
TemplateType = Literal[
    "IMAGE_CLASSIFICATION_ONE_LABEL",
    "IMAGE_CLASSIFICATION_MUL_LABEL",
    "OBJECT_DETECTION_RECTANGLE",
    "TEXT_CLASSIFICATION_ONE_LABEL",
    "TEXT_SIMILARITY",
    "DATA_TABLE_FORECASTING",
    "TIME_SERIES_FORECASTING",
]
LABEL_BYTES: Final = 20
COLUMN_TYPE: Final = (
    r"^(smallint|int|bigint|float|double|date|timestamp|uuid|string|decimal\(\d+, ?\d+\))$"
)


class OfKind(Asked):
    """What kind of data it is; blanks around the words, which BML's own lists have, are cut."""

    type: Type
    template_type: TemplateType

    @field_validator("type", "template_type", mode="before")
    @classmethod
    def _trimmed(cls, value: Any) -> Any:
        return value.strip() if isinstance(value, str) else value


class Create(OfKind):
    dataset_name: str = Field(min_length=1, max_length=100)
    storage_type: Literal["sysBos"] = "sysBos"
    storage_path: str | None = Field(None, pattern=r"/$", description="not used by sysBos")


class Created(Answer):
    dataset_id: int
    dataset_group_id: int


class CreateVersion(OfKind):
    dataset_group_id: int = Field(ge=1, le=2**63 - 1)
    description: str = Field("", max_length=500)


class CreatedVersion(Answer):
    dataset_id: int


class EntityLabel(Asked):
    """A label; with a box in pixels, of a thing in a picture."""

    label_name: str = Field(min_length=1, description=f"at most {LABEL_BYTES} bytes of UTF-8")
    left: float | None = None
    top: float | None = None
    width: float | None = None
    height: float | None = None

    @model_validator(mode="after")
    def _short_and_whole(self) -> EntityLabel:
        if not self.label_name.strip() or len(self.label_name.encode()) > LABEL_BYTES:
            raise ValueError(f"label_name has 1 to {LABEL_BYTES} bytes of UTF-8")
        sides = (self.left, self.top, self.width, self.height)
        if None in sides and sides != (None,) * 4:
            raise ValueError("a box has left, top, width and height")
        return self


class AddEntity(OfKind):
    dataset_id: int = Field(ge=1, le=2**63 - 1)
    entity_content: str = Field(
        min_length=1, description="a picture in Base64; a text; two texts joined by a tab"
    )
    labels: tuple[EntityLabel, ...] = Field((), max_length=10_000)
    append_label: bool = Field(True, description="false: a sample that is there gets these alone")


class EntityAdded(Answer):
    """The sample is in the dataset."""


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


class WantedSchema(Asked):
    """Which columns of the table are imported, under which names, as what."""

    columns: tuple[Annotated[int, Field(ge=0)], ...] = Field(min_length=1)
    raw_names: tuple[str, ...]
    names: tuple[Annotated[str, Field(pattern=r"^[^\x00-\x1f\"`]{1,128}$")], ...]
    types: tuple[Annotated[str, Field(pattern=COLUMN_TYPE)], ...]

    @model_validator(mode="after")
    def _one_of_each(self) -> WantedSchema:
        counts = {len(one) for one in (self.columns, self.raw_names, self.names, self.types)}
        if len(counts) > 1 or len(set(self.names)) < len(self.names):
            raise ValueError("columns, raw_names, names and types have one entry per column")
        return self


class ImportTable(Table):
    dataset_id: int = Field(ge=1, le=2**63 - 1, description="any version of the dataset")
    upload_type: Literal["overwrite", "append"] = "overwrite"
    column_error: Literal["auto", "skip", "fail"] = Field(
        "auto", description="auto: as the definition says; skip: bad rows are left out"
    )
    schema_: WantedSchema | None = Field(None, alias="schema")


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
