"""The OpenAPI schemas of a table service, made from its model's features."""

from __future__ import annotations

from typing import Final

from .encoding import Feature
from .inference import DATATYPES, outputs
from .model import ModelCard, class_name
from .openapi import Schema, closed_object, common, open_object, ref
from .predict import ROW_LIMIT

_TYPES: Final = {
    "number": "number",
    "category": "string",
    "boolean": "boolean",
    "date": "string",
    "text": "string",
}


def components(card: ModelCard) -> dict[str, Schema]:
    """All schemas that the routes refer to, by name."""
    return {
        "Row": closed_object({f.name: feature_schema(f) for f in card.features}),
        "PredictRequest": _predict_request(card),
        "PredictResponse": closed_object(
            {
                "log_id": {"type": "integer", "description": "unique, for tracing"},
                "batch_results": {"type": "array", "items": ref("Result")},
            }
        ),
        "Result": _result(card),
        "InferRequest": _infer_request(card),
        "InferResponse": _infer_response(card),
        **common(),
    }


def feature_schema(feature: Feature) -> Schema:
    """The schema of one feature's value."""
    kind = _TYPES[feature.type]
    schema: Schema = {"type": [kind, "null"] if feature.missing_allowed else kind}
    if feature.type == "category":
        known = list(feature.categories or ())
        schema["enum"] = [*known, None] if feature.missing_allowed else known
    if feature.type == "date":
        ways = ["ISO 8601, with or without a time", *feature.formats]
        schema |= {"description": " or ".join(ways), "examples": ["2026-01-31"]}
    return schema


def _predict_request(card: ModelCard) -> Schema:
    schema = closed_object(
        {
            "data": {"type": "array", "items": ref("Row"), "minItems": 1, "maxItems": ROW_LIMIT},
            "include_req": {"type": "boolean", "default": False},
        }
    )
    example = {"data": [dict(card.input_example)], "include_req": False}
    return schema | {"required": ["data"], "example": example}


def _result(card: ModelCard) -> Schema:
    echoed = {"req": ref("Row")}
    if card.classes is None:
        schema = closed_object({"value": {"type": "number"}} | echoed)
        return schema | {"required": ["value"]}
    score = {"type": "number", "minimum": 0, "maximum": 1}
    probabilities = closed_object({class_name(label): score for label in card.classes})
    label = {"enum": list(card.classes)}
    schema = closed_object(
        {"label": label, "score": score, "probabilities": probabilities} | echoed
    )
    return schema | {"required": ["label", "score", "probabilities"]}


def _infer_request(card: ModelCard) -> Schema:
    one_of = [
        open_object(required=["name", "shape", "datatype", "data"])
        | {
            "properties": {
                "name": {"const": feature.name},
                "shape": {"type": "array", "items": {"type": "integer"}},
                "datatype": {"enum": list(DATATYPES[feature.type])},
                "data": {"type": "array", "items": feature_schema(feature)},
            }
        }
        for feature in card.features
    ]
    count = len(card.features)
    inputs = {"type": "array", "items": {"oneOf": one_of}, "minItems": count, "maxItems": count}
    schema = closed_object(
        {
            "id": {"type": "string"},
            "parameters": {"type": "object"},
            "inputs": inputs,
            "outputs": {"type": "array", "items": open_object(name="string")},
        }
    )
    return schema | {"required": ["inputs"]}


def _infer_response(card: ModelCard) -> Schema:
    output = open_object(shape="array", data="array")
    output["properties"]["name"] = {"enum": list(outputs(card))}
    output["properties"]["datatype"] = {"type": "string"}
    schema = open_object(model_name="string", id="string")
    schema["properties"]["outputs"] = {"type": "array", "items": output}
    return schema | {"required": ["model_name", "outputs"]}
