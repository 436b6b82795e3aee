"""The OpenAPI schemas of an image service, made from its model's card and its limits."""

from __future__ import annotations

from typing import Any

from .image_inference import INPUT, MOST_PICTURES, outputs
from .image_model import ImageModelCard
from .image_request import DEFAULT_TOP, PictureLimits
from .openapi import Schema, closed_object, common, open_object, ref

_SCORE: Schema = {"type": "number", "minimum": 0, "maximum": 1}


def components(card: ImageModelCard, limits: PictureLimits) -> dict[str, Schema]:
    """All schemas that the routes refer to, by name."""
    picture = {
        "type": "string",
        "contentEncoding": "base64",
        "maxLength": limits.encoded_bytes,
        "description": "a picture in base64, without the header of a data URI; its sides have "
        f"{limits.shortest_side} to {limits.longest_side} pixels",
    }
    request = closed_object({"image": picture} | option(card)) | {"required": ["image"]}
    result = closed_object({"name": {"enum": list(card.classes)}, "score": _SCORE})
    answer = {
        "log_id": {"type": "integer", "description": "unique, for tracing"},
        "results": {
            "type": "array",
            "items": ref("Result"),
            "description": "the best first",
            "maxItems": len(card.classes),
        },
    }
    return {
        "PredictRequest": request,
        "PredictResponse": closed_object(answer),
        "Result": result,
        "InferRequest": _infer_request(picture),
        "InferResponse": _infer_response(card),
        **common(),
    }


def option(card: ImageModelCard) -> dict[str, Schema]:
    """The one parameter beside the picture, by its name."""
    if card.task == "multi_label":
        text = "score from which a label is given; without it the model's own threshold"
        return {"threshold": _SCORE | {"description": text}}
    top = {"type": "integer", "minimum": 1, "default": DEFAULT_TOP}
    return {"top_num": top | {"description": "how many results at most"}}


def predict_operation(card: ImageModelCard) -> dict[str, Any]:
    """Body and query of ``POST /predict``: JSON, or the picture itself."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    content = {
        "application/json": {"schema": ref("PredictRequest")},
        "image/*": binary,
        "application/octet-stream": binary,
    }
    query = [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in option(card).items()
    ]
    return {"requestBody": {"required": True, "content": content}, "parameters": query}


def _infer_request(picture: Schema) -> Schema:
    tensor = open_object(required=["name", "shape", "datatype", "data"]) | {
        "properties": {
            "name": {"const": INPUT},
            "shape": {"type": "array", "items": {"type": "integer"}},
            "datatype": {"const": "BYTES"},
            "data": {"type": "array", "items": picture, "maxItems": MOST_PICTURES},
        }
    }
    schema = closed_object(
        {
            "id": {"type": "string"},
            "parameters": {"type": "object"},
            "inputs": {"type": "array", "items": tensor, "minItems": 1, "maxItems": 1},
            "outputs": {"type": "array", "items": open_object(name="string")},
        }
    )
    return schema | {"required": ["inputs"]}


def _infer_response(card: ImageModelCard) -> Schema:
    output = open_object(shape="array", data="array")
    output["properties"]["name"] = {"enum": list(outputs(card))}
    output["properties"]["datatype"] = {"type": "string"}
    schema = open_object(model_name="string", id="string")
    schema["properties"]["outputs"] = {"type": "array", "items": output}
    return schema | {"required": ["model_name", "outputs"]}
