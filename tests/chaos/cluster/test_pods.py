"""What dies or goes away while a lifecycle trains in a pod, and what comes of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import psutil
from plugins.away import Way
from plugins.command import Command
from plugins.pod_stack import Pods

from aileron.client.airflow import AirflowClient
from aileron.core.settings import Settings
from aileron.ledger import Ledger, NodeState
from aileron.stack.stack import Stack
from aileron.store import Store

PATIENCE = 150.0


def wait_until(there: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    deadline = time.monotonic() + patience
    while not (found := there()):
        assert time.monotonic() < deadline, f"no {what} within {patience:.0f} s"
        time.sleep(0.2)
    return found


def server(stack: Stack, name: str) -> psutil.Process:
    pid = next(status.pid for status in stack.status() if status.name == name)
    assert pid is not None
    return psutil.Process(pid)


def ended(pods: Pods, run_id: str) -> str:
    """The run's state once it has ended."""
    wait_until(lambda: pods.ledger.runs.get(run_id).state.final, f"end of {run_id}", 240)
    return pods.ledger.runs.get(run_id).state.value


def in_order(pods: Pods, aileron: Command) -> None:
    """No pod is left, and the doctor finds nothing broken."""
    wait_until(lambda: not pods.names(), "empty namespace", 60)
    aileron("doctor")


def publications(ledger: Ledger, run_id: str) -> int:
    """How often a training of that run was published."""
    events = ledger.events.list("default", subject=f"node:{run_id}/train", limit=50)
    return [event.verb for event in events].count("node.succeeded")


def test_it_trains_in_one_pod_and_an_unchanged_run_in_none(
    pods: Pods, aileron: Command, stack_ledger: Ledger
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
    in_order(pods, aileron)


def test_a_scheduler_killed_while_a_pod_works_costs_nothing(
    pods: Pods, stack: Stack, aileron: Command, stack_ledger: Ledger
) -> None:
    before, run_id = pods.created(), pods.launch(2)
    wait_until(pods.working, "pod at work")
    killed = server(stack, "scheduler")
    killed.kill()
    assert ended(pods, run_id) == "succeeded"
    assert server(stack, "scheduler").pid != killed.pid
    assert pods.created() == before + 1
    assert publications(stack_ledger, run_id) == 1
    in_order(pods, aileron)


def test_a_triggerer_killed_while_a_pod_works_finds_it_again(
    pods: Pods, stack: Stack, aileron: Command, stack_ledger: Ledger
) -> None:
    before, run_id = pods.created(), pods.launch(3)
    wait_until(pods.working, "pod at work")
    killed = server(stack, "triggerer")
    killed.kill()
    assert ended(pods, run_id) == "succeeded"
    assert pods.created() == before + 1
    assert publications(stack_ledger, run_id) == 1
    in_order(pods, aileron)


def tell_airflow(settings: Settings, method: str, path: str, run_id: str, **body: Any) -> None:
    """As somebody does it in Airflow's pages."""
    project, name, run = run_id.split("/", 2)
    path = path.format(dag=f"{project}__{name}", run=quote(run, safe=""))
    with AirflowClient.of(settings) as airflow:
        airflow._call(method, f"/api/v2/dags/{path}", body)


def test_a_run_marked_as_failed_leaves_no_pod(
    pods: Pods, aileron: Command, stack_settings: Settings
) -> None:
    run_id = pods.launch(4)
    wait_until(pods.working, "pod at work")
    tell_airflow(stack_settings, "PATCH", "{dag}/dagRuns/{run}", run_id, state="failed")
    wait_until(lambda: not pods.names(), "end of the pod", 45)
    assert ended(pods, run_id) == "failed"
    wait_until(lambda: pods.state(run_id) is NodeState.FAILED, "failed node")
    in_order(pods, aileron)


def test_a_training_that_is_cleared_begins_anew_and_publishes_once(
    pods: Pods, aileron: Command, stack_ledger: Ledger, stack_settings: Settings
) -> None:
    before, run_id = pods.created(), pods.launch(9)
    wait_until(pods.working, "pod at work")
    which = {"dag_run_id": run_id.split("/", 2)[2], "task_ids": ["train"], "only_failed": False}
    tell_airflow(stack_settings, "POST", "{dag}/clearTaskInstances", run_id, dry_run=False, **which)
    wait_until(lambda: pods.created() == before + 2, "second pod")
    assert len(pods.names()) == 1
    assert ended(pods, run_id) == "succeeded"
    assert publications(stack_ledger, run_id) == 1
    in_order(pods, aileron)


def test_a_deleted_pod_is_told_and_tried_again(
    pods: Pods, aileron: Command, stack_ledger: Ledger
) -> None:
    before, run_id = pods.created(), pods.launch(5)
    wait_until(pods.working, "pod at work")
    pods.delete(pods.names()[0], "--wait=false")
    assert ended(pods, run_id) == "succeeded"
    assert pods.created() == before + 2
    events = stack_ledger.events.list("default", subject=f"node:{run_id}/train", limit=20)
    told = [event.after["reason"] for event in events if event.verb == "node.failed"]
    assert len(told) == 1
    assert "deleted" in told[0]
    in_order(pods, aileron)


def trained(ledger: Ledger, store: Store, run_id: str) -> tuple[str, str]:
    """Digests of the network and of its metrics, by epoch too."""
    row = ledger.nodes.get(run_id, "train")
    assert row is not None
    model = store.read_json(row.outputs["model"], "model.json")
    return model["file_digest"], row.outputs["metrics"].digest


def test_a_training_whose_pod_was_deleted_goes_on_where_it_was_and_ends_the_same(
    pods: Pods, aileron: Command, stack_ledger: Ledger, stack_store: Store
) -> None:
    run_id = pods.launch(8, name="podded_pictures")
    wait_until(lambda: stack_store.object_keys("executions/checkpoints/"), "checkpoint")
    pods.delete(pods.names()[0], "--wait=false")
    assert ended(pods, run_id) == "succeeded"
    other_key = ("--set", "train.parameters.early_stopping_epochs=100")  # and the same work
    undisturbed = pods.launch(8, *other_key, name="podded_pictures")
    assert ended(pods, undisturbed) == "succeeded"
    resumed, whole = (trained(stack_ledger, stack_store, one) for one in (run_id, undisturbed))
    assert resumed == whole
    name, run = run_id.split("/", 2)[1:]
    assert "resumed after epoch" in aileron("lifecycle", "logs", name, run, "train").out
    assert stack_store.object_keys("executions/") == []
    in_order(pods, aileron)


def test_a_cluster_away_for_half_a_minute_is_waited_for(
    pods: Pods, way: Way, aileron: Command, stack_ledger: Ledger
) -> None:
    before, run_id = pods.created(), pods.launch(6)
    wait_until(pods.working, "pod at work")
    with way.away():
        time.sleep(30)
        assert pods.state(run_id) is NodeState.RUNNING
    assert ended(pods, run_id) == "succeeded"
    assert pods.created() == before + 1
    assert publications(stack_ledger, run_id) == 1
    in_order(pods, aileron)


def test_of_two_runs_of_the_same_at_once_one_has_the_pod(
    pods: Pods, aileron: Command, stack_ledger: Ledger
) -> None:
    before, runs = pods.created(), []
    threads = [threading.Thread(target=lambda: runs.append(pods.launch(7))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [ended(pods, run_id) for run_id in runs] == ["succeeded", "succeeded"]
    assert sorted(str(pods.state(run_id)) for run_id in runs) == ["reused", "succeeded"]
    assert pods.created() == before + 1
    in_order(pods, aileron)
