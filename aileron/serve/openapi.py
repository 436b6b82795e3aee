"""What the OpenAPI documents of all contracts share: the envelope, and how schemas are written."""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]

REFERENCE: Final = "#/components/schemas/"


def common() -> dict[str, Schema]:
    """Schemas that every contract has."""
    return {
        "ModelMetadata": open_object(name="string", versions="array", platform="string"),
        "Status": {"type": "object"},
        "Error": closed_object(
            {"error_code": {"type": "integer"}, "error_msg": {"type": "string"}}
        ),
    }


def body(name: str) -> Schema:
    """`openapi_extra` of a route whose request body is schema `name`."""
    content = {"application/json": {"schema": ref(name)}}
    return {"requestBody": {"required": True, "content": content}}


def responses(name: str) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers with schema `name`, or with an error."""
    return {
        200: {"description": "OK", "content": {"application/json": {"schema": ref(name)}}},
        "default": {
            "description": "What was wrong, and what to do.",
            "content": {"application/json": {"schema": ref("Error")}},
        },
    }


def ref(name: str) -> Schema:
    return {"$ref": REFERENCE + name}


def closed_object(properties: Schema) -> Schema:
    """An object with exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def open_object(*, required: list[str] | None = None, **types: str) -> Schema:
    """An object with at least these properties, by their JSON types."""
    properties = {
        name: {"type": kind, "items": {}} if kind == "array" else {"type": kind}
        for name, kind in types.items()
    }
    schema: Schema = {"type": "object", "properties": properties}
    return schema | {"required": required} if required else schema
