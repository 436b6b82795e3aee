"""How errors become Airflow's, and how runs that Airflow ended are closed."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from plugins.airflow import Scheduler

from aileron.client.runs import close_run
from aileron.core.errors import AileronError, InvalidInput, StepFailed, Unavailable
from aileron.ledger import NodeState, Run, RunState
from aileron.store import open_store


def context(attempt: int, retries: int) -> dict[str, object]:
    return {"ti": SimpleNamespace(try_number=attempt, max_tries=retries)}


@pytest.fixture
def run(scheduler: Scheduler) -> Run:
    return scheduler.ledger.runs.start("default/thin/r1", "default", "thin", "ann", "r1")


DOWN = Unavailable("run.launcher_died", step="x")
KILLED = StepFailed("run.killed", step="x", signal="SIGKILL", last_lines="")
WRONG = InvalidInput("core.no_file")


@pytest.mark.parametrize(
    ("error", "attempt", "again"),
    [(DOWN, 1, True), (KILLED, 1, True), (WRONG, 1, False), (DOWN, 2, False), (KILLED, 2, False)],
)
def test_only_what_may_go_away_by_itself_is_tried_again(
    scheduler: Scheduler, run: Run, error: AileronError, attempt: int, again: bool
) -> None:
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    from aileron_airflow.session import Session, reported

    session = Session(run.run_id, "ann", print)
    with (
        pytest.raises(AirflowException) as caught,
        reported(session, context(attempt, 1), lambda: "train"),
    ):
        raise error
    session.close()
    assert str(caught.value) == str(error)
    assert caught.value.__suppress_context__
    assert isinstance(caught.value, AirflowFailException) is not again
    record = scheduler.ledger.runs.get(run.run_id)
    assert record.state is (RunState.PLANNED if again else RunState.FAILED)
    assert record.failed_node == (None if again else "train")


def test_a_run_that_airflow_failed_from_outside_is_closed_with_the_open_node(
    scheduler: Scheduler, run: Run
) -> None:
    from aileron_airflow.listener import close

    scheduler.ledger.nodes.begin(run.run_id, "train", "train.xgboost", "key")
    close("default__thin", "r1", succeeded=False)
    record = scheduler.ledger.runs.get(run.run_id)
    assert (record.state, record.failed_node) == (RunState.FAILED, "train")
    assert record.reason


def test_a_closed_run_is_left_alone(scheduler: Scheduler, run: Run) -> None:
    from aileron_airflow.listener import close

    scheduler.ledger.runs.finish(run.run_id, RunState.REJECTED, "too bad")
    close("default__thin", "r1", succeeded=True)
    assert scheduler.ledger.runs.get(run.run_id).reason == "too bad"


def test_a_run_that_its_task_closed_while_airflow_was_asked_keeps_its_reason(
    scheduler: Scheduler, run: Run, tmp_path: Path
) -> None:
    """`run` is as it was read before."""
    ledger, store = scheduler.ledger, open_store(str(tmp_path / "store"))
    ledger.runs.finish(run.run_id, RunState.FAILED, "The disk is full.", "train")
    closed = close_run(ledger, store, run, succeeded=False, failed=["train"])
    assert (closed.state, closed.reason) == (RunState.FAILED, "The disk is full.")
    assert ledger.runs.get(run.run_id).reason == "The disk is full."


def test_a_dag_that_is_not_ours_is_none_of_our_business(scheduler: Scheduler) -> None:
    from aileron_airflow.listener import close

    close("some__dag", "r1", succeeded=False)
    assert scheduler.ledger.runs.list("some") == []


def test_a_run_marked_as_success_is_a_success_only_if_its_nodes_say_so(
    scheduler: Scheduler, tmp_path: Path
) -> None:
    from aileron_airflow.listener import close

    scheduler.pipeline("thin", "  - {name: numbers, step: sample.numbers}\n")
    _, run = scheduler.run("thin")
    ledger = scheduler.ledger
    row = ledger.nodes.get(run.run_id, "numbers")
    assert row is not None
    again = ledger.nodes.begin(run.run_id, "numbers", row.step, row.key, 2)
    close("default__thin", str(run.airflow_run_id), succeeded=True)
    assert ledger.runs.get(run.run_id).state is RunState.FAILED

    ledger.nodes.begin(run.run_id, "numbers", row.step, row.key, 3)
    ledger.nodes.finish(run.run_id, "numbers", NodeState.SUCCEEDED, again.outputs, attempt=3)
    close("default__thin", str(run.airflow_run_id), succeeded=True)
    assert ledger.runs.get(run.run_id).state is RunState.SUCCEEDED


def test_a_starting_scheduler_loads_what_tasks_need_and_no_step(airflow_home: Path) -> None:
    code = (
        "import sys\n"
        "from airflow.jobs.job import Job\n"
        "Job()\n"
        "from aileron_airflow.listener import PRELOADED\n"
        "print(all(name in sys.modules for name in PRELOADED),\n"
        "      'aileron.train.xgboost' in sys.modules, 'pandas' in sys.modules)"
    )
    plugins = {"AIRFLOW__CORE__PLUGINS_FOLDER": str(Path(__file__).parents[3] / "plugins")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={**os.environ, **plugins},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "True False False"


def test_a_run_that_is_to_end_begins_nothing_more_and_is_not_tried_again(
    scheduler: Scheduler, run: Run
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from aileron_airflow.session import Session, reported

    session = Session(run.run_id, "ann", print)
    scheduler.ledger.acting("wu").runs.ask_stop(run.run_id)
    with (
        pytest.raises(AirflowFailException, match="was stopped"),
        reported(session, context(1, 3), lambda: "train"),
    ):
        session.execute("train", 1)
    session.close()
    record = scheduler.ledger.runs.get(run.run_id)
    assert (record.state, record.failed_node, record.reason) == ("stopped", None, "wu stopped it.")


def test_a_task_whose_run_was_ended_meanwhile_is_not_tried_again(
    scheduler: Scheduler, run: Run
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from aileron.core.errors import StepFailed
    from aileron.ledger import RunState
    from aileron_airflow.session import Session, reported

    session = Session(run.run_id, "ann", print)
    stopped = StepFailed("run.cancelled", step="train")

    def ended_by_whoever_looked_first() -> None:
        scheduler.ledger.acting("wu").runs.ask_stop(run.run_id)
        scheduler.ledger.runs.finish(run.run_id, RunState.FAILED)
        raise stopped

    with (
        pytest.raises(AirflowFailException, match="was stopped"),
        reported(session, context(1, 3), lambda: "train"),
    ):
        ended_by_whoever_looked_first()
    session.close()
    assert scheduler.ledger.runs.get(run.run_id).state is RunState.STOPPED
