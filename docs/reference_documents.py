"""documents.md: the fields of every YAML document, from the models that read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel
from reference_text import NOTE, fields

from aileron.cluster.pools import Pool
from aileron.container.settings import ImagesSpec
from aileron.data.audio.spec import AudioDefinition
from aileron.data.definition import DatasetDefinition, ExpectationSuite
from aileron.data.images.spec import ImageDefinition
from aileron.data.limits import LimitsSpec
from aileron.data.series.spec import SeriesDefinition
from aileron.data.sources.connections import ConnectionsSpec
from aileron.data.texts.spec import TextDefinition
from aileron.label.spec import LabelSpec
from aileron.lifecycle.spec import EnvironmentSpec, LifecycleSpec, PipelineSpec
from aileron.retention.policy import RetentionSpec

ABOUT: Final = (
    "The YAML documents of a workspace. `aileron schema` prints the same as JSON Schema, for "
    "completion in editors. Sections that configure a step (`split`, `evaluate`, `gate`, ...) "
    "take that step's fields: [components](components.md)."
)
KINDS: Final[Mapping[str, tuple[type[BaseModel], str]]] = {
    "Lifecycle": (LifecycleSpec, "`configs/lifecycles/NAME.yaml`"),
    "Dataset of a table": (DatasetDefinition, "`datasets/NAME/dataset.yaml`"),
    "Dataset of pictures": (ImageDefinition, "`datasets/NAME/dataset.yaml`, `modality: image`"),
    "Dataset of texts": (TextDefinition, "`datasets/NAME/dataset.yaml`, `modality: text`"),
    "Dataset of recordings": (AudioDefinition, "`datasets/NAME/dataset.yaml`, `modality: audio`"),
    "Dataset of time series": (
        SeriesDefinition,
        "`datasets/NAME/dataset.yaml`, `modality: series`",
    ),
    "ExpectationSuite": (ExpectationSuite, "`datasets/NAME/expectations.yaml`"),
    "Labels": (LabelSpec, "`datasets/NAME/labels.yaml`"),
    "Pipeline": (PipelineSpec, "`configs/pipelines/NAME.yaml`"),
    "Pool": (Pool, "`configs/pools/NAME.yaml`"),
    "Connections": (ConnectionsSpec, "`configs/connections.yaml`"),
    "Images": (ImagesSpec, "`configs/images.yaml`"),
    "Limits": (LimitsSpec, "`configs/limits.yaml`"),
    "Retention": (RetentionSpec, "`configs/retention.yaml`"),
    "Environment": (EnvironmentSpec, "`configs/environments/NAME.yaml`"),
}


def documents() -> str:
    """The page."""
    parts = [f"# Documents\n\n{NOTE}\n\n{ABOUT}"]
    for title, (model, place) in KINDS.items():
        parts += [f"## {title}", f"Lies in {place}.", *_sections(model)]
    return "\n\n".join(parts) + "\n"


def _sections(model: type[BaseModel]) -> Iterator[str]:
    """The table of the document, then one of each object inside it."""
    schema: dict[str, Any] = model.model_json_schema(by_alias=True)
    definitions = schema.pop("$defs", {})
    yield fields(schema, definitions)
    for name, definition in definitions.items():
        if definition.get("properties"):
            yield f"`{name}`: {definition.get('description', '').partition(chr(10))[0]}".rstrip()
            yield fields(definition, definitions)
