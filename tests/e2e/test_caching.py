"""What lies outside a lifecycle's YAML and still decides its result: its data, and the code
that its steps call. A change of either is seen by the next run through the scheduler."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from plugins.command import Command

from aileron.core.settings import Settings
from aileron.ledger import Ledger
from aileron.store import Store

ASSET = "aileron://default/dataset/grown"
LEARNT = ("ingest", "version", "validate", "split", "train", "evaluate", "gate", "track")


@contextmanager
def content(path: Path, text: str) -> Iterator[None]:
    """The file holds `text`, and afterwards what it held before."""
    before = path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def states(facts: dict[str, Any]) -> dict[str, str]:
    return {task["name"]: task["state"] for task in facts["tasks"]}


def asset_events(settings: Settings, asset: str) -> list[dict[str, Any]]:
    """What Airflow tells those who wait for the asset, the newest event first."""
    assert settings.airflow_login_file is not None
    login = json.loads(settings.airflow_login_file.read_text(encoding="utf-8"))
    url = settings.require("airflow_url")
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as airflow:
        token = airflow.post("/auth/token", json=login).json()["access_token"]
        answer = airflow.get(
            "/api/v2/assets/events",
            params={"order_by": "-timestamp", "limit": 100},
            headers={"authorization": f"Bearer {token}"},
        )
    events = answer.json()["asset_events"]
    return [event for event in events if event["uri"] == asset]


@pytest.fixture
def learn(aileron: Command) -> Any:
    """Runs `grown`, whose gate says no, so that a run is short."""

    def run() -> dict[str, Any]:
        answer: dict[str, Any] = aileron(
            "lifecycle", "run", "grown", "--wait", "--json", code=3
        ).json
        return answer

    return run


def test_a_changed_file_behind_a_dataset_makes_a_new_version_and_a_new_model(
    learn: Any, stack_settings: Settings, stack_ledger: Ledger
) -> None:
    file = stack_settings.workspace / "datasets" / "grown" / "grown.csv"
    first = learn()
    assert set(states(learn()).values()) <= {"reused", "rejected"}
    told = len(asset_events(stack_settings, ASSET))

    with content(file, file.read_text(encoding="utf-8") + "9,9,pear\n8,9,plum\n"):
        grown = learn()
    done = states(grown)
    assert [done[node] for node in LEARNT if node != "gate"] == ["succeeded"] * 7
    assert grown["mlflow_run_id"] != first["mlflow_run_id"]

    shrunk = learn()
    done = states(shrunk)
    assert [done[node] for node in ("ingest", "split", "train", "evaluate")] == ["reused"] * 4
    tags = [facts["dataset_version"] for facts in (first, grown, shrunk)]
    assert tags == [f"default/grown@v{number}" for number in (1, 2, 3)], "history goes forward"
    was, _, is_now = [stack_ledger.datasets.get("default", "grown", v) for v in (1, 2, 3)]
    assert was is not None
    assert is_now is not None
    assert is_now.digest == was.digest
    new = asset_events(stack_settings, ASSET)[: -told or None]
    assert [event["extra"]["version"] for event in new] == [3, 2]
    assert set(states(learn()).values()) <= {"reused", "rejected"}


def test_a_changed_helper_of_a_users_step_runs_the_step_anew(
    aileron: Command, stack_settings: Settings, stack_ledger: Ledger, stack_store: Store
) -> None:
    """Its YAML, its inputs and its own module stay as they are."""

    def run() -> tuple[str, Any]:
        facts = aileron("lifecycle", "run", "helped", "--wait", "--json").json
        row = stack_ledger.nodes.get(facts["run_id"], "word")
        assert row is not None
        return states(facts)["word"], stack_store.read_json(row.outputs["report"], "report.json")

    assert run() == ("succeeded", "one")
    assert run() == ("reused", "one")
    with content(stack_settings.workspace / "site" / "helped" / "helper.py", 'WORD = "two"\n'):
        assert run() == ("succeeded", "two")
    assert run() == ("reused", "one")
