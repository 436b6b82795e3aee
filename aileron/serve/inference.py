"""The Open Inference Protocol, version 2, over JSON: one input per column, shape [n].

Numbers are FP64 (any number type is taken), booleans BOOL; categories, dates and texts are
BYTES. A classifier answers with `label` [n] and `probabilities` [n, classes], a regression with
`value` [n]. Errors use this service's envelope.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from .body import check_keys
from .encoding import Feature, FeatureType
from .errors import ServiceError
from .model import Model, ModelCard
from .predict import ROW_LIMIT
from .protocol import list_of, name_of, parse_request, short, wanted_outputs

NUMBER_TYPES: Final = (
    "FP64", "FP32", "FP16", "INT64", "INT32", "INT16", "INT8",
    "UINT64", "UINT32", "UINT16", "UINT8",
)  # fmt: skip
DATATYPES: Final[Mapping[FeatureType, tuple[str, ...]]] = {
    "number": NUMBER_TYPES,
    "category": ("BYTES",),
    "boolean": ("BOOL",),
    "date": ("BYTES",),
    "text": ("BYTES",),
}
"""Datatypes taken for a feature; the first one is announced."""


def metadata(card: ModelCard, name: str) -> dict[str, Any]:
    """What ``GET /v2/models/NAME`` answers."""
    return {
        "name": name,
        "versions": [],
        "platform": card.framework,
        "inputs": [
            {"name": feature.name, "datatype": DATATYPES[feature.type][0], "shape": [-1]}
            for feature in card.features
        ],
        "outputs": [
            {"name": output, "datatype": datatype, "shape": shape}
            for output, (datatype, shape) in outputs(card).items()
        ],
    }


def outputs(card: ModelCard) -> dict[str, tuple[str, list[int]]]:
    """Name -> (datatype, shape) of what the model answers with."""
    if card.classes is None:
        return {"value": ("FP64", [-1])}
    kinds = {bool: "BOOL", int: "INT64", float: "FP64"}
    label = kinds.get(type(card.classes[0]), "BYTES")
    return {"label": (label, [-1]), "probabilities": ("FP64", [-1, len(card.classes)])}


def infer(model: Model, name: str, body: bytes) -> bytes:
    """Answer one ``POST /v2/models/NAME/infer``.

    Raises:
        ServiceError, RowError: the request cannot be answered; says why.
    """
    request = parse_request(body)
    wanted = wanted_outputs(request, list(outputs(model.card)))
    matrix = model.encoder.columns(_columns(request, model.card))
    results = model.predict_matrix(matrix)
    answer: dict[str, Any] = {"model_name": name}
    if "id" in request:
        answer["id"] = request["id"]
    answer["outputs"] = [_output(model.card, output, results) for output in wanted]
    return orjson.dumps(answer)


def _columns(request: dict[str, Any], card: ModelCard) -> dict[str, list[Any]]:
    inputs = list_of(request, "inputs", "a list of one input per feature", required=True)
    if not inputs:
        raise ServiceError("no_rows", name="inputs")
    features = {feature.name: feature for feature in card.features}
    columns: dict[str, list[Any]] = {}
    for entry in inputs:
        name = name_of(entry, "inputs")
        if name in columns:
            raise ServiceError("repeated_input", name=name)
        columns[name] = _values(entry, name, features.get(name))
    count = max(len(values) for values in columns.values())
    if count == 0:
        raise ServiceError("no_rows", name="inputs")
    if count > ROW_LIMIT:
        raise ServiceError("too_many_rows", found=count, limit=ROW_LIMIT)
    return columns


def _values(entry: dict[str, Any], name: str, feature: Feature | None) -> list[Any]:
    """The values of one input; an unknown feature is left to the encoder to refuse."""
    check_keys(entry, ("name", "shape", "datatype", "parameters", "data"))
    if feature is not None and entry.get("datatype") not in DATATYPES[feature.type]:
        found = entry.get("datatype")
        wanted = " or ".join(DATATYPES[feature.type])
        raise ServiceError("wrong_datatype", name=name, found=found, wanted=wanted)
    values = list_of(entry, "data", "a list of values", required=True)
    shape = entry.get("shape")
    if shape == [len(values), 1] and all(isinstance(v, list) and len(v) == 1 for v in values):
        values = [value[0] for value in values]
    if shape not in ([len(values)], [len(values), 1]):
        raise ServiceError("wrong_shape", name=name, found=short(shape), count=len(values))
    return values


def _output(card: ModelCard, name: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    datatype, shape = outputs(card)[name]
    if name == "probabilities":
        data = [score for result in results for score in result[name].values()]
    else:
        data = [result[name] for result in results]
    return {"name": name, "datatype": datatype, "shape": [len(results), *shape[1:]], "data": data}
