"""The whole way through Airflow's scheduler, as a user walks it with the command."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from plugins.command import Command

from aileron.core.settings import Settings

STAGES = {
    "ingest", "version", "validate", "split", "train", "evaluate", "gate", "track", "register",
    "package", "boot_check", "release",
}  # fmt: skip


@pytest.fixture(scope="module")
def released(aileron: Command) -> dict[str, Any]:
    """The shipped lifecycle, run once."""
    answer = aileron("lifecycle", "run", "breast_cancer", "--wait", "--json")
    facts: dict[str, Any] = answer.json
    return facts


def states(facts: dict[str, Any]) -> dict[str, str]:
    return {task["name"]: task["state"] for task in facts["tasks"]}


def test_a_run_says_all_that_came_of_it(released: dict[str, Any]) -> None:
    assert released["state"] == "succeeded"
    assert set(states(released)) == STAGES
    assert released["dataset_version"] == "default/breast_cancer@v1"
    assert released["model_version"] == 1
    assert released["metrics"]["roc_auc"] > 0.95
    assert len(released["mlflow_run_id"]) == 32
    assert all(task["seconds"] is not None for task in released["tasks"])


def test_the_service_answers_as_the_model_was_checked(
    released: dict[str, Any], aileron: Command, stack_ledger: Any, stack_store: Any
) -> None:
    champion = stack_ledger.champions.get("default", "breast_cancer")
    golden = stack_store.read_json(champion.package_reference, "golden.json")
    asked = next(g for g in golden if g["path"] == "/predict")
    body = json.dumps(asked["request"])
    answer = aileron("service", "invoke", "breast_cancer", "--json-body", "-", given=body).json
    for found, wanted in zip(
        answer["batch_results"], asked["response"]["batch_results"], strict=True
    ):
        assert found["label"] == wanted["label"]
        assert found["score"] == pytest.approx(wanted["score"], abs=1e-6)
    url = released["service_url"]
    assert httpx.get(f"{url}/v2/health/ready", timeout=60).status_code == 200
    refused = httpx.post(f"{url}/predict", json={"data": []}, timeout=60)
    assert refused.status_code in (400, 422)
    assert set(refused.json()) == {"error_code", "error_msg"}


def test_an_unchanged_run_reuses_everything(released: dict[str, Any], aileron: Command) -> None:
    again = aileron("lifecycle", "run", "breast_cancer", "--wait", "--json").json
    assert set(states(again).values()) == {"reused"}
    for field in ("dataset_version", "model_version", "mlflow_run_id", "metrics", "service_url"):
        assert again[field] == released[field]


def test_a_changed_parameter_makes_a_new_version_and_rollback_brings_the_old_one_back(
    released: dict[str, Any], aileron: Command, stack_ledger: Any
) -> None:
    changed = aileron(
        "lifecycle", "run", "breast_cancer", "--wait", "--json",
        "--set", "train.parameters.max_depth=2", "--set", "gate.champion.tolerance=0.2",
    ).json  # fmt: skip
    done = states(changed)
    assert (done["ingest"], done["split"], done["train"]) == ("reused", "reused", "succeeded")
    assert changed["model_version"] == released["model_version"] + 1
    assert stack_ledger.champions.get("default", "breast_cancer").version == 2
    back = aileron("model", "rollback", "breast_cancer", "--json").json
    assert back["version"] == 1
    assert httpx.get(f"{released['service_url']}/v2/health/ready", timeout=60).status_code == 200


def test_stock_dvc_restores_a_version(
    released: dict[str, Any], aileron: Command, stack_home: Path, tmp_path: Path
) -> None:
    aileron("dataset", "get", "breast_cancer", str(tmp_path / "ours"))
    dvc = Path(sys.executable).with_name("dvc")
    repository = str(stack_home / "data.git")
    words = [str(dvc), "get", repository, "default/breast_cancer/data", "-o", "stock"]
    words += ["--rev", released["dataset_version"]]
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    for path in (tmp_path / "ours").rglob("*"):
        if path.is_file():
            twin = tmp_path / "stock" / path.relative_to(tmp_path / "ours")
            assert twin.read_bytes() == path.read_bytes()


def test_a_gate_that_says_no_ends_the_run_as_rejected(aileron: Command) -> None:
    answer = aileron("lifecycle", "run", "strict", "--wait", "--json", code=3)
    facts = answer.json
    assert facts["state"] == "rejected"
    assert "log_loss" in facts["reason"]
    assert states(facts)["gate"] == "rejected"
    assert not {"register", "package", "release"} & set(states(facts))
    assert facts["mlflow_run_id"], "a rejected model is compared in MLflow too"


def test_data_that_fail_the_suite_fail_the_task_with_column_value_and_rows(
    aileron: Command,
) -> None:
    answer = aileron("lifecycle", "run", "broken", "--wait", "--json", code=1)
    facts = answer.json
    assert facts["state"] == "failed"
    assert facts["failed_node"] == "validate"
    for part in ("expect_column_values_to_be_between", "age", "-7", "r00000004"):
        assert part in facts["reason"], part


def test_a_release_waits_for_approval_without_a_worker(
    aileron: Command, stack_settings: Settings, stack_ledger: Any
) -> None:
    from aileron.client.airflow import AirflowClient

    run_id = aileron("lifecycle", "run", "asks", "--json").json["run_id"]
    airflow_run = run_id.rpartition("/")[2]
    with AirflowClient.of(stack_settings) as airflow:
        for _, tasks in airflow.follow("default__asks", airflow_run):
            asked = {task.name: task.state for task in tasks}.get("approve")
            if asked in ("awaiting_input", "deferred"):
                break
        assert stack_ledger.champions.get("default", "asks") is None
        airflow.answer("default__asks", airflow_run, "approve", "Approve")
        for run, _ in airflow.follow("default__asks", airflow_run):
            last = run.state
    assert last == "success", stack_ledger.runs.get(run_id).reason
    assert stack_ledger.champions.get("default", "asks").version == 1
    row = stack_ledger.nodes.get(run_id, "approve")
    assert row.state == "succeeded"


def test_a_service_stops_and_starts_and_keeps_its_address(
    released: dict[str, Any], aileron: Command
) -> None:
    url = f"{released['service_url']}/v2/health/ready"

    def wait_for(status: int) -> None:
        deadline = time.monotonic() + 120
        while httpx.get(url, timeout=60).status_code != status:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    aileron("service", "stop", "breast_cancer")
    wait_for(503)
    assert httpx.get(url, timeout=60).json()["error_code"]
    aileron("service", "start", "breast_cancer", "--wait")
    wait_for(200)
    assert "revision" in aileron("service", "show", "breast_cancer").out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lifecycle", "run", "brest_cancer"], "did you mean breast_cancer?"),
        (["lifecycle", "run", "small", "--set", "train.parameters.depth=3"], "depth"),
        (["lifecycle", "run", "small", "--set", "nonsense"], "path=value"),
        (["lifecycle", "show", "small", "nothing"], "There is no run"),
        (["model", "show", "nothing"], "has no model nothing"),
        (["model", "rollback", "nothing"], "nothing"),
        (["service", "show", "nothing"], "nothing"),
        (["dataset", "show", "nothing"], "no version of dataset nothing"),
        (["component", "show", "train.xgbost"], "did you mean train.xgboost?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_answered_with_a_sentence(
    aileron: Command, words: list[str], sentence: str
) -> None:
    answer = aileron(*words, "--wait" if words[1] == "run" else "--json", code=1)
    assert sentence in answer.err + answer.out
