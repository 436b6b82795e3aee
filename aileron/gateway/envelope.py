"""What a client is told when the gateway itself must answer: one JSON envelope.

The codes are those of the service contract (BML-ERR): a client that handles a service's
errors handles the gateway's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from aileron.core.errors import sentence

JSON_TYPE = (b"content-type", b"application/json")
HeaderList = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Problem:
    """A reason for which a request gets no answer of a service."""

    status: int
    code: int
    message_id: str
    retry_after: int | None = None
    """Seconds after which the same request may succeed."""


NO_PAGE = Problem(404, 3, "gateway.no_page")
NOT_ALLOWED = Problem(405, 3, "gateway.not_allowed")
NO_SERVICE = Problem(404, 15, "gateway.no_service")
STOPPED = Problem(503, 336100, "gateway.stopped", retry_after=5)
NO_HEALTHY_REVISION = Problem(503, 336100, "gateway.no_healthy_revision", retry_after=5)
BROKEN_ANSWER = Problem(502, 2, "gateway.broken_answer", retry_after=1)
TOO_SLOW = Problem(504, 2, "gateway.too_slow", retry_after=5)
TOO_LARGE = Problem(413, 336004, "gateway.too_large")
INTERNAL = Problem(500, 336000, "gateway.internal")


def envelope(problem: Problem, values: Mapping[str, object]) -> tuple[HeaderList, bytes]:
    """Headers and body of `problem`, its sentence filled with `values`."""
    text = sentence(problem.message_id, "en", **values)
    body = orjson.dumps({"error_code": problem.code, "error_msg": text})
    headers: HeaderList = [JSON_TYPE]
    if problem.retry_after is not None:
        headers.append((b"retry-after", b"%d" % problem.retry_after))
    return headers, body
