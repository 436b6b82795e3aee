"""The table contract (BML-IAPI-12): rows of named values in, one answer per row out.

Request ``{"data": [{feature: value}], "include_req": false}``, answer
``{"log_id": n, "batch_results": [...]}`` with ``{label, score, probabilities}`` or
``{value}`` per row. With `include_req` each answer holds its row as ``req``.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from .body import check_keys, parse_object
from .errors import ServiceError, type_name
from .model import Model

ROW_LIMIT: Final = 10_000
"""Most rows in one request."""


def predict(model: Model, body: bytes, log_id: int) -> bytes:
    """Answer one request.

    Raises:
        ServiceError, RowError: the request cannot be answered; says why.
    """
    request = parse_object(body, "data")
    check_keys(request, ("data", "include_req"))
    rows = _rows(request)
    include = request.get("include_req", False)
    if not isinstance(include, bool):
        found = type_name(include)
        raise ServiceError("wrong_parameter", name="include_req", found=found, wanted="a boolean")
    results = model.predict(rows)
    if include:
        results = [result | {"req": row} for result, row in zip(results, rows, strict=True)]
    return orjson.dumps({"log_id": log_id, "batch_results": results})


def _rows(request: dict[str, Any]) -> list[Any]:
    wanted = "a list of objects of feature names and values"
    if "data" not in request:
        raise ServiceError("missing_parameter", name="data", wanted=wanted)
    rows = request["data"]
    if not isinstance(rows, list):
        raise ServiceError("wrong_parameter", name="data", found=type_name(rows), wanted=wanted)
    if not rows:
        raise ServiceError("no_rows", name="data")
    if len(rows) > ROW_LIMIT:
        raise ServiceError("too_many_rows", found=len(rows), limit=ROW_LIMIT)
    return rows
