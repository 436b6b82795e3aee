"""A job's figures in MLflow, however its code says them; its model on the way to a service."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
import pytest
from plugins.job_models import ADDS, VALUES
from plugins.own_jobs import Jobs

from aileron.core.errors import AileronError, Conflict, InvalidInput, NotFound
from aileron.core.names import JOB_REGISTRATION, JOB_RELEASE
from aileron.graph.plan import Plan
from aileron.ledger import Ledger, NodeState, RunState
from aileron.run.process import ProcessRunner

THREE_WAYS = """\
import argparse
import json

import mlflow
from torch.utils.tensorboard import SummaryWriter

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int)
epochs = parser.parse_args().epochs
writer = SummaryWriter()
mlflow.log_param("optimiser", "sgd")
for epoch in range(epochs):
    print(f"epoch {epoch} loss={1 / (epoch + 1)}")
    mlflow.log_metric("mlflow_loss", 2 / (epoch + 1), step=epoch)
    writer.add_scalar("board/loss", 3 / (epoch + 1), epoch)
writer.close()
mlflow.log_text("kept", "note.txt")
json.dump({"accuracy": 0.75}, open("output/metrics.json", "w"))
"""
SERVED = {"module": "serve.py", "sample": "sample.json"}
LEAVES = "echo 3 > output/more.txt; echo accuracy: 0.75"


@pytest.fixture
def tracked(jobs: Jobs, ledger: Ledger, launcher_home: Path, mlflow_server: str) -> Jobs:
    """Jobs of an installation that has an MLflow."""
    settings = jobs.settings.model_copy(update={"mlflow_url": mlflow_server})
    return Jobs(jobs.workspace, settings, ledger, ProcessRunner(launcher_home))


@pytest.fixture
def asked(mlflow_server: str) -> Any:
    """MLflow's own client."""
    return mlflow.MlflowClient(mlflow_server)


@pytest.fixture
def left(tracked: Jobs) -> Callable[..., Plan]:
    """A job that has succeeded and was tracked: `left(**spec)`."""

    def run(**spec: Any) -> Plan:
        tracked.write("code/serve.py", ADDS)
        tracked.write("code/sample.json", json.dumps(VALUES))
        given = {"code": {"folder": "code"}, "command": LEAVES, "serving": SERVED, **spec}
        plan = tracked.plan(job="adder", **given)
        for node in ("job", "track"):
            tracked.execute(plan, node)
        tracked.ledger.runs.finish(plan.run_id, RunState.SUCCEEDED)
        return plan

    return run


def record(jobs: Jobs, plan: Plan, node: str) -> dict[str, Any]:
    reference = jobs.row(plan, node).outputs["record"]
    found: dict[str, Any] = jobs.store.read_json(reference, "record.json")
    return found


def test_figures_appear_in_mlflow_whichever_way_the_code_says_them(
    tracked: Jobs, asked: Any
) -> None:
    tracked.write("code/train.py", THREE_WAYS)
    plan = tracked.plan(
        job="three ways",
        code={"folder": "code"},
        command="python train.py",
        parameters={"epochs": 3},
    )
    outcome = tracked.execute(plan)
    assert {"note.txt", "meta.yaml"} <= {
        path.rpartition("/")[2] for path in tracked.files(outcome.outputs)
    }
    assert any("tensorboard/runs/" in path for path in tracked.files(outcome.outputs))
    tracked.execute(plan, "track")
    said = record(tracked, plan, "track")
    assert said["experiment"] == "default/custom_job"
    run = asked.get_run(said["mlflow_run_id"])
    curves = {
        name: [(p.step, p.value) for p in asked.get_metric_history(run.info.run_id, name)]
        for name in ("loss", "mlflow_loss", "board/loss", "accuracy")
    }
    for name, first in (("loss", 1), ("mlflow_loss", 2), ("board/loss", 3)):
        steps, values = zip(*curves[name], strict=True)
        assert steps == (0, 1, 2)
        assert values == pytest.approx([first / (step + 1) for step in steps])
    assert curves["accuracy"] == [(0, 0.75)]
    assert run.data.params == {
        "command": "python train.py",
        "framework": "other",
        "epochs": "3",
        "optimiser": "sgd",
    }
    assert run.data.tags["aileron.job"] == "three ways"
    assert run.info.run_name == "three ways"
    assert tracked.metrics(outcome.outputs)["primary"] == "accuracy"


def test_tracking_again_finds_the_same_run(tracked: Jobs, left: Callable[..., Plan]) -> None:
    plan = left()
    first = record(tracked, plan, "track")
    tracked.execute(plan, "track")
    assert record(tracked, plan, "track") == first


def test_a_jobs_model_is_registered_with_its_files(
    tracked: Jobs, left: Callable[..., Plan], asked: Any
) -> None:
    job = left(parameters={"epochs": 2})
    bounds = {"accuracy": {"min": 0.7}}
    plan = tracked.plan(JOB_REGISTRATION, run=job.run_id, model="adder", thresholds=bounds)
    for node in ("gate", "register"):
        tracked.execute(plan, node)
    said = record(tracked, plan, "register")
    assert (said["model"], said["version"]) == ("adder", 1)
    version = asked.get_model_version("default.adder", said["mlflow_version"])
    assert version.run_id == record(tracked, job, "track")["mlflow_run_id"]
    assert version.tags["aileron.format"] == "other"
    listed = asked.list_logged_model_artifacts(said["mlflow_model_id"], "data/files")
    assert [file.path for file in listed] == ["data/files/more.txt"]
    row = tracked.ledger.models.get("default", "adder", 1)
    assert row is not None
    assert row.reference == tracked.row(job).outputs["model"]


def test_figures_below_the_thresholds_keep_a_model_out(
    tracked: Jobs, left: Callable[..., Plan]
) -> None:
    bounds = {"accuracy": {"min": 0.9}}
    plan = tracked.plan(JOB_REGISTRATION, run=left().run_id, model="adder", thresholds=bounds)
    assert tracked.execute(plan, "gate").state is NodeState.REJECTED
    with pytest.raises(AileronError):
        tracked.execute(plan, "register")


def test_a_release_packages_and_checks_what_was_registered(
    tracked: Jobs, left: Callable[..., Plan]
) -> None:
    plan = tracked.plan(JOB_RELEASE, run=left().run_id, model="adder", service="adding")
    assert plan.graph.node("release").config["service"] == "adding"
    for node in ("gate", "register", "package", "boot_check"):
        tracked.execute(plan, node)
    report = tracked.row(plan, "boot_check").outputs["report"]
    checked = tracked.store.read_json(report, "report.json")
    assert checked["golden"] == [{"path": "/predict", "rows": 1, "passed": True}]
    assert checked["package"]["service_contract"] == "custom"


def test_only_what_a_job_left_that_succeeded_is_published(
    tracked: Jobs, left: Callable[..., Plan]
) -> None:
    with pytest.raises(NotFound, match="no run default/custom_job/gone"):
        tracked.plan(JOB_REGISTRATION, run="default/custom_job/gone", model="adder")
    without = left(serving=None)
    with pytest.raises(InvalidInput, match="left no model"):
        tracked.plan(JOB_REGISTRATION, run=without.run_id, model="adder")
    unserved = left(
        serving=None, framework="sklearn", command="printf '\\200\\004x' > output/clf.pkl"
    )
    tracked.plan(JOB_REGISTRATION, run=unserved.run_id, model="adder")
    with pytest.raises(InvalidInput, match="needs `serving`"):
        tracked.plan(JOB_RELEASE, run=unserved.run_id, model="adder")
    going = tracked.plan(code={"folder": "code"}, command="true")
    with pytest.raises(Conflict, match=r"is (planned|running)"):
        tracked.plan(JOB_REGISTRATION, run=going.run_id, model="adder")
    published = tracked.plan(JOB_REGISTRATION, run=left().run_id, model="adder")
    with pytest.raises(InvalidInput, match="no custom job"):
        tracked.plan(JOB_REGISTRATION, run=published.run_id, model="adder")


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        (JOB_REGISTRATION, {"model": "adder"}, "run"),
        (JOB_REGISTRATION, {"run": "default/custom_job/1"}, "model"),
        (JOB_REGISTRATION, {"run": "r", "model": "adder", "service": "adding"}, "job_release"),
        (JOB_RELEASE, {"run": "r", "model": "Not A Name"}, "model"),
        (JOB_RELEASE, {"run": "r", "model": "adder", "package": {"gold": 1}}, "gold"),
        (JOB_RELEASE, {"run": "r", "model": "adder", "thresholds": {"a": {}}}, "min, max"),
    ],
)
def test_what_is_asked_for_wrongly_is_said(
    tracked: Jobs, name: str, values: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        tracked.plan(name, **values)
    assert said in caught.value.render("en")
