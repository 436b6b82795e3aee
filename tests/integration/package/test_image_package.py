"""Packages of models of pictures: real Bentos that start in their own environment and answer."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from plugins.image_models import picture, write_image_model
from plugins.image_services import Pictured, image_dataset, image_package, pictured
from plugins.serving import run_step

from aileron.core.digest import digest_file
from aileron.core.errors import InvalidInput, StepFailed
from aileron.core.settings import SILENT
from aileron.package.golden import differences

__all__ = ["image_package", "pictured"]

Packaged = Callable[..., Path]


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def digests(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): digest_file(p) for p in folder.rglob("*") if p.is_file()}


def test_the_same_model_gives_the_same_bytes(
    image_package: Packaged, pictured: Callable[[str], Pictured], tmp_path: Path
) -> None:
    ports = pictured("single").ports()

    again = run_step("package.bento", tmp_path, ports, name="sample")["package"]

    assert digests(again) == digests(image_package("single"))


def test_it_pins_what_serving_pictures_needs_and_no_training_library(
    image_package: Packaged,
) -> None:
    lines = (image_package("single") / "requirements.txt").read_text().split()
    names = {line.partition("==")[0] for line in lines}

    assert names >= {"onnxruntime", "pillow", "numpy", "uvicorn"}
    assert not names & {"torch", "onnx", "transformers", "pandas", "pyarrow", "xgboost-cpu"}
    assert all("==" in line for line in lines)
    about = read(image_package("single") / "package.json")
    assert (about["service_contract"], about["task"]) == ("image", "single_label")


def test_golden_requests_are_pictures_of_the_test_part(image_package: Packaged) -> None:
    golden = read(image_package("single") / "golden.json")

    assert [entry["path"] for entry in golden].count("/predict") == 20
    assert golden[-1]["path"] == "/v2/models/sample/infer"
    assert all(len(entry["response"]["results"]) == 3 for entry in golden[:-1])
    sample = read(image_package("single") / "src" / "sample.json")
    assert sample == {"image": golden[0]["request"]["image"], "top_num": 6}


@pytest.mark.parametrize("kind", ["single", "multi"])
def test_the_boot_check_passes_what_was_packaged(
    kind: str,
    image_package: Packaged,
    serving_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AILERON_HOME", str(serving_home))

    outputs = run_step("package.boot_check", tmp_path, {"package": image_package(kind)})

    report = read(outputs["report"] / "report.json")
    assert report["passed"]
    assert "onnxruntime" in report["imported"]
    assert "Pillow" in report["imported"] or "pillow" in report["imported"]
    assert report["golden"][-1]["rows"] == 16


def test_another_answer_than_recorded_fails_the_boot_check(
    image_package: Packaged, serving_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AILERON_HOME", str(serving_home))
    package = Path(shutil.copytree(image_package("single"), tmp_path / "copied"))
    golden = read(package / "golden.json")
    golden[2]["response"]["results"][0]["score"] -= 0.001
    (package / "golden.json").write_text(json.dumps(golden))

    with pytest.raises(StepFailed, match=r"request 3 \(/predict\) got another answer"):
        run_step("package.boot_check", tmp_path / "out", {"package": package})


def result(**scores: float) -> dict[str, Any]:
    return {"results": [{"name": name, "score": score} for name, score in scores.items()]}


@pytest.mark.parametrize(
    ("found", "same"),
    [
        (result(a=0.5, b=0.5), True),
        (result(b=0.50001, a=0.49999), True),
        (result(a=0.5002, b=0.4998), False),
        (result(a=0.5, c=0.5), False),
        (result(a=0.5), False),
    ],
)
def test_results_are_compared_by_name_within_the_tolerance(
    found: dict[str, Any], same: bool
) -> None:
    """Where two scores are equal, another processor may turn their order."""
    assert (not list(differences(result(a=0.5, b=0.5), found, 1e-4))) == same


def test_the_services_limits_follow_the_dataset(tmp_path: Path) -> None:
    """What a model was trained on, its service takes."""
    folder = tmp_path / "pictures"
    for place, name in enumerate(("red", "green")):
        (folder / name).mkdir(parents=True)
        for number in range(8):
            size = (5, 6) if number else (4500, 20)
            colour = (200 - number, 30, 30) if place == 0 else (30, 200 - number, 30)
            (folder / name / f"{number}.png").write_bytes(picture(colour, size))
    ports = image_dataset(tmp_path / "data", folder)
    ports["model"] = write_image_model(tmp_path / "model", ("red", "green"))

    found = run_step("package.bento", tmp_path / "one", ports, name="sample")["package"]
    chosen = run_step(
        "package.bento", tmp_path / "two", ports, name="sample", pictures={"longest_side": 100}
    )["package"]

    limits = read(found / "src" / "service.json")["limits"]
    assert limits == {"shortest_side": 5, "longest_side": 4500, "picture_bytes": 3 * 1024 * 1024}
    assert read(chosen / "src" / "service.json")["limits"] == limits | {"longest_side": 100}
    with pytest.raises(InvalidInput, match="no picture that the service would take"):
        run_step("package.bento", tmp_path / "three", ports, pictures={"longest_side": 2})


def test_a_table_has_no_limits_of_pictures(trained: Callable[[str], Any], tmp_path: Path) -> None:
    with pytest.raises(
        InvalidInput, match="for models of pictures, and this model is of another kind"
    ):
        run_step(
            "package.bento", tmp_path, trained("binary_xgboost").ports(), pictures={"threads": 1}
        )


def test_stock_bentoml_serve_runs_the_package(image_package: Packaged, tmp_path: Path) -> None:
    package = image_package("single")
    golden = read(package / "golden.json")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables = {**os.environ, **SILENT, "BENTOML_HOME": str(tmp_path / "bentoml")}
    words = [sys.executable, "-m", "bentoml", "serve", str(package), "--port", str(port)]
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            words, cwd=tmp_path, env=variables, stdout=file, stderr=file, start_new_session=True
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_ready(url, process, log)
        for entry in golden:
            answer = httpx.post(url + entry["path"], json=entry["request"], timeout=30).json()
            assert not list(differences(entry["response"], answer, entry["tolerance"]))
        raw = httpx.post(
            f"{url}/predict?top_num=1", content=picture(), headers={"content-type": "image/png"}
        )
        assert raw.json()["results"][0]["name"] == "red"
    finally:
        os.killpg(process.pid, 15)
        process.wait(120)


def wait_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 300
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        try:
            if httpx.get(url + "/readyz", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
