"""What is a model of which framework, by names and first bytes; nothing is ever loaded."""

from __future__ import annotations

import json
import pickle
import struct
from pathlib import Path
from typing import Any

import pytest

from aileron.core.errors import InvalidInput
from aileron.train.job.layouts import model_path

ZIP = b"PK\x03\x04" + bytes(60)
PICKLE = pickle.dumps({"a": 1})
SAFE = struct.pack("<Q", 2) + b"{}"
XGB = json.dumps({"learner": {}}).encode()
ONNX = b"\x08\x0a\x12\x05torch"


class Trap:
    """A pickle that says when it is opened."""

    def __reduce__(self) -> Any:
        return pytest.fail, ("the platform loaded a pickle",)


def write(output: Path, **files: bytes) -> None:
    for name, content in files.items():
        path = output / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@pytest.mark.parametrize(
    ("framework", "files", "found"),
    [
        ("pytorch", {"model.pkl": ZIP}, "model.pkl"),
        ("pytorch", {"best.pt": PICKLE}, "best.pt"),
        ("pytorch", {"a__net.safetensors": SAFE}, "a/net.safetensors"),
        ("pytorch", {"model.pt": ZIP, "epoch1.pt": ZIP}, "model.pt"),
        ("pytorch", {"net.pt2": ZIP, "readme.txt": b"x"}, "net.pt2"),
        ("sklearn", {"clf.pickle": PICKLE}, "clf.pickle"),
        ("sklearn", {"clf.pkl": b"\x78\x9c" + PICKLE}, "clf.pkl"),
        ("sklearn", {"model.skops": ZIP, "clf.pkl": PICKLE}, "model.skops"),
        ("xgboost", {"model.json": XGB, "metrics.json": b'{"accuracy": 1}'}, "model.json"),
        ("xgboost", {"booster.ubj": b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner"}, "booster.ubj"),
        ("onnx", {"model.onnx": ONNX}, "model.onnx"),
        ("paddle", {"model": b"x", "params": b"y"}, "model"),
        ("paddle", {"net.pdmodel": b"x", "net.pdiparams": b"y"}, "net.pdmodel"),
        ("tensorflow", {"saved__saved_model.pb": b"x", "saved__variables__v.index": b"y"}, "saved"),
        ("other", {"anything": b"x"}, None),
    ],
)  # fmt: skip
def test_a_model_is_found(
    framework: Any, files: dict[str, bytes], found: str | None, tmp_path: Path
) -> None:
    write(tmp_path, **files)
    path = model_path(framework, tmp_path, None)
    assert path == (None if found is None else tmp_path / found)


@pytest.mark.parametrize(
    ("framework", "files", "message", "said"),
    [
        ("pytorch", {}, "no_model", "model.pkl"),
        ("pytorch", {"model.pt": b"text, no model"}, "no_model", "model.pt"),
        ("pytorch", {"a.pt": ZIP, "b.pt": ZIP}, "several_models", "a.pt, b.pt"),
        ("xgboost", {"metrics.json": b'{"accuracy": 1}'}, "no_model", "metrics.json"),
        ("sklearn", {"clf.pickle": b"not a pickle"}, "no_model", "clf.pickle"),
        ("onnx", {"model.onnx": ZIP}, "no_model", "model.onnx"),
        ("paddle", {"net.pdmodel": b"x"}, "half_a_model", "net.pdiparams"),
        ("tensorflow", {"saved__saved_model.pb": b"x"}, "half_a_model", "saved/variables"),
    ],
)
def test_what_is_missing_is_named(
    framework: Any, files: dict[str, bytes], message: str, said: str, tmp_path: Path
) -> None:
    write(tmp_path, **files)
    with pytest.raises(InvalidInput) as caught:
        model_path(framework, tmp_path, None)
    assert caught.value.message_id == f"train.job.{message}"
    assert said in caught.value.render("en")
    assert said in caught.value.render("zh")


def test_the_named_file_is_the_model(tmp_path: Path) -> None:
    write(tmp_path, **{"a.pt": ZIP, "b.pt": ZIP, "log.txt": b"x"})
    assert model_path("pytorch", tmp_path, "b.pt") == tmp_path / "b.pt"
    assert model_path("other", tmp_path, "log.txt") == tmp_path / "log.txt"


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("gone.pt", "model_file_missing"),
        ("../outside.pt", "model_file_missing"),
        (".", "model_file_missing"),
        ("log.txt", "not_of_framework"),
    ],
)
def test_a_named_file_has_to_be_there_and_of_the_framework(
    named: str, message: str, tmp_path: Path
) -> None:
    output = tmp_path / "output"
    write(output, **{"log.txt": b"x"})
    write(tmp_path, **{"outside.pt": ZIP})
    with pytest.raises(InvalidInput) as caught:
        model_path("pytorch", output, named)
    assert caught.value.message_id == f"train.job.{message}"


def test_a_link_is_no_model(tmp_path: Path) -> None:
    write(tmp_path, **{"elsewhere__model.pt": ZIP})
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "model.pt").symlink_to(tmp_path / "elsewhere" / "model.pt")
    with pytest.raises(InvalidInput):
        model_path("pytorch", tmp_path / "output", None)
    with pytest.raises(InvalidInput):
        model_path("pytorch", tmp_path / "output", "model.pt")


@pytest.mark.parametrize("framework", ["pytorch", "sklearn", "xgboost"])
def test_a_pickle_stays_bytes(framework: Any, tmp_path: Path) -> None:
    names = {"pytorch": "model.pkl", "sklearn": "clf.pickle", "xgboost": "clf.pickle"}
    write(tmp_path, **{names[framework]: pickle.dumps(Trap())})
    assert model_path(framework, tmp_path, None) == tmp_path / names[framework]
