"""JSON Schema of the workspace's documents, for editors and for `configs/schema/`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from aileron.cluster.pools import Pool
from aileron.container.settings import ImagesSpec
from aileron.core.catalogue import step_class
from aileron.data.definition import DEFINITIONS, ExpectationSuite
from aileron.data.limits import LimitsSpec
from aileron.data.sources.connections import ConnectionsSpec
from aileron.label.spec import LabelSpec
from aileron.lifecycle.compiler import IMAGE_SECTIONS, JOB_SECTIONS, SECTIONS, algorithms
from aileron.lifecycle.spec import EnvironmentSpec, LifecycleSpec, PipelineNode, PipelineSpec
from aileron.retention.policy import RetentionSpec
from aileron.train.job.algorithm import AlgorithmSpec

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def schemas() -> dict[str, Schema]:
    """Name of the document's kind, in lower case -> its JSON Schema."""
    return {
        "algorithm": _of(AlgorithmSpec),
        "connections": _of(ConnectionsSpec),
        "dataset": _dataset(),
        "environment": _of(EnvironmentSpec),
        "expectations": _of(ExpectationSuite),
        "images": _with_head(ImagesSpec),
        "labels": _labels(),
        "lifecycle": _lifecycle(),
        "limits": _with_head(LimitsSpec),
        "pipeline": _pipeline(),
        "pool": _of(Pool),
        "retention": _with_head(RetentionSpec),
    }


def write_schemas(folder: Path) -> list[Path]:
    """Write each schema as ``NAME.schema.json`` into `folder`; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, schema in schemas().items():
        path = folder / f"{name}.schema.json"
        path.write_text(text(schema), encoding="utf-8")
        paths.append(path)
    return paths


def text(schema: Mapping[str, Any]) -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _of(model: type[BaseModel]) -> Schema:
    return {"$schema": DIALECT, **model.model_json_schema(by_alias=True)}


def _with_head(model: type[BaseModel]) -> Schema:
    """The head has defaults for a workspace without the file; in the file it is wanted."""
    return {**_of(model), "required": ["apiVersion", "kind"]}


def _dataset() -> Schema:
    """Of a table unless `modality` says something else."""
    shapes = {name: model.model_json_schema() for name, model in DEFINITIONS.items()}
    definitions: Schema = {}
    for shape in shapes.values():
        definitions |= shape.pop("$defs")
    chosen = shapes.pop("table")
    for name, shape in reversed(shapes.items()):
        is_this = {"properties": {"modality": {"const": name}}, "required": ["modality"]}
        chosen = {"if": is_this, "then": shape, "else": chosen}
    return {"$schema": DIALECT, "$defs": definitions, **chosen}


def _labels() -> Schema:
    schema = _with_head(LabelSpec)
    annotators = schema["properties"]["annotators"]
    annotators["items"] = {"anyOf": [{"type": "string"}, annotators["items"]]}
    return schema


def _lifecycle() -> Schema:
    schema = _of(LifecycleSpec)
    definitions, properties = schema["$defs"], schema["properties"]
    for section, step in SECTIONS.items():
        steps = dict.fromkeys((step, IMAGE_SECTIONS[section], JOB_SECTIONS[section]))
        found = [_step(definitions, one) for one in steps]
        properties[section] = found[0] if len(found) == 1 else {"anyOf": found}
    properties["package"] = {"anyOf": [properties["package"], {"type": "null"}]}
    for name in ("package", "approve", "release"):
        properties[name]["anyOf"] = [{"type": "boolean"}, *properties[name]["anyOf"]]
    _allow_line(properties["schedule"])
    train = definitions["Train"]
    train["properties"]["algorithm"]["examples"] = algorithms()
    train["allOf"] = [
        {
            "if": {"properties": {"algorithm": {"const": name}}, "required": ["algorithm"]},
            "then": {"properties": {"parameters": _step(definitions, f"train.{name}")}},
        }
        for name in algorithms()
    ]
    return schema


def _pipeline() -> Schema:
    schema = _of(PipelineSpec)
    node = PipelineNode.model_json_schema()
    del node["properties"]["placement"]
    schema["$defs"] |= node.pop("$defs", {}) | {"Node": node}
    schema["properties"]["nodes"]["items"] = {"$ref": "#/$defs/Node"}
    _allow_line(schema["properties"]["schedule"])
    return schema


def _step(definitions: Schema, step: str) -> Schema:
    """A reference to the config of `step`, whose schema is added to `definitions`."""
    config = step_class(step).Config.model_json_schema()
    definitions |= config.pop("$defs", {})
    definitions[step] = config
    return {"$ref": f"#/$defs/{step}"}


def _allow_line(schedule: Schema) -> None:
    schedule["anyOf"] = [{"type": "string"}, *schedule["anyOf"]]
