"""Hand-made models of pictures: tiny ONNX graphs whose answers are known.

The graph looks at nothing but the mean of each channel: the class of the strongest one wins.
So a red picture is "red", whatever its size.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

COLOURS = ("red", "green", "blue")


def write_image_model(
    folder: Path,
    classes: Sequence[str] = COLOURS,
    *,
    size: tuple[int, int] = (16, 16),
    task: str = "single_label",
    strength: float = 8.0,
    threshold: float | None = None,
    fit: str = "resize",
    weights: np.ndarray[Any, Any] | None = None,
) -> Path:
    """A MODEL artifact; class i has the score of channel i, or of the rows of `weights`."""
    folder.mkdir(parents=True)
    if weights is None:
        weights = np.eye(3, len(classes), dtype=np.float32) * strength
    graph = _graph(weights.astype(np.float32), size, task)
    (folder / "model.onnx").write_bytes(graph)
    card = {
        "format_version": 1,
        "contract": "image",
        "algorithm": "train.hand_made",
        "framework": "onnx",
        "file": "model.onnx",
        "file_digest": hashlib.sha256(graph).hexdigest(),
        "task": task,
        "classes": list(classes),
        "preparation": {
            "size": list(size),
            "mode": "RGB",
            "fit": fit,
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
        },
        "parameters": {"strength": strength, "seed": 0},
        "best_round": 3,
        "threshold": threshold,
        "requirements": [f"{name}=={version(name)}" for name in ("numpy", "onnxruntime", "pillow")],
        "library_versions": {"onnxruntime": version("onnxruntime")},
    }
    (folder / "model.json").write_text(json.dumps(card, ensure_ascii=False), encoding="utf-8")
    return folder


def _graph(weights: np.ndarray[Any, Any], size: tuple[int, int], task: str) -> bytes:
    last = helper.make_node("Softmax", ["logits"], ["scores"], axis=1)
    if task == "multi_label":
        last = helper.make_node("Sigmoid", ["logits"], ["scores"])
    nodes = [
        helper.make_node("ReduceMean", ["pictures"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], ["logits"]),
        last,
    ]
    pictures = helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["n", 3, *size])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", weights.shape[1]])
    graph = helper.make_graph(
        nodes, "means", [pictures], [scores], [numpy_helper.from_array(weights, "weights")]
    )
    opsets = [helper.make_opsetid("", 13)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def picture(
    colour: Any = "red", size: tuple[int, int] = (32, 24), form: str = "PNG", **options: Any
) -> bytes:
    """The file of a picture of one colour; `size` is (width, height)."""
    return encoded(Image.new("RGB", size, colour), form, **options)


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """The file of `image`."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def write_image_service(folder: Path, model: Path, **settings: Any) -> Path:
    """The ``src`` folder of an image service: service.json, sample.json, model/."""
    folder.mkdir(parents=True, exist_ok=True)
    limits = {"shortest_side": 15, "longest_side": 4096, "picture_bytes": 3 * 1024 * 1024}
    about = {"format_version": 1, "name": "sample", "contract": "image", "limits": limits}
    (folder / "service.json").write_text(json.dumps(about | settings))
    sample: dict[str, Any] = {"image": base64_of(picture())}
    if json.loads((model / "model.json").read_text())["task"] == "single_label":
        sample["top_num"] = 6
    (folder / "sample.json").write_text(json.dumps(sample))
    target = folder / "model"
    target.mkdir()
    for name in ("model.json", "model.onnx"):
        (target / name).write_bytes((model / name).read_bytes())
    return folder


def write_pictures(
    folder: Path, classes: Sequence[str] = COLOURS, each: int = 10, noise: int = 60, seed: int = 3
) -> Path:
    """A folder per class with pictures of its colour; a few of them look like another one."""
    chance = np.random.default_rng(seed)
    for place, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for number in range(each):
            colour = np.full(3, 60)
            colour[(place + (number % 10 == 9)) % 3] = 190
            values = colour + chance.integers(-noise, noise, (20, 30, 3))
            image = Image.fromarray(values.clip(0, 255).astype(np.uint8))
            (folder / name / f"{number:03}.png").write_bytes(encoded(image))
    return folder


def write_labelled_pictures(folder: Path, count: int = 40, seed: int = 3) -> Path:
    """Pictures with any number of colours in them, and ``labels.csv``."""
    chance = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    lines = ["file,labels"]
    for number in range(count):
        there = chance.random(3) < 0.5
        colour = np.where(there, 200, 50)
        values = colour + chance.integers(-50, 50, (20, 30, 3))
        name = f"p{number:03}.png"
        (folder / name).write_bytes(encoded(Image.fromarray(values.clip(0, 255).astype(np.uint8))))
        lines.append(f"{name},{';'.join(c for c, yes in zip(COLOURS, there, strict=True) if yes)}")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    return folder
