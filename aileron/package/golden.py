"""Golden requests: real samples of the test part, with what the trained model answers.

They are recorded when a package is built, and asked again wherever it is started. Answers
are equal when all words are, and numbers differ by at most the entry's tolerance. Results of
the image contract are compared by name, since their order may turn where scores are equal.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from aileron.serve.image_model import ImageModel
    from aileron.serve.image_request import PictureLimits
    from aileron.serve.model import Model

TOLERANCE: Final = 1e-6
PICTURE_TOLERANCE: Final = 1e-4
"""Processors add up float32 in another order; a network's scores differ by about 1e-6."""
_SINGLE: Final = 5
"""So many rows are asked one by one, as clients do."""

Golden = Mapping[str, Any]
"""``{"path", "request", "response"}``, and ``tolerance`` if it is not `TOLERANCE`."""


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


def image_sample(model: ImageModel, picture: bytes) -> dict[str, Any]:
    """A request of the image contract, as a client would send it."""
    request: dict[str, Any] = {"image": b64encode(picture).decode()}
    return request | ({"top_num": 6} if model.card.task == "single_label" else {})


def record_pictures(
    model: ImageModel, name: str, pictures: Sequence[bytes], limits: PictureLimits
) -> tuple[Golden, ...]:
    """Golden requests of both protocols; each asks for the scores of all classes."""
    from aileron.serve.image_inference import MOST_PICTURES, infer
    from aileron.serve.image_predict import predict
    from aileron.serve.image_request import Question

    everything: dict[str, Any] = {"threshold": 0.0}
    if model.card.task == "single_label":
        everything = {"top_num": len(model.card.classes)}
    found = []
    for picture in pictures:
        request = {"image": b64encode(picture).decode(), **everything}
        answer = predict(model, Question(picture, **everything), limits.decoding, 0)
        found.append(_golden("/predict", request, answer, PICTURE_TOLERANCE))
    few = _together(pictures[:MOST_PICTURES], limits)
    path = f"/v2/models/{name}/infer"
    answer = infer(model, name, _bytes(few), limits)
    return (*found, _golden(path, few, answer, PICTURE_TOLERANCE))


def _together(pictures: Sequence[bytes], limits: PictureLimits) -> dict[str, Any]:
    """A request of the Open Inference Protocol with as many of `pictures` as one body holds."""
    data: list[str] = []
    for picture in pictures:
        text = b64encode(picture).decode()
        if data and sum(map(len, data)) + len(text) > limits.encoded_bytes:
            break
        data.append(text)
    tensor = {"name": "image", "shape": [len(data)], "datatype": "BYTES", "data": data}
    return {"inputs": [tensor], "outputs": [{"name": "probabilities"}]}


def _golden(
    path: str, request: Mapping[str, Any], answer: bytes, tolerance: float | None = None
) -> Golden:
    response = json.loads(answer)
    response.pop("log_id", None)
    golden = {"path": path, "request": request, "response": response}
    return golden if tolerance is None else golden | {"tolerance": tolerance}


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


def differences(
    wanted: Any, found: Any, tolerance: float = TOLERANCE, place: str = "answer"
) -> Iterator[str]:
    """Where `found` is another answer than `wanted`, in words; a `log_id` does not count."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        if wanted.keys() != found.keys() - {"log_id"}:
            yield f"{place} has the keys {sorted(found)}, not {sorted(wanted)}"
            return
        for key, value in wanted.items():
            yield from differences(value, found[key], tolerance, f"{place}.{key}")
    elif isinstance(wanted, list) and isinstance(found, list):
        yield from _in_lists(wanted, found, tolerance, place)
    elif not _equal(wanted, found, tolerance):
        yield f"{place} is {found!r}, not {wanted!r}"


def _in_lists(wanted: list[Any], found: list[Any], tolerance: float, place: str) -> Iterator[str]:
    if len(wanted) != len(found):
        yield f"{place} has {len(found)} items, not {len(wanted)}"
        return
    if _are_results(wanted) and _are_results(found):
        wanted, found = (sorted(items, key=lambda one: one["name"]) for items in (wanted, found))
    for index, (one, other) in enumerate(zip(wanted, found, strict=True)):
        yield from differences(one, other, tolerance, f"{place}[{index}]")


def _are_results(items: list[Any]) -> bool:
    """Whether these are results of the image contract, which are ordered by score."""
    return all(
        isinstance(one, dict) and one.keys() == {"name", "score"} and isinstance(one["name"], str)
        for one in items
    )


def _equal(wanted: Any, found: Any, tolerance: float) -> bool:
    if isinstance(wanted, float) and isinstance(found, float | int) and found is not True:
        return math.isclose(wanted, found, rel_tol=tolerance, abs_tol=tolerance)
    return type(wanted) is type(found) and bool(wanted == found)
