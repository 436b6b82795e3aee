"""The page of the job contract says what really runs, leaves and answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from plugins.own_jobs import Jobs
from plugins.serving_app import LocalService

from aileron.serve.custom_service import BODY_BYTES, WAITING
from aileron.train.job.layouts import LAYOUTS
from aileron.train.job.metrics import FULL_POINTS, MOST_CURVES
from aileron.train.job.printed import Printed

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "job-contract.md"
TEXT = PAGE.read_text(encoding="utf-8")
PRINTED = {
    "epoch 3 loss=0.12 accuracy: 0.97": [("loss", 3, 0.12), ("accuracy", 3, 0.97)],
    '{"step": 3, "loss": 0.1}': [("loss", 3, 0.1)],
    "{'loss': 0.1, 'epoch': 3}": [("loss", 3, 0.1)],
    "train_loss: 0.1": [("train_loss", 0, 0.1)],
    "[7] train-rmse:0.51": [("train_rmse", 7, 0.51)],
    "Test set: Average loss: 0.05, Accuracy: 98.2%": [
        ("test_loss", 0, 0.05),
        ("test_accuracy", 0, 0.982),
    ],
    "Train Epoch: 1 [640/60000 (1%)] Loss: 2.3": [("train_loss", 1, 2.3)],
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture
def centres(jobs: Jobs) -> Jobs:
    """The workspace with the files of the page."""
    for text in blocks("python"):
        named = re.match(r"# (\S+\.py)\n", text)
        assert named
        jobs.write(named[1], text)
    return jobs


def service(jobs: Jobs, module: str, folder: Path) -> tuple[LocalService, Any]:
    given = {"code": {"folder": "jobs/centres"}, "serving": {"module": module}}
    outcome = jobs.run("python train.py", **given)
    model = folder / module / "model"
    jobs.store.fetch(outcome.outputs["model"], model)
    return LocalService.of(model, folder / module / "src", contract="custom"), outcome


def test_the_example_trains_and_answers_as_the_page_says(centres: Jobs, tmp_path: Path) -> None:
    request, answer, refusal = (json.loads(text) for text in blocks("json"))
    served, outcome = service(centres, "serve.py", tmp_path)
    assert served.post("/predict", request).json() == answer
    assert served.post("/predict", {"instances": [{"data": "WzFd"}]}).json() == refusal
    assert centres.metrics(outcome.outputs)["primary"] == "accuracy"
    points = [(point["step"], point["value"]) for point in centres.points(outcome.outputs)]
    assert points == [(0, 1.0), (1, 0.0)]


def test_the_wrapper_answers(centres: Jobs, tmp_path: Path) -> None:
    served, _ = service(centres, "wrapped.py", tmp_path)
    assert served.post("/predict", {"point": [1, 2]}).json() == {"results": [3]}
    assert "give `point`" in served.post("/predict", {}).json()["error_msg"]


@pytest.mark.parametrize("line", PRINTED)
def test_lines_are_read_as_the_table_says(line: str) -> None:
    assert f"`{line}`" in TEXT
    found = [(p.name, p.step, pytest.approx(p.value)) for p in Printed().read(line)]
    assert found == PRINTED[line]


def test_it_names_the_limits_and_frameworks_that_hold() -> None:
    assert f"the first {FULL_POINTS:,} points" in TEXT
    assert f"of a job, {MOST_CURVES} curves" in TEXT
    assert f"at most {BODY_BYTES >> 20} MiB" in TEXT
    assert f"and {WAITING} wait" in TEXT
    for framework, layout in LAYOUTS.items():
        (row,) = [line for line in TEXT.splitlines() if line.startswith(f"| `{framework}` |")]
        assert all(f"`{name}`" in row for name in layout.names[:1])
