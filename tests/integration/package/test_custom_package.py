"""Packages of custom jobs' models: real Bentos that run the job's own code and answer."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from plugins.job_models import ADDS, VALUES, instances, torch_model, write_job_model
from plugins.serving import run_step

from aileron.core.digest import digest_file
from aileron.core.errors import InvalidInput, StepFailed
from aileron.core.settings import SILENT

XGBOOST = """\
import pickle
from pathlib import Path

import numpy as np


class CustomException(RuntimeError):
    def __init__(self, message, orig_error=None):
        super().__init__(message)
        self.message = message


class PredictWrapper:
    def __init__(self, model_path):
        self.model = pickle.loads((Path(model_path) / "clf.pickle").read_bytes())

    def predict(self, request):
        if "rows" not in request:
            raise CustomException("give `rows`")
        return self.model.predict_proba(np.array(request["rows"])).tolist()
"""
ROWS = {"rows": [[0.1, 0.9], [0.8, 0.2]]}


@pytest.fixture(autouse=True)
def _home(serving_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AILERON_HOME", str(serving_home))


@pytest.fixture(scope="module")
def boosted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier of XGBoost in a pickle, as BML's jobs leave it."""
    from xgboost import XGBClassifier

    chance = np.random.default_rng(0)
    rows = chance.random((40, 2))
    fitted = XGBClassifier(n_estimators=3).fit(rows, (rows[:, 0] > rows[:, 1]).astype(int))
    return write_job_model(
        tmp_path_factory.mktemp("boosted") / "job",
        code={"serve.py": XGBOOST},
        output={"clf.pickle": pickle.dumps(fitted)},
        framework="xgboost",
        sample=ROWS,
        requirements=["scikit-learn==" + __import__("sklearn").__version__],
    )


@pytest.fixture(scope="module")
def boosted_package(boosted: Path, serving_home: Path, tmp_path_factory: Any) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AILERON_HOME", str(serving_home))
        return package(boosted, tmp_path_factory.mktemp("package") / "boosted", name="boosted")


def package(model: Path, folder: Path, **config: Any) -> Path:
    return run_step("package.bento", folder, {"model": model}, **config)["package"]


def boot(built: Path, folder: Path, **config: Any) -> Any:
    report = run_step("package.boot_check", folder, {"package": built}, **config)["report"]
    return json.loads((report / "report.json").read_text()), (report / "report.html").read_text()


def test_a_torch_model_is_packaged_checked_and_served(
    serve: Callable[..., Any], tmp_path: Path
) -> None:
    built = package(torch_model(tmp_path / "torch"), tmp_path / "package", name="net")
    (golden,) = json.loads((built / "golden.json").read_text())
    assert golden["request"] == instances((1, 2, 3), (0, 0, 0))
    assert [len(row) for row in golden["response"]["predictions"]] == [2, 2]
    report, page = boot(built, tmp_path / "boot")
    assert report["golden"] == [{"path": "/predict", "rows": 1, "passed": True}]
    assert {"torch", "fastapi"} <= report["imported"].keys()
    assert not report["pinned"].keys() & {"mlflow", "pandas", "xgboost-cpu", "tensorboard"}
    assert "answered as recorded" in page
    with serve(built) as served, served.client() as client:
        assert client.post("/predict", json=golden["request"]).json() == golden["response"]
        wrong = client.post("/predict", json={"instances": [{"data": "???"}]})
        assert (wrong.status_code, wrong.json()["error_code"]) == (400, 336001)
        failed = client.post("/predict", json={})
        assert failed.status_code == 500
        assert "Traceback" not in failed.text
        assert "KeyError" in served.log.read_text()


def test_a_pickle_is_opened_by_the_jobs_code_alone(
    boosted_package: Path, serve: Callable[..., Any], tmp_path: Path
) -> None:
    boot(boosted_package, tmp_path / "boot")
    assert "serve" not in sys.modules  # not in the platform's process
    with serve(boosted_package) as served, served.client() as client:
        answer = client.post("/predict", json=ROWS).json()
        assert [sum(row) for row in answer["results"]] == pytest.approx([1, 1])
        refused = client.post("/predict", json={})
        assert (refused.status_code, "give `rows`" in refused.text) == (400, True)


def test_the_same_model_gives_the_same_bytes(
    boosted: Path, boosted_package: Path, tmp_path: Path
) -> None:
    again = package(boosted, tmp_path / "package", name="boosted")
    digests = [
        {p.relative_to(at).as_posix(): digest_file(p) for p in at.rglob("*") if p.is_file()}
        for at in (boosted_package, again)
    ]
    assert digests[0] == digests[1]


def test_without_a_sample_the_check_says_that_it_only_started(tmp_path: Path) -> None:
    model = write_job_model(tmp_path / "job", code={"serve.py": ADDS}, output={"more.txt": "1"})
    built = package(model, tmp_path / "package")
    assert json.loads((built / "golden.json").read_text()) == []
    report, page = boot(built, tmp_path / "boot")
    assert (report["passed"], report["golden"]) == (True, [])
    assert "was asked nothing" in page
    with pytest.raises(InvalidInput, match=r"serving\.sample"):
        boot(built, tmp_path / "measured", measure_cores=(1,))


def test_a_changed_answer_does_not_pass(tmp_path: Path) -> None:
    code = {"serve.py": ADDS.replace("value + self.more", "value * __import__('time').time()")}
    model = write_job_model(tmp_path / "job", code=code, output={"more.txt": "1"}, sample=VALUES)
    built = package(model, tmp_path / "package")
    golden = json.loads((built / "golden.json").read_text())
    golden[0]["response"]["results"][0] += 1.0e6
    (built / "golden.json").write_text(json.dumps(golden))
    with pytest.raises(StepFailed, match="another answer than at packaging"):
        boot(built, tmp_path / "boot")


def test_a_sample_that_the_code_refuses_is_no_package(tmp_path: Path) -> None:
    model = write_job_model(
        tmp_path / "job", code={"serve.py": XGBOOST}, output={"clf.pickle": pickle.dumps(1)},
        sample={"no": "rows"},
    )  # fmt: skip
    with pytest.raises(StepFailed, match=r"sample\.json is not answered.*give `rows`"):
        package(model, tmp_path / "package")


@pytest.mark.parametrize(
    ("requirement", "said"),
    [("no-such-thing==1.0", "not installed"), ("numpy==1.0", "but 2")],
)
def test_a_requirement_that_the_platform_lacks_is_refused(
    requirement: str, said: str, tmp_path: Path
) -> None:
    model = write_job_model(
        tmp_path / "job", code={"serve.py": ADDS}, output={"more.txt": "1"},
        requirements=[requirement],
    )  # fmt: skip
    with pytest.raises(InvalidInput, match=said):
        package(model, tmp_path / "package")


def test_a_job_without_serving_is_not_packaged(boosted: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(boosted, model)
    card = json.loads((model / "model.json").read_text())
    (model / "model.json").write_text(json.dumps(card | {"serving": None}))
    with pytest.raises(InvalidInput, match="no `serving`"):
        package(model, tmp_path / "package")


def test_stock_bento_serves_it_too_and_again(boosted_package: Path, tmp_path: Path) -> None:
    """What Python compiles at the first start is no file of the model at the second."""
    golden = json.loads((boosted_package / "golden.json").read_text())[0]
    for _ in range(2):
        answer = answer_of_stock_bento(boosted_package, tmp_path)
        assert np.allclose(answer["results"], golden["response"]["results"])


def answer_of_stock_bento(package: Path, folder: Path) -> dict[str, Any]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "bentoml", "serve", str(package), "--host", "127.0.0.1"]
    variables = {**os.environ, **SILENT, "BENTOML_HOME": str(folder / "bentoml")}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*words, "--port", str(port)], env=variables, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + 300
        while True:
            try:
                answer = httpx.post(f"http://127.0.0.1:{port}/predict", json=ROWS, timeout=10)
                return dict(answer.json())
            except httpx.TransportError:
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, (folder / "log").read_text()
                time.sleep(0.2)
    finally:
        process.terminate()
        process.wait(120)
