"""Golden requests: real rows of the test part, with what the trained model answers.

They are recorded when a package is built, and asked again wherever it is started. Answers
are equal when all words are, and numbers differ by at most 1e-6.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from aileron.serve.model import Model

TOLERANCE: Final = 1e-6
_SINGLE: Final = 5
"""So many rows are asked one by one, as clients do."""

Golden = Mapping[str, Any]
"""``{"path", "request", "response"}``."""


def record(model: Model, name: str, rows: Sequence[Mapping[str, Any]]) -> list[Golden]:
    """Golden requests of both protocols over `rows`."""
    from aileron.serve.inference import infer
    from aileron.serve.predict import predict

    batches = [[row] for row in rows[:_SINGLE]] + [list(rows)]
    requests: list[dict[str, Any]] = [{"data": batch, "include_req": False} for batch in batches]
    found = [
        _golden("/predict", request, predict(model, _bytes(request), 0)) for request in requests
    ]
    columns = _columns(model, rows)
    path = f"/v2/models/{name}/infer"
    return [*found, _golden(path, columns, infer(model, name, _bytes(columns)))]


def _golden(path: str, request: Mapping[str, Any], answer: bytes) -> Golden:
    response = json.loads(answer)
    response.pop("log_id", None)
    return {"path": path, "request": request, "response": response}


def _columns(model: Model, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`rows` as a request of the Open Inference Protocol."""
    from aileron.serve.inference import DATATYPES

    inputs = [
        {
            "name": feature.name,
            "shape": [len(rows)],
            "datatype": DATATYPES[feature.type][0],
            "data": [row[feature.name] for row in rows],
        }
        for feature in model.card.features
    ]
    return {"inputs": inputs}


def _bytes(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False).encode()


def differences(wanted: Any, found: Any, place: str = "answer") -> Iterator[str]:
    """Where `found` is another answer than `wanted`, in words; a `log_id` does not count."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        if wanted.keys() != found.keys() - {"log_id"}:
            yield f"{place} has the keys {sorted(found)}, not {sorted(wanted)}"
            return
        for key, value in wanted.items():
            yield from differences(value, found[key], f"{place}.{key}")
    elif isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            yield f"{place} has {len(found)} items, not {len(wanted)}"
            return
        for index, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(one, other, f"{place}[{index}]")
    elif not _equal(wanted, found):
        yield f"{place} is {found!r}, not {wanted!r}"


def _equal(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, float) and isinstance(found, float | int) and found is not True:
        return math.isclose(wanted, found, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return type(wanted) is type(found) and bool(wanted == found)
