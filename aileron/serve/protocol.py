"""What all contracts share of the Open Inference Protocol, version 2: requests as JSON.

Sentences name the parameter that is wrong; errors use this service's envelope.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from .body import check_keys, parse_object
from .errors import ServiceError, type_name


def parse_request(body: bytes) -> dict[str, Any]:
    """The request in `body`: an object with known keys and, if any, a text as `id`."""
    request = parse_object(body, "inputs")
    check_keys(request, ("id", "parameters", "inputs", "outputs"))
    if not isinstance(request.get("id", ""), str):
        found = type_name(request["id"])
        raise ServiceError("wrong_parameter", name="id", found=found, wanted="a string")
    return request


def wanted_outputs(request: dict[str, Any], known: Sequence[str]) -> list[str]:
    """The outputs that are asked for, or all of the `known`."""
    asked = list_of(request, "outputs", "a list of objects with the name of an output")
    names = [name_of(entry, "outputs") for entry in asked]
    for name in names:
        if name not in known:
            raise ServiceError("unknown_output", name=name, wanted=", ".join(known))
    return names or list(known)


def list_of(value: dict[str, Any], name: str, wanted: str, required: bool = False) -> list[Any]:
    """The list at `name`; empty if there is none and it is not required."""
    if value.get(name) is None and not required:
        return []
    if name not in value:
        raise ServiceError("missing_parameter", name=name, wanted=wanted)
    if not isinstance(value[name], list):
        found = type_name(value[name])
        raise ServiceError("wrong_parameter", name=name, found=found, wanted=wanted)
    items: list[Any] = value[name]
    return items


def name_of(entry: Any, where: str) -> str:
    """The name of one entry of the list `where`."""
    wanted = "a list of objects, each with a name"
    if not isinstance(entry, dict):
        raise ServiceError("wrong_parameter", name=where, found=type_name(entry), wanted=wanted)
    name = entry.get("name")
    if not isinstance(name, str):
        found = f"without a name ({type_name(name)})"
        raise ServiceError("wrong_parameter", name=where, found=found, wanted=wanted)
    return name


def short(value: Any) -> str:
    """A JSON value for a sentence."""
    text = orjson.dumps(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."
