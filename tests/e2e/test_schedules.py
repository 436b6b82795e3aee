"""Runs that nobody starts by hand: at times, for days gone by, and when a dataset grows.

Each lifecycle's gate says no, so that a run is short.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from plugins.command import Command
from plugins.waiting import wait_until

from aileron.client.airflow import AirflowClient
from aileron.core.settings import Settings
from aileron.ledger import Ledger, Run, RunState

DAILY = "/api/v2/dags/default__daily"
SECONDS = 180


@pytest.fixture
def airflow(stack_settings: Settings) -> Iterator[AirflowClient]:
    with AirflowClient.of(stack_settings) as client:
        wait_until(lambda: all(map(client.read_at, ("default__daily", "default__follows"))), 30)
        yield client


def runs(ledger: Ledger, lifecycle: str, kind: str) -> list[Run]:
    """Runs that Airflow started for that reason and that have ended, the oldest first."""
    found = [
        run
        for run in ledger.runs.list("default", lifecycle)
        if (run.airflow_run_id or "").startswith(f"{kind}__")
        and run.state not in (RunState.PLANNED, RunState.RUNNING)
    ]
    return sorted(found, key=lambda run: run.started)


def next_run(airflow: AirflowClient) -> datetime:
    return datetime.fromisoformat(airflow._call("GET", DAILY)["next_dagrun_run_after"])


def test_a_cron_line_says_when_the_next_run_is(airflow: AirflowClient) -> None:
    seen = next_run(airflow)
    assert (seen.hour, seen.minute) == (3, 30)
    assert timedelta(0) < seen - datetime.now(UTC) <= timedelta(days=1)


def test_a_backfill_makes_one_recorded_run_per_day(
    airflow: AirflowClient, aileron: Command, stack_ledger: Ledger
) -> None:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = {
        "dag_id": "default__daily",
        "from_date": (midnight - timedelta(days=6)).isoformat(),
        "to_date": (midnight - timedelta(days=3)).isoformat(),
        "max_active_runs": 1,
    }
    before = next_run(airflow)
    airflow._call("POST", "/api/v2/backfills", wanted)
    wait_until(lambda: len(runs(stack_ledger, "daily", "backfill")) >= 3, SECONDS)
    done = runs(stack_ledger, "daily", "backfill")
    slots = [midnight - timedelta(days=ago) + timedelta(hours=3, minutes=30) for ago in (6, 5, 4)]
    assert [run.airflow_run_id for run in done] == [f"backfill__{at.isoformat()}" for at in slots]
    assert len({run.run_id for run in done}) == 3
    assert {run.state for run in done} == {RunState.REJECTED}, [run.reason for run in done]
    newest = done[-1].airflow_run_id
    facts = aileron("lifecycle", "show", "daily", str(newest), "--json").json
    assert {task["state"] for task in facts["tasks"]} == {"reused", "rejected"}
    # Reading the file again, Airflow makes up for the slot just missed once it has seen a run of
    # its own; days gone by do not move the run after that.
    wait_until(lambda: next_run(airflow) == before, SECONDS)
    made_up = {run.airflow_run_id for run in runs(stack_ledger, "daily", "scheduled")}
    newest_slot = before - timedelta(days=1)
    assert made_up <= {f"scheduled__{newest_slot.isoformat()}"}, "at most what was just missed"


def test_a_new_version_of_a_dataset_starts_those_who_wait_for_it_and_an_unchanged_run_does_not(
    airflow: AirflowClient, aileron: Command, stack_workspace: Path, stack_ledger: Ledger
) -> None:
    file = stack_workspace / "datasets" / "arrivals" / "arrivals.csv"

    def arrive() -> Any:
        return aileron("lifecycle", "run", "arrivals", "--wait", "--json", code=3).json

    def followed() -> int:
        return len(runs(stack_ledger, "follows", "asset_triggered"))

    assert arrive()["dataset_version"] == "default/arrivals@v1"
    wait_until(lambda: followed() == 1, SECONDS)

    assert arrive()["dataset_version"] == "default/arrivals@v1"
    with file.open("a", encoding="utf-8") as rows:
        rows.write("9,9,pear\n")
    assert arrive()["dataset_version"] == "default/arrivals@v2"
    wait_until(lambda: followed() == 2, SECONDS)

    told = airflow._call("GET", "/api/v2/assets/events?order_by=timestamp&limit=100")
    versions = [
        event["extra"]["version"]
        for event in told["asset_events"]
        if event["uri"] == "aileron://default/dataset/arrivals"
    ]
    assert versions == [1, 2], "the unchanged run told nobody"
    assert followed() == 2
    assert {run.actor for run in runs(stack_ledger, "follows", "asset_triggered")} == {
        "airflow:asset_triggered"
    }
