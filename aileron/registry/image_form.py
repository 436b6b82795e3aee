"""What MLflow shows of a model of pictures: flavours, signature, example, parameters.

`mlflow.pyfunc.load_model` takes the files of pictures and answers as the service does;
`mlflow.onnx.load_model` gives the bare graph, which takes prepared pictures.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from importlib.metadata import version
from io import BytesIO
from typing import Any, Final

CODE_PACKAGE: Final = "aileron_image_model"
LOADER: Final = "image_pyfunc"
"""The module of `aileron.serve` that MLflow loads the model with."""


def flavor(card: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The name and the entry of the library's own flavour."""
    entry = {
        "data": f"data/{card['file']}",
        "onnx_version": version("onnx"),
        "providers": ["CPUExecutionProvider"],
        "code": None,
    }
    return "onnx", entry


def inputs() -> list[dict[str, Any]]:
    """The columns that a picture is given in."""
    return [{"type": "binary", "name": "image", "required": True}]


def outputs(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The columns of an answer."""
    shares = [("double", f"probability_{name}") for name in card["classes"]]
    columns = [{"type": kind, "name": name, "required": True} for kind, name in shares]
    if card["task"] == "multi_label":
        labels = {"type": "array", "items": {"type": "string"}, "name": "labels"}
        return [labels | {"required": True}, *columns]
    first = [("string", "label"), ("double", "score")]
    return [{"type": kind, "name": name, "required": True} for kind, name in first] + columns


def example(card: Mapping[str, Any]) -> dict[str, str]:
    """A grey picture in base64: the model's own pictures stay where they are."""
    from PIL import Image

    height, width = card["preparation"]["size"]
    file = BytesIO()
    Image.new("RGB", (width, height), (128, 128, 128)).save(file, "PNG")
    return {"image": b64encode(file.getvalue()).decode()}


def parameters(card: Mapping[str, Any]) -> dict[str, Any]:
    """What the model was made for."""
    return {
        "classes": len(card["classes"]),
        "picture": json.dumps(card["preparation"]["size"]),
        "threshold": card["threshold"],
    }


def description(card: Mapping[str, Any]) -> str:
    """The model in a few words."""
    kind = card["task"].replace("_", " ")
    return f"{card['algorithm']}, {kind}, {len(card['classes'])} classes of pictures"


def dataset_columns() -> list[dict[str, Any]]:
    """The dataset as a table."""
    return [*inputs(), {"type": "string", "name": "labels", "required": True}]
