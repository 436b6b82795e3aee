"""An installation that is backed up at work and goes on elsewhere, beside the first."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugins.command import Command
from plugins.other_stack import OtherStack
from plugins.waiting import wait_until

from aileron.backup.upgrade import await_services
from aileron.ledger import Ledger, NodeState

pytestmark = pytest.mark.timeout(1200)
BRIEF = ("--set", "train.parameters.n_estimators=20")


def test_a_backup_made_while_a_run_is_going_is_an_installation_elsewhere(
    aileron: Command, stack_ledger: Ledger, other_stack: OtherStack, tmp_path: Path
) -> None:
    served = aileron("lifecycle", "run", "small", "--wait", "--json").json
    run_id = aileron("lifecycle", "run", "slow", "--set", "seed=51", "--json").json["run_id"]

    def training() -> bool:
        row = stack_ledger.nodes.get(run_id, "train")
        return row is not None and row.state is NodeState.RUNNING

    wait_until(training, 120, "training")
    target = str(tmp_path / "backups")
    made = aileron("backup", target, "--json").json
    assert not stack_ledger.runs.get(run_id).state.final, "the run went on meanwhile"
    assert made["open_runs"] >= 1
    assert made["missing"] == []
    told = stack_ledger.events.list("default", subject=f"backup:{made['number']}")
    assert [event.verb for event in told] == ["backup.made"]
    name, run = run_id.split("/", 2)[1:]
    aileron("lifecycle", "stop", name, run, code=None)  # two that train at once are slow

    restored = other_stack("restore", target, "--json").json
    assert restored["open_runs"] == made["open_runs"]
    other_stack("stack", "up")
    settings = other_stack.settings()
    ledger = Ledger(settings.require("ledger_url"), "test")
    try:
        wait_until(lambda: ledger.runs.get(run_id).state.final, 400, "end of the run")
    finally:
        ledger.close()
    facts = other_stack("lifecycle", "show", name, run, "--json").json
    assert facts["state"] == "succeeded", facts  # Airflow gave its tasks to workers anew
    await_services(settings, 300)  # the service has to make its environment anew
    links = other_stack("doctor", "--json").json
    assert [link for link in links if link["health"] == "broken"] == []
    fresh = other_stack("lifecycle", "run", "slow", *BRIEF, "--wait", "--json").json
    assert fresh["state"] == "succeeded"
    assert fresh["model_version"] == facts["model_version"] + 1
    request = other_stack("service", "sample", "small").out
    there = other_stack("service", "invoke", "small", "--json-body", "-", given=request)
    here = aileron("service", "invoke", "small", "--json-body", "-", given=request)
    assert there.json["batch_results"] == here.json["batch_results"]
    assert served["state"] == "succeeded"
