"""The provider's operators run real steps in a real Airflow, and the ledger tells the same."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from plugins.airflow import Scheduler
from plugins.waiting import wait_until
from sqlalchemy.exc import OperationalError

from aileron.label.work import Work
from aileron.ledger import NodeState, RunState

NUMBERS = "  - {{name: numbers, step: sample.numbers, config: {{{config}}}}}\n"
MEAN = "  - {name: mean, step: sample.mean, inputs: {dataset: numbers.dataset}}\n"
GATE = (
    "  - {{name: gate, step: sample.gate, config: {{minimum: {minimum}}},"
    " inputs: {{model: mean.model}}, group: learn}}\n"
)
PUBLISH = (
    "  - {{name: publish, step: sample.publish, config: {{shelf: {shelf}}},"
    " inputs: {{model: mean.model, verdict: gate.verdict}}}}\n"
)
APPROVE = (
    "  - {{name: approve, step: sample.approve, config: {{answer: {answer}}},"
    " inputs: {{verdict: gate.verdict}}}}\n"
)


def pipeline(tmp_path: Path, minimum: float = 0, config: str = "") -> str:
    shelf = tmp_path / "shelf"
    shelf.mkdir(exist_ok=True)
    mean = MEAN.replace("}}", "}, group: learn}")
    nodes = NUMBERS.format(config=config) + mean + GATE.format(minimum=minimum)
    return nodes + PUBLISH.format(shelf=shelf)


def test_a_run_ends_succeeded_and_an_unchanged_one_ends_in_its_first_task(
    scheduler: Scheduler, tmp_path: Path
) -> None:
    scheduler.pipeline("thin", pipeline(tmp_path))
    states, run = scheduler.run("thin")
    tasks = {"plan", "numbers", "learn", "publish", "dag"}
    assert states == dict.fromkeys(tasks, "success")
    assert run.state is RunState.SUCCEEDED
    assert {row.state for row in scheduler.ledger.nodes.list(run.run_id)} == {NodeState.SUCCEEDED}

    states, run = scheduler.run("thin")
    assert states == {**dict.fromkeys(tasks, "skipped"), "plan": "success", "dag": "success"}
    assert run.state is RunState.SUCCEEDED
    assert {row.state for row in scheduler.ledger.nodes.list(run.run_id)} == {NodeState.REUSED}
    assert len(list((tmp_path / "shelf").iterdir())) == 1


def test_force_runs_every_step_anew(scheduler: Scheduler, tmp_path: Path) -> None:
    scheduler.pipeline("thin", pipeline(tmp_path))
    scheduler.run("thin")
    states, run = scheduler.run("thin", {"force": True})
    assert states["numbers"] == "success"
    rows = {row.node: row.state for row in scheduler.ledger.nodes.list(run.run_id)}
    assert rows["mean"] is NodeState.SUCCEEDED


def test_a_gate_that_says_no_skips_what_follows_and_fails_nothing(
    scheduler: Scheduler, tmp_path: Path
) -> None:
    scheduler.pipeline("strict", pipeline(tmp_path, minimum=100))
    states, run = scheduler.run("strict")
    assert (states["learn"], states["publish"], states["dag"]) == ("success", "skipped", "success")
    assert run.state is RunState.REJECTED
    assert "The mean is 4.5" in (run.reason or "")
    assert not list((tmp_path / "shelf").iterdir())

    states, run = scheduler.run("strict")
    assert (states["numbers"], run.state) == ("skipped", RunState.REJECTED)


def test_a_step_that_fails_fails_its_task_with_its_sentence(
    scheduler: Scheduler, tmp_path: Path
) -> None:
    scheduler.pipeline("broken", pipeline(tmp_path, config="fail: true"))
    states, run = scheduler.run("broken")
    assert (states["numbers"], states["learn"]) == ("failed", "upstream_failed")
    assert (run.state, run.failed_node) == (RunState.FAILED, "numbers")
    assert run.reason
    assert "Traceback" not in run.reason


def test_a_form_value_that_does_not_fit_fails_the_plan(
    scheduler: Scheduler, tmp_path: Path
) -> None:
    scheduler.pipeline("thin", pipeline(tmp_path))
    states, run = scheduler.run("thin", {"set": {"nodes.0.config.count": "many"}})
    assert states["plan"] == "failed"
    assert (run.state, run.failed_node) == (RunState.FAILED, "plan")
    assert "--set: nodes.0.config.count is 'many'" in (run.reason or "")


def test_a_wait_that_is_over_lets_the_run_go_on(scheduler: Scheduler, tmp_path: Path) -> None:
    answer = tmp_path / "answer"
    answer.write_text("yes")
    scheduler.pipeline("asking", pipeline(tmp_path) + APPROVE.format(answer=answer))
    states, run = scheduler.run("asking")
    assert states["approve"] == "success"
    assert run.state is RunState.SUCCEEDED


def test_a_wait_defers_and_its_trigger_fires_when_it_is_over(
    scheduler: Scheduler, tmp_path: Path
) -> None:
    answer = tmp_path / "answer"
    answer.write_text("yes")
    scheduler.pipeline("asking", pipeline(tmp_path) + APPROVE.format(answer=answer))
    _, run = scheduler.run("asking", {"force": True})
    answer.unlink()

    import asyncio

    from aileron_airflow.triggers import NodeTrigger

    trigger = NodeTrigger(
        run_id=run.run_id, actor="ann", node="approve", attempt=2, poll_seconds=0.1
    )
    _, values = trigger.serialize()
    assert json.loads(json.dumps(values)) == values

    async def first_event() -> object:
        events = trigger.run()
        task = asyncio.ensure_future(anext(events))
        loop_beats = 0
        while not task.done():
            await asyncio.sleep(0.05)
            loop_beats += 1
            if loop_beats == 20:
                answer.write_text("yes")
        assert loop_beats >= 20, "the trigger blocked the loop"
        return (await task).payload

    assert asyncio.run(first_event()) == {"state": "succeeded", "error": None}


TEXTS = (
    "  - {name: ingest, step: data.ingest_texts, inputs: {source: source:texts}, config: {\n"
    "     name: notes, task: classification, format: text_csv}}\n"
    "  - {name: version, step: data.version, inputs: {dataset: ingest.dataset}}\n"
    "  - {name: campaign, step: label.campaign, config: {labels: {annotators: [anna]}},\n"
    "     inputs: {dataset: ingest.dataset, dataset_record: version.record}}\n"
    "  - {name: annotate, step: label.annotate, inputs: {campaign: campaign.record}}\n"
)


def test_a_task_that_waits_for_people_links_to_their_campaign(scheduler: Scheduler) -> None:
    scheduler.workspace.write("datasets/notes.csv", "id,text,label\na,one,x\nb,two,y\nc,three,\n")
    scheduler.pipeline("notes", TEXTS, "sources: {texts: {file: datasets/notes.csv}}\n")
    dag = _as_kept(scheduler, "default__notes")
    links: list[str] = []
    over = Event()

    def seen() -> str:
        try:
            return _link(dag)
        except OperationalError:  # another writes into Airflow's SQLite
            return ""

    def end_it() -> None:
        links.append(wait_until(lambda: seen() or (over.is_set() and "none"), 300))
        Work(scheduler.ledger, "default", "olga").end("notes_v1")

    thread = Thread(target=end_it)
    thread.start()
    states, _ = scheduler.run("notes")
    over.set()
    thread.join()
    assert links == [_link(dag)] == ["/aileron/#/labelling/notes_v1"]
    assert states["annotate"] == "failed", "nothing was approved"


def _as_kept(scheduler: Scheduler, dag_id: str) -> Any:
    """A DAG as Airflow's server knows it."""
    from airflow.serialization.serialized_objects import DagSerialization

    return DagSerialization.from_dict(DagSerialization.to_dict(scheduler.bag().dags[dag_id]))


def _link(dag: Any) -> str:
    """What Airflow's pages have beside task `annotate`; empty: nothing."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session

    with create_session() as session:
        found = session.query(TaskInstance).filter_by(dag_id=dag.dag_id, task_id="annotate").first()
        return dag.get_task("annotate").get_extra_links(found, "Labelling") if found else ""


def test_a_new_dataset_version_is_an_asset_event_and_an_old_one_is_not(
    scheduler: Scheduler,
) -> None:
    nodes = (
        "  - {name: ingest, step: data.ingest, inputs: {source: source:table},\n"
        "     config: {name: fruit, target: kind, task: classification}}\n"
        "  - {name: version, step: data.version, inputs: {dataset: ingest.dataset}}\n"
    )
    scheduler.pipeline("import", nodes, "sources: {table: {file: datasets/fruit/fruit.csv}}\n")
    project = f"assets{os.getpid()}"
    path = scheduler.workspace.folder / "configs/pipelines/import.yaml"
    path.write_text(path.read_text() + f"project: {project}\n")
    consumer = "schedule: {datasets: [fruit]}\n" + f"project: {project}\n"
    scheduler.pipeline("consumer", NUMBERS.format(config=""), consumer)

    events = [_run_and_count_events(scheduler, project, conf) for conf in ({}, {"force": True})]
    assert events[0] == events[1] == [{"dataset": "fruit", "version": 1}]


def _run_and_count_events(
    scheduler: Scheduler, project: str, conf: dict[str, object]
) -> list[dict[str, object]]:
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.utils.session import create_session

    scheduler.bag().dags[f"{project}__import"].test(run_conf=conf)
    with create_session() as session:
        uri = f"aileron://{project}/dataset/fruit"
        found = (
            session.query(AssetEvent)
            .join(AssetModel, AssetModel.id == AssetEvent.asset_id)
            .filter(AssetModel.uri == uri)
        )
        return [{key: e.extra[key] for key in ("dataset", "version")} for e in found]


@pytest.mark.parametrize(("option", "state"), [("Approve", "succeeded"), ("Reject", "rejected")])
def test_a_persons_answer_is_kept_in_the_ledger(
    scheduler: Scheduler, tmp_path: Path, option: str, state: str
) -> None:
    """The question itself needs an API server; here the operator gets the answer of one."""
    from airflow.sdk import DAG
    from airflow.sdk.exceptions import DownstreamTasksSkipped

    from aileron_airflow.operators.approval import AileronApproval

    scheduler.pipeline("thin", pipeline(tmp_path))
    _, run = scheduler.run("thin")
    with DAG("default__thin", schedule=None):
        task = AileronApproval(
            task_id="approve", project="default", lifecycle="thin", node="approve", subject="Go?"
        )
        after = AileronApproval(
            task_id="after", project="default", lifecycle="thin", node="approve", subject="Go?"
        )
    task >> after
    node = (
        "  - {name: approve, step: deploy.approve, inputs: {verdict: gate.verdict,"
        " model_record: publish.record}}\n"
    )
    scheduler.pipeline("thin", pipeline(tmp_path) + node)
    other = _plan_only(scheduler, run.run_id + "-asked", run.run_id)
    event = {
        "chosen_options": [option],
        "params_input": {"comment": "looked at it"},
        "responded_by_user": {"id": "7", "name": "ann"},
        "responded_at": datetime.now(UTC),
        "timedout": False,
    }
    context = _context(other, task)
    if option == "Approve":
        task.execute_complete(context, event)
    else:
        with pytest.raises(DownstreamTasksSkipped):
            task.execute_complete(context, event)
    record = scheduler.ledger.runs.get(other)
    assert record.state == state
    events = [e for e in scheduler.ledger.events.list("default") if e.verb.startswith("approval.")]
    assert events[0].actor == "ann"
    assert events[0].after == {
        "approved": option == "Approve",
        "by": "ann",
        "comment": "looked at it",
    }


def _plan_only(scheduler: Scheduler, run_id: str, done: str) -> str:
    """A run that is as far as `done`, with the plan of the pipeline as it is now."""
    from aileron.core.settings import Settings
    from aileron.lifecycle import resolve
    from aileron.run.engine import Engine
    from aileron.run.process import ProcessRunner
    from aileron.store import open_store

    settings, ledger = Settings.load(), scheduler.ledger
    store = open_store(settings.store_root)
    engine = Engine(settings, ledger, store, ProcessRunner(settings.home))
    ledger.runs.start(run_id, "default", "thin", "ann", run_id.rpartition("/")[2])
    engine.store_plan(resolve(settings, "thin", run_id=run_id, actor="ann", store=store))
    for row in ledger.nodes.list(done):
        ledger.nodes.record(run_id, row.node, row.step, row.key, NodeState.REUSED, row.outputs)
    return run_id


def _context(run_id: str, task: object) -> dict[str, object]:
    from types import SimpleNamespace

    dag_run = SimpleNamespace(run_type="manual", triggering_user_name="ann")
    instance = SimpleNamespace(try_number=1, max_tries=0, map_index=-1, xcom_push=lambda **_: None)
    airflow_run = run_id.split("/", 2)[2]
    return {"run_id": airflow_run, "dag_run": dag_run, "ti": instance, "task": task}
