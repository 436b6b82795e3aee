"""Packages are real Bentos: built offline, the same bytes each time, run by stock Bento."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
from plugins.serving import MODELS, Trained, run_step

from aileron.core.digest import digest_file
from aileron.core.errors import InvalidInput
from aileron.core.settings import SILENT

Packaged = Callable[[str], Path]


def digests(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): digest_file(p) for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("kind", ["binary_xgboost", "regression_ridge"])
def test_the_same_model_gives_the_same_bytes(
    kind: str, packaged: Packaged, trained: Callable[[str], Trained], tmp_path: Path
) -> None:
    again = run_step("package.bento", tmp_path, trained(kind).ports(), name="sample")["package"]

    assert digests(again) == digests(packaged(kind))


def test_a_change_of_the_template_changes_the_package_and_its_version(
    packaged: Packaged, trained: Callable[[str], Trained], tmp_path: Path
) -> None:
    first = packaged("binary_xgboost")
    template = (first / "src" / "service.py").read_text().replace("workers=1", "workers=2")

    ports = trained("binary_xgboost").ports()
    other = run_step("package.bento", tmp_path, ports, name="sample", template=template)["package"]

    assert "workers: 2" in (other / "bento.yaml").read_text()
    versions = [
        next(line for line in (p / "bento.yaml").read_text().splitlines() if "version: " in line)
        for p in (first, other)
    ]
    assert versions[0] != versions[1]


def test_a_broken_template_is_refused_with_the_reason(
    trained: Callable[[str], Trained], tmp_path: Path
) -> None:
    ports = trained("binary_xgboost").ports()

    with pytest.raises(InvalidInput, match=r"NameError.*bento/table/service\.py"):
        run_step("package.bento", tmp_path, ports, template="TableService = nonsense\n")


def test_a_model_whose_library_is_another_version_here_is_refused(
    trained: Callable[[str], Trained], tmp_path: Path
) -> None:
    source = trained("binary_xgboost")
    model = tmp_path / "model"
    model.mkdir()
    card = json.loads((source.model / "model.json").read_text())
    (model / card["file"]).write_bytes((source.model / card["file"]).read_bytes())
    card["requirements"] = ["xgboost-cpu==1.0.0"]
    (model / "model.json").write_text(json.dumps(card))

    with pytest.raises(InvalidInput, match=r"needs xgboost-cpu==1\.0\.0, but"):
        run_step("package.bento", tmp_path / "out", source.inputs.ports(model=model))


@pytest.mark.parametrize("kind", MODELS)
def test_every_pin_is_exact_and_nothing_is_there_that_serving_does_not_need(
    kind: str, packaged: Packaged
) -> None:
    lines = (packaged(kind) / "requirements.txt").read_text().splitlines()
    names = {line.partition("==")[0] for line in lines}

    assert all(
        line == f"{name}=={version(name)}" for line in lines for name in [line.split("==")[0]]
    )
    assert not names & {"aileron", "bentoml", "pandas", "pyarrow", "mlflow", "apache-airflow"}
    assert ("scikit-learn" in names) == (not kind.endswith("xgboost"))
    assert ("xgboost-cpu" in names) == kind.endswith("xgboost")


def test_golden_requests_are_real_rows_of_the_test_part(packaged: Packaged) -> None:
    package = packaged("binary_xgboost")
    golden = json.loads((package / "golden.json").read_text())

    assert {entry["path"] for entry in golden} == {"/predict", "/v2/models/sample/infer"}
    assert [len(entry["request"]["data"]) for entry in golden[:-1]] == [1] * 5 + [20]
    assert all("log_id" not in entry["response"] for entry in golden)


def test_stock_bentoml_serve_runs_the_package(packaged: Packaged, tmp_path: Path) -> None:
    package = packaged("binary_xgboost")
    golden = json.loads((package / "golden.json").read_text())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables = {**os.environ, **SILENT, "BENTOML_HOME": str(tmp_path / "bentoml")}
    words = [sys.executable, "-m", "bentoml", "serve", str(package), "--port", str(port)]
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        words, cwd=tmp_path, env=variables, stdout=log, stderr=log, start_new_session=True
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_ready(url, process, tmp_path / "log")
        for entry in golden:
            answer = httpx.post(url + entry["path"], json=entry["request"], timeout=30).json()
            answer.pop("log_id", None)
            assert answer == entry["response"]
        refused = httpx.post(url + "/predict", json={"data": []}, timeout=30)
    finally:
        process.terminate()
        process.wait(120)
        log.close()

    assert refused.json()["error_code"] == 336001


def wait_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 300
    while True:
        try:
            if httpx.get(url + "/v2/health/ready").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
