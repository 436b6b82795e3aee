"""The OpenAPI schemas of a table service, made from its model's features."""

from __future__ import annotations

from typing import Any, Final

from .encoding import Feature
from .inference import DATATYPES, outputs
from .model import ModelCard, class_name
from .predict import ROW_LIMIT

Schema = dict[str, Any]

REFERENCE: Final = "#/components/schemas/"
_TYPES: Final = {"number": "number", "category": "string", "boolean": "boolean"}


def components(card: ModelCard) -> dict[str, Schema]:
    """All schemas that the routes refer to, by name."""
    return {
        "Row": _object({f.name: feature_schema(f) for f in card.features}),
        "PredictRequest": _predict_request(card),
        "PredictResponse": _object(
            {
                "log_id": {"type": "integer", "description": "unique, for tracing"},
                "batch_results": {"type": "array", "items": _ref("Result")},
            }
        ),
        "Result": _result(card),
        "InferRequest": _infer_request(card),
        "InferResponse": _infer_response(card),
        "ModelMetadata": _open(name="string", versions="array", platform="string"),
        "Status": {"type": "object"},
        "Error": _object({"error_code": {"type": "integer"}, "error_msg": {"type": "string"}}),
    }


def body(name: str) -> Schema:
    """`openapi_extra` of a route whose request body is schema `name`."""
    content = {"application/json": {"schema": _ref(name)}}
    return {"requestBody": {"required": True, "content": content}}


def responses(name: str) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers with schema `name`, or with an error."""
    return {
        200: {"description": "OK", "content": {"application/json": {"schema": _ref(name)}}},
        "default": {
            "description": "What was wrong, and what to do.",
            "content": {"application/json": {"schema": _ref("Error")}},
        },
    }


def feature_schema(feature: Feature) -> Schema:
    """The schema of one feature's value."""
    kind = _TYPES[feature.type]
    schema: Schema = {"type": [kind, "null"] if feature.missing_allowed else kind}
    if feature.type == "category":
        known = list(feature.categories or ())
        schema["enum"] = [*known, None] if feature.missing_allowed else known
    return schema


def _predict_request(card: ModelCard) -> Schema:
    schema = _object(
        {
            "data": {"type": "array", "items": _ref("Row"), "minItems": 1, "maxItems": ROW_LIMIT},
            "include_req": {"type": "boolean", "default": False},
        }
    )
    example = {"data": [dict(card.input_example)], "include_req": False}
    return schema | {"required": ["data"], "example": example}


def _result(card: ModelCard) -> Schema:
    echoed = {"req": _ref("Row")}
    if card.classes is None:
        schema = _object({"value": {"type": "number"}} | echoed)
        return schema | {"required": ["value"]}
    score = {"type": "number", "minimum": 0, "maximum": 1}
    probabilities = _object({class_name(label): score for label in card.classes})
    label = {"enum": list(card.classes)}
    schema = _object({"label": label, "score": score, "probabilities": probabilities} | echoed)
    return schema | {"required": ["label", "score", "probabilities"]}


def _infer_request(card: ModelCard) -> Schema:
    one_of = [
        _open(required=["name", "shape", "datatype", "data"])
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
    schema = _object(
        {
            "id": {"type": "string"},
            "parameters": {"type": "object"},
            "inputs": inputs,
            "outputs": {"type": "array", "items": _open(name="string")},
        }
    )
    return schema | {"required": ["inputs"]}


def _infer_response(card: ModelCard) -> Schema:
    output = _open(shape="array", data="array")
    output["properties"]["name"] = {"enum": list(outputs(card))}
    output["properties"]["datatype"] = {"type": "string"}
    schema = _open(model_name="string", id="string")
    schema["properties"]["outputs"] = {"type": "array", "items": output}
    return schema | {"required": ["model_name", "outputs"]}


def _ref(name: str) -> Schema:
    return {"$ref": REFERENCE + name}


def _object(properties: Schema) -> Schema:
    """An object with exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _open(*, required: list[str] | None = None, **types: str) -> Schema:
    """An object with at least these properties, by their JSON types."""
    properties = {
        name: {"type": kind, "items": {}} if kind == "array" else {"type": kind}
        for name, kind in types.items()
    }
    schema: Schema = {"type": "object", "properties": properties}
    return schema | {"required": required} if required else schema
