"""One picture to a small CNN: the service, and plain FastAPI with Pillow and onnxruntime.

Closed loop of 16 connections for requests per second, with a small picture (64 x 64 PNG) and
a photograph (1024 x 768 JPEG). The network is as large as the one that `train.image_cnn`
makes for 64 x 64 pixels; what it answers does not matter, only that both sides say the same.
"""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
from common import HERE, alternate, give, median
from PIL import Image
from serving import client

CONNECTIONS: Final = 16
ROUNDS: Final = 4
SECONDS: Final = 3.0
SIDE: Final = 64
CLASSES: Final = 10
PATIENCE: Final = 60.0
WORDS: Final[dict[str, tuple[tuple[int, int], str]]] = {
    "small": ((64, 64), "PNG"),
    "photograph": ((1024, 768), "JPEG"),
}
"""Picture -> (width, height) and format."""


def write_model(folder: Path) -> Path:
    """A network with random weights, as a MODEL artifact."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for before, after in ((3, 32), (32, 64), (64, 128)):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, CLASSES), nn.Softmax(1)]
    network = nn.Sequential(*layers, *head).eval()
    folder.mkdir()
    torch.onnx.export(
        network,
        (torch.zeros(1, 3, SIDE, SIDE),),
        str(folder / "model.onnx"),
        input_names=["pictures"],
        output_names=["scores"],
        dynamic_axes={"pictures": {0: "n"}, "scores": {0: "n"}},
        dynamo=False,
    )
    card = {
        "format_version": 1,
        "contract": "image",
        "algorithm": "train.image_cnn",
        "framework": "onnx",
        "file": "model.onnx",
        "file_digest": sha256((folder / "model.onnx").read_bytes()).hexdigest(),
        "task": "single_label",
        "classes": [f"class {i}" for i in range(CLASSES)],
        "preparation": {
            "size": [SIDE, SIDE],
            "mode": "RGB",
            "fit": "resize",
            "mean": [0.5, 0.5, 0.5],
            "std": [0.25, 0.25, 0.25],
        },
        "parameters": {},
        "best_round": None,
        "threshold": None,
        "requirements": [],
        "library_versions": {},
    }
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def write_questions(folder: Path) -> dict[str, Path]:
    """A request for each picture of `WORDS`."""
    chance = np.random.default_rng(1)
    found = {}
    for name, (size, form) in WORDS.items():
        coarse = Image.fromarray(chance.integers(0, 255, (24, 32, 3), dtype=np.uint8))
        file = io.BytesIO()
        coarse.resize(size, Image.Resampling.BICUBIC).save(file, form)
        image = base64.b64encode(file.getvalue()).decode()
        found[name] = folder / f"{name}.json"
        found[name].write_text(json.dumps({"image": image, "top_num": 6}), encoding="utf-8")
    return found


@contextmanager
def service(folder: Path, model: Path, sample: Path) -> Iterator[str]:
    """The address of our service, as a package runs it, in this environment."""
    source = folder / "package" / "src"
    source.mkdir(parents=True)
    (source / "model").symlink_to(model)
    limits = {"shortest_side": 15, "longest_side": 4096, "picture_bytes": 3 << 20}
    about = {"format_version": 1, "name": "measured", "contract": "image", "limits": limits}
    (source / "service.json").write_text(json.dumps(about), encoding="utf-8")
    (source / "sample.json").write_bytes(sample.read_bytes())
    announce = folder / "address.json"
    words = ["--package", str(source.parent), "--announce", str(announce), "--drain-seconds", "0"]
    process = subprocess.Popen([sys.executable, "-m", "aileron.serve", *words])
    try:
        deadline = time.monotonic() + PATIENCE
        while not announce.is_file():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        address = json.loads(announce.read_text(encoding="utf-8"))
        yield f"http://{address['host']}:{address['port']}/predict"
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def plain(model: Path) -> Iterator[str]:
    """The hand-written server's address."""
    command = [sys.executable, str(HERE / "plain_image_fastapi.py"), str(model)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/predict"
    finally:
        process.terminate()
        process.wait(30)


def check_same(urls: list[str], question: Path, tolerance: float) -> None:
    """Both run the same model: the same scores, or the comparison means nothing."""
    found = []
    for url in urls:
        answer = httpx.post(url, json=json.loads(question.read_bytes()), timeout=30)
        found.append({r["name"]: r["score"] for r in answer.raise_for_status().json()["results"]})
    assert found[0].keys() == found[1].keys(), found
    assert max(abs(found[0][name] - found[1][name]) for name in found[0]) < tolerance, found


def summed(rounds: list[dict[str, Any]]) -> dict[str, float]:
    """Medians over the rounds; errors and the longest wait over all of them."""
    medians = {key: median([r[key] for r in rounds]) for key in ("per_second", "p50_ms", "p99_ms")}
    worst = {"max_ms": max(r["max_ms"] for r in rounds)}
    return medians | worst | {"errors": sum(r["errors"] for r in rounds)}


def main() -> None:
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model, questions = write_model(folder / "model"), write_questions(folder)
        with service(folder, model, questions["small"]) as ours, plain(model) as theirs:
            sides = {"fastapi": theirs, "direct": ours}
            for picture, question in questions.items():
                check_same(list(sides.values()), question, 1e-6 if picture == "small" else 1e-2)

                def side(url: str, question: Path = question) -> Any:
                    return lambda: client(url, question, "closed", CONNECTIONS, SECONDS)

                raw = alternate(ROUNDS, {name: side(url) for name, url in sides.items()})
                found[picture] = {name: summed(r) for name, r in raw.items()} | {"raw": raw}
    ratios = {
        f"{picture}_ratio": found[picture]["direct"]["per_second"]
        / found[picture]["fastapi"]["per_second"]
        for picture in WORDS
    }
    errors = sum(found[picture]["direct"]["errors"] for picture in WORDS)
    give(
        {
            "benchmark": "image_serving",
            "connections": CONNECTIONS,
            **ratios,
            **{f"{p}_per_second": found[p]["direct"]["per_second"] for p in WORDS},
            **{f"{p}_p99_ms": found[p]["direct"]["p99_ms"] for p in WORDS},
            "errors": errors,
            **found,
        }
    )


if __name__ == "__main__":
    main()
