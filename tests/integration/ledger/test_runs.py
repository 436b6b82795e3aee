"""Runs and their nodes, in a real database."""

import pytest
from plugins.references import reference

from aileron.core.errors import Conflict, NotFound
from aileron.core.ports import ArtifactKind
from aileron.ledger import Ledger, NodeState, RunState

RUN = "default/iris/manual_1"


def start(ledger: Ledger, run_id: str = RUN) -> None:
    ledger.runs.start(run_id, "default", "iris", "alice", run_id.rsplit("/", 1)[-1])


def test_a_run_goes_from_planned_over_running_to_its_end(ledger: Ledger) -> None:
    start(ledger)
    assert ledger.runs.get(RUN).state is RunState.PLANNED
    assert ledger.runs.set_plan(RUN, reference()).state is RunState.RUNNING
    ended = ledger.runs.finish(RUN, RunState.FAILED, "out of memory", "train")
    assert (ended.state, ended.reason, ended.failed_node) == ("failed", "out of memory", "train")
    assert ended.ended is not None
    assert ended.ended >= ended.started


def test_starting_a_run_twice_keeps_the_first(ledger: Ledger) -> None:
    start(ledger)
    ledger.runs.set_plan(RUN, reference("a"))
    again = ledger.runs.start(RUN, "default", "iris", "bob", "manual_1")
    assert (again.actor, again.state) == ("alice", RunState.RUNNING)


def test_the_first_plan_of_a_run_stays(ledger: Ledger) -> None:
    start(ledger)
    ledger.runs.set_plan(RUN, reference("a"))
    assert ledger.runs.set_plan(RUN, reference("b")).plan == reference("a")


def test_facts_are_added_to_those_known(ledger: Ledger) -> None:
    start(ledger)
    ledger.runs.update(RUN, metrics={"auc": 0.9}, model_version=1)
    assert ledger.runs.update(RUN, model_version=2).facts == {
        "metrics": {"auc": 0.9},
        "model_version": 2,
    }


def test_the_newest_runs_come_first(ledger: Ledger) -> None:
    for number in (1, 2, 3):
        start(ledger, f"default/iris/manual_{number}")
    ledger.runs.start("default/other/manual_1", "default", "other", "alice", "manual_1")
    names = [run.airflow_run_id for run in ledger.runs.list("default", "iris", limit=2)]
    assert names == ["manual_3", "manual_2"]
    assert len(ledger.runs.list("default")) == 4
    assert ledger.runs.list("elsewhere") == []


def test_a_run_that_was_never_started_is_named(ledger: Ledger) -> None:
    with pytest.raises(NotFound, match="default/iris/nope"):
        ledger.runs.finish("default/iris/nope", RunState.SUCCEEDED)
    with pytest.raises(NotFound, match="default/iris/nope"):
        ledger.nodes.begin("default/iris/nope", "train", "train.xgboost", "k")


def test_a_node_keeps_its_outputs_and_times(ledger: Ledger) -> None:
    start(ledger)
    ledger.nodes.begin(RUN, "train", "train.xgboost", "key")
    model = reference("c", ArtifactKind.MODEL)
    ledger.nodes.finish(RUN, "train", NodeState.SUCCEEDED, {"model": model}, 1.5, log="logs/1")
    row = ledger.nodes.get(RUN, "train")
    assert row is not None
    assert (row.state, row.outputs, row.seconds) == (NodeState.SUCCEEDED, {"model": model}, 1.5)
    assert row.ended is not None
    assert ledger.nodes.get(RUN, "evaluate") is None


def test_nodes_are_listed_in_the_order_in_which_they_began(ledger: Ledger) -> None:
    start(ledger)
    for name in ("validate", "split", "train"):
        ledger.nodes.record(RUN, name, f"step.{name}", "key", NodeState.REUSED)
    assert [row.node for row in ledger.nodes.list(RUN)] == ["validate", "split", "train"]


def test_a_retry_replaces_the_failed_attempt(ledger: Ledger) -> None:
    start(ledger)
    ledger.nodes.begin(RUN, "train", "train.xgboost", "key", attempt=1)
    ledger.nodes.finish(RUN, "train", NodeState.FAILED, {}, 1.0, "killed\x00", attempt=1)
    row = ledger.nodes.begin(RUN, "train", "train.xgboost", "key", attempt=2)
    assert (row.state, row.attempt, row.reason, row.ended) == (NodeState.RUNNING, 2, None, None)


def test_an_attempt_that_was_replaced_cannot_report(ledger: Ledger) -> None:
    start(ledger)
    ledger.nodes.begin(RUN, "train", "train.xgboost", "key", attempt=1)
    ledger.nodes.begin(RUN, "train", "train.xgboost", "key", attempt=2)
    with pytest.raises(Conflict, match="Attempt 1"):
        ledger.nodes.finish(RUN, "train", NodeState.SUCCEEDED, {}, 1.0, attempt=1)
    with pytest.raises(Conflict, match="Attempt 1"):
        ledger.nodes.begin(RUN, "train", "train.xgboost", "key", attempt=1)


def test_a_node_that_begins_reopens_its_ended_run(ledger: Ledger) -> None:
    start(ledger)
    ledger.runs.finish(RUN, RunState.FAILED, "killed", "train")
    ledger.nodes.begin(RUN, "train", "train.xgboost", "key", attempt=2)
    run = ledger.runs.get(RUN)
    assert (run.state, run.reason, run.failed_node, run.ended) == ("running", None, None, None)


def test_every_change_of_a_run_leaves_an_event_of_that_run(ledger: Ledger) -> None:
    start(ledger)
    ledger.runs.set_plan(RUN, reference())
    ledger.nodes.begin(RUN, "train", "train.xgboost", "key")
    ledger.nodes.finish(RUN, "train", NodeState.SUCCEEDED, {}, 1.0)
    ledger.runs.finish(RUN, RunState.SUCCEEDED)
    verbs = [event.verb for event in ledger.events.list("default", correlation=RUN)]
    assert verbs[::-1] == [
        "run.started",
        "run.planned",
        "node.begun",
        "node.succeeded",
        "run.succeeded",
    ]


def test_a_reopened_run_leaves_an_event(ledger: Ledger) -> None:
    start(ledger)
    ledger.runs.finish(RUN, RunState.FAILED)
    ledger.nodes.begin(RUN, "train", "train.xgboost", "key")
    verbs = [event.verb for event in ledger.events.list("default", subject=f"run:{RUN}")]
    assert verbs == ["run.running", "run.failed", "run.started"]


def test_the_newest_run_of_each_lifecycle_is_found(ledger: Ledger) -> None:
    for lifecycle, name in (("a", "1"), ("a", "2"), ("b", "1"), ("c", "9")):
        ledger.runs.start(f"default/{lifecycle}/{name}", "default", lifecycle, "zhang", name)
    ledger.runs.start("other/a/3", "other", "a", "zhang", "3")
    found = {run.lifecycle: run.airflow_run_id for run in ledger.runs.latest("default")}
    assert found == {"a": "2", "b": "1", "c": "9"}
    assert ledger.runs.latest("empty") == []


def test_runs_that_are_not_over_are_listed_the_newest_first(ledger: Ledger) -> None:
    for name in ("1", "2", "3"):
        ledger.runs.start(f"default/a/{name}", "default", "a", "zhang", name)
    ledger.runs.finish("default/a/2", RunState.REJECTED)
    assert [run.airflow_run_id for run in ledger.runs.open("default")] == ["3", "1"]


def test_the_nodes_of_many_runs_come_with_one_question(ledger: Ledger) -> None:
    for name in ("1", "2"):
        ledger.runs.start(f"default/a/{name}", "default", "a", "zhang", name)
        ledger.nodes.begin(f"default/a/{name}", "split", "data.split", "k")
        ledger.nodes.begin(f"default/a/{name}", "train", "train.xgboost", "k")
    found = ledger.nodes.of_runs(["default/a/1", "default/a/2", "default/a/3"])
    assert {run: [row.node for row in rows] for run, rows in found.items()} == {
        "default/a/1": ["split", "train"],
        "default/a/2": ["split", "train"],
        "default/a/3": [],
    }
    only = ledger.nodes.of_runs(["default/a/1"], steps=["train.%"])
    assert [row.node for row in only["default/a/1"]] == ["train"]
    (running, *_) = ledger.nodes.running("default", "data.split")
    assert running.run_id == "default/a/1"
    ledger.runs.finish("default/a/1", RunState.FAILED)
    assert [row.run_id for row in ledger.nodes.running("default", "data.split")] == ["default/a/2"]
