"""What dies or goes away while a lifecycle trains in a pod, and what comes of it."""

from __future__ import annotations

import threading
import time
from typing import Any
from urllib.parse import quote

import psutil
from plugins.away import Way
from plugins.command import Command
from plugins.pod_stack import Pods
from plugins.waiting import wait_until

from aileron.client.airflow import AirflowClient
from aileron.core.settings import Settings
from aileron.ledger import Ledger, NodeState
from aileron.stack.stack import Stack

PATIENCE = 150.0


def kill(stack: Stack, name: str) -> None:
    """Kill a server of the stack; another takes its place."""
    killed = pid(stack, name)
    assert killed is not None
    psutil.Process(killed).kill()
    wait_until(lambda: pid(stack, name) not in (None, killed), PATIENCE, f"other {name}")


def pid(stack: Stack, name: str) -> int | None:
    return next(status.pid for status in stack.status() if status.name == name)


def ended(pods: Pods, run_id: str) -> str:
    """The run's state once it has ended."""
    wait_until(lambda: pods.ledger.runs.get(run_id).state.final, 240, f"end of {run_id}")
    return pods.ledger.runs.get(run_id).state.value


def none_left(pods: Pods) -> None:
    wait_until(lambda: not pods.names(), 60, "empty namespace")


def publications(ledger: Ledger, run_id: str) -> int:
    """How often a training of that run was published."""
    events = ledger.events.list("default", subject=f"node:{run_id}/train", limit=50)
    return [event.verb for event in events].count("node.succeeded")


def test_it_trains_in_one_pod_and_an_unchanged_run_in_none(
    pods: Pods, stack_ledger: Ledger
) -> None:
    before = pods.created()
    run_id = pods.launch(1, name="podded")
    assert ended(pods, run_id) == "succeeded"
    assert pods.created() == before + 1
    row = stack_ledger.nodes.get(run_id, "train")
    assert row is not None
    assert row.log is not None
    again = pods.launch(1, name="podded")
    assert ended(pods, again) == "succeeded"
    assert pods.state(again) is NodeState.REUSED
    assert pods.created() == before + 1
    none_left(pods)


def test_a_scheduler_and_then_a_triggerer_killed_while_a_pod_works_cost_nothing(
    pods: Pods, stack: Stack, stack_ledger: Ledger
) -> None:
    before, run_id = pods.created(), pods.launch(2, "--set", "nodes.0.config.amount=60")
    wait_until(pods.working, PATIENCE, "pod at work")
    kill(stack, "scheduler")
    kill(stack, "triggerer")
    assert pods.working()
    assert ended(pods, run_id) == "succeeded"
    assert pods.created() == before + 1
    assert publications(stack_ledger, run_id) == 1
    none_left(pods)


def tell_airflow(settings: Settings, method: str, path: str, run_id: str, **body: Any) -> None:
    """As somebody does it in Airflow's pages."""
    project, name, run = run_id.split("/", 2)
    path = path.format(dag=f"{project}__{name}", run=quote(run, safe=""))
    with AirflowClient.of(settings) as airflow:
        airflow._call(method, f"/api/v2/dags/{path}", body)


def test_a_run_marked_as_failed_leaves_no_pod(pods: Pods, stack_settings: Settings) -> None:
    run_id = pods.launch(4)
    wait_until(pods.working, PATIENCE, "pod at work")
    tell_airflow(stack_settings, "PATCH", "{dag}/dagRuns/{run}", run_id, state="failed")
    wait_until(lambda: not pods.names(), 45, "end of the pod")
    assert ended(pods, run_id) == "failed"
    wait_until(lambda: pods.state(run_id) is NodeState.FAILED, PATIENCE, "failed node")
    none_left(pods)


def test_a_training_that_is_cleared_begins_anew_and_publishes_once(
    pods: Pods, stack_ledger: Ledger, stack_settings: Settings
) -> None:
    before, run_id = pods.created(), pods.launch(9)
    wait_until(pods.working, PATIENCE, "pod at work")
    which = {"dag_run_id": run_id.split("/", 2)[2], "task_ids": ["train"], "only_failed": False}
    tell_airflow(stack_settings, "POST", "{dag}/clearTaskInstances", run_id, dry_run=False, **which)
    wait_until(lambda: pods.created() == before + 2, PATIENCE, "second pod")
    assert len(pods.names()) == 1
    assert ended(pods, run_id) == "succeeded"
    assert publications(stack_ledger, run_id) == 1
    none_left(pods)


def test_a_deleted_pod_is_told_and_tried_again(pods: Pods, stack_ledger: Ledger) -> None:
    before, run_id = pods.created(), pods.launch(5)
    wait_until(pods.working, PATIENCE, "pod at work")
    pods.delete(pods.names()[0], "--wait=false")
    assert ended(pods, run_id) == "succeeded"
    assert pods.created() == before + 2
    events = stack_ledger.events.list("default", subject=f"node:{run_id}/train", limit=20)
    told = [event.after["reason"] for event in events if event.verb == "node.failed"]
    assert len(told) == 1
    assert "deleted" in told[0]
    none_left(pods)


def test_a_cluster_away_for_half_a_minute_is_waited_for(
    pods: Pods, way: Way, stack_ledger: Ledger
) -> None:
    before, run_id = pods.created(), pods.launch(6)
    wait_until(pods.working, PATIENCE, "pod at work")
    with way.away():
        time.sleep(30)
        assert pods.state(run_id) is NodeState.RUNNING
    assert ended(pods, run_id) == "succeeded"
    assert pods.created() == before + 1
    assert publications(stack_ledger, run_id) == 1
    none_left(pods)


def test_of_two_runs_of_the_same_at_once_one_has_the_pod(pods: Pods, stack_ledger: Ledger) -> None:
    before, runs = pods.created(), []
    threads = [threading.Thread(target=lambda: runs.append(pods.launch(7))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [ended(pods, run_id) for run_id in runs] == ["succeeded", "succeeded"]
    assert sorted(str(pods.state(run_id)) for run_id in runs) == ["reused", "succeeded"]
    assert pods.created() == before + 1
    none_left(pods)


def test_after_all_that_the_doctor_finds_nothing_broken(pods: Pods, aileron: Command) -> None:
    assert pods.created() > 0
    aileron("doctor")
