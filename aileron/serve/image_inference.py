"""The Open Inference Protocol, version 2, for pictures: one input `image`, BYTES, shape [n].

Each value is a picture in base64. A model with one label answers with `label` [n] and
`probabilities` [n, classes]; one with many with `chosen` (BOOL, from the model's threshold
on) and `probabilities`, both [n, classes]. The metadata names the classes.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import orjson

from .body import check_keys
from .errors import ServiceError
from .image_model import ImageModel, ImageModelCard, ImageScores
from .image_request import PictureLimits, decode_base64
from .pictures import PictureArray, PictureError, read
from .protocol import list_of, name_of, parse_request, short, wanted_outputs

MOST_PICTURES: Final = 16
"""In one request."""
INPUT: Final = "image"


def metadata(card: ImageModelCard, name: str) -> dict[str, Any]:
    """What ``GET /v2/models/NAME`` answers."""
    return {
        "name": name,
        "versions": [],
        "platform": "onnx",
        "inputs": [{"name": INPUT, "datatype": "BYTES", "shape": [-1]}],
        "outputs": [
            {
                "name": output,
                "datatype": datatype,
                "shape": shape,
                "parameters": {"classes": list(card.classes)},
            }
            for output, (datatype, shape) in outputs(card).items()
        ],
    }


def outputs(card: ImageModelCard) -> dict[str, tuple[str, list[int]]]:
    """Name -> (datatype, shape) of what the model answers with."""
    each = [-1, len(card.classes)]
    if card.task == "multi_label":
        return {"chosen": ("BOOL", each), "probabilities": ("FP64", each)}
    return {"label": ("BYTES", [-1]), "probabilities": ("FP64", each)}


def infer(model: ImageModel, name: str, body: bytes, limits: PictureLimits) -> bytes:
    """Answer one ``POST /v2/models/NAME/infer``.

    Raises:
        ServiceError, PictureError: the request cannot be answered; says why.
    """
    request = parse_request(body)
    wanted = wanted_outputs(request, list(outputs(model.card)))
    pictures = [_picture(model, text, i, limits) for i, text in enumerate(_values(request))]
    scores = model.scores(np.stack(pictures))
    answer: dict[str, Any] = {"model_name": name}
    if "id" in request:
        answer["id"] = request["id"]
    answer["outputs"] = [_output(model, output, scores) for output in wanted]
    return orjson.dumps(answer)


def _values(request: dict[str, Any]) -> list[Any]:
    inputs = list_of(request, "inputs", "a list with the input 'image'", required=True)
    if not inputs:
        raise ServiceError("no_rows", name="inputs")
    for place, entry in enumerate(inputs):
        name = name_of(entry, "inputs")
        if name != INPUT:
            raise ServiceError("unknown_parameter", name=name, wanted=INPUT)
        if place:
            raise ServiceError("repeated_input", name=name)
    return _checked(inputs[0])


def _checked(entry: dict[str, Any]) -> list[Any]:
    check_keys(entry, ("name", "shape", "datatype", "parameters", "data"))
    if entry.get("datatype") != "BYTES":
        found = entry.get("datatype")
        raise ServiceError("wrong_datatype", name=INPUT, found=found, wanted="BYTES")
    values = list_of(entry, "data", "a list of pictures in base64", required=True)
    shape = entry.get("shape")
    if shape == [len(values), 1] and all(isinstance(v, list) and len(v) == 1 for v in values):
        values = [value[0] for value in values]
    if shape not in ([len(values)], [len(values), 1]):
        raise ServiceError("wrong_shape", name=INPUT, found=short(shape), count=len(values))
    if not values:
        raise ServiceError("no_rows", name="data")
    if len(values) > MOST_PICTURES:
        raise ServiceError("too_many_pictures", found=len(values), limit=MOST_PICTURES)
    return values


def _picture(model: ImageModel, text: Any, number: int, limits: PictureLimits) -> PictureArray:
    data = decode_base64(text, f"data[{number}]", limits)
    try:
        return read(data, model.card.preparation, limits.decoding)
    except PictureError as error:
        error.number = number
        raise


def _output(model: ImageModel, name: str, scores: ImageScores) -> dict[str, Any]:
    datatype, shape = outputs(model.card)[name]
    if name == "label":
        data: list[Any] = [model.card.classes[i] for i in scores.argmax(axis=1).tolist()]
    elif name == "chosen":
        data = model.chosen(scores).ravel().tolist()
    else:
        data = scores.ravel().tolist()
    return {"name": name, "datatype": datatype, "shape": [len(scores), *shape[1:]], "data": data}
