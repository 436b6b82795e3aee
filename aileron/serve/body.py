"""Reading a request's body: bounded, plain JSON, or a sentence that says why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import orjson
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from .errors import ServiceError, type_name

BODY_LIMIT: Final = 4 * 1024 * 1024
"""Largest body in bytes, of the BML contract."""
_DISCARD_LIMIT: Final = 64 * 1024 * 1024
"""A body that is too large is read to its end up to here, so that its sender can hear why."""


def _too_large(limit: int) -> ServiceError:
    return ServiceError("body_too_large", limit=limit)


async def read_body(
    scope: Scope,
    receive: Receive,
    limit: int = BODY_LIMIT,
    too_large: Callable[[int], ServiceError] = _too_large,
) -> bytes:
    """The whole body.

    Raises:
        ServiceError: it is compressed, in a binary extension, or larger than `limit` bytes;
            then `too_large` says so.
        ClientDisconnect: the client went away.
    """
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        more = message.get("more_body", False) and size <= _DISCARD_LIMIT
        if not more:
            break
    if size > limit:
        raise too_large(limit)
    _check_headers(scope)
    return b"".join(chunks) if len(chunks) > 1 else chunks[0]


def _check_headers(scope: Scope) -> None:
    for name, value in scope["headers"]:
        if name == b"content-encoding" and value.lower() != b"identity":
            raise ServiceError("encoded_body", found=value.decode("latin-1"))
        if name == b"inference-header-content-length":
            raise ServiceError("encoded_body", found="binary tensors")


def parse_object(body: bytes, wanted: str) -> dict[str, Any]:
    """`body` as a JSON object that should have the key `wanted`."""
    if not body.strip():
        raise ServiceError("empty_body")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        numbers = b"NaN" in body or b"Infinity" in body or "infinity" in str(error)
        problem = str(error).removesuffix(".")
        raise ServiceError("not_a_number" if numbers else "not_json", problem=problem) from None
    if not isinstance(value, dict):
        raise ServiceError("not_an_object", found=type_name(value), wanted=wanted)
    return value


def check_keys(value: dict[str, Any], known: tuple[str, ...]) -> None:
    """Refuse a parameter that nobody would read."""
    for name in value:
        if name not in known:
            raise ServiceError("unknown_parameter", name=name, wanted=", ".join(known))
