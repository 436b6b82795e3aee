"""What a task of a run needs while it executes: ledger, store, engine, and the run's plan.

Made inside `execute`, never while a DAG is parsed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from aileron.core.errors import AileronError, StepFailed
from aileron.core.settings import Settings

if TYPE_CHECKING:
    from aileron.graph.plan import Plan
    from aileron.ledger import Ledger
    from aileron.ledger.reasons import Reason
    from aileron.run.engine import Engine
    from aileron.run.outcome import NodeOutcome
    from aileron.run.started import Started
    from aileron.store import Store

STOPPED: Final = frozenset(
    {"run.cancelled", "run.killed", "run.no_result", "ledger.lease_lost"},
)
"""Errors of executions that somebody stopped from outside: another try is worth it."""
LOOK_SECONDS: Final = 1.0
"""Between looks at whether a run that goes on is to end."""


class Session:
    """One task of run `run_id`, speaking in the name of `actor`."""

    def __init__(self, run_id: str, actor: str, log: Callable[[str], None]) -> None:
        from aileron.ledger import Ledger
        from aileron.store import open_store

        self.settings = Settings.load()
        self.run_id = run_id
        self.actor = actor
        self.log = log
        self.cancelled = threading.Event()
        self.ledger: Ledger = Ledger(
            self.settings.require("ledger_url"), actor=actor, correlation=run_id
        )
        self.store: Store = open_store(self.settings.store_root)

    @cached_property
    def plan(self) -> Plan:
        """The run's plan.

        Raises:
            NotFound: the run has none: its first task has not run.
        """
        return self.engine.load_plan(self.run_id)

    @cached_property
    def engine(self) -> Engine:
        from aileron.run.engine import Engine
        from aileron.run.kubernetes import KubernetesRunner
        from aileron.run.placed import PlacedRunner
        from aileron.run.process import ProcessRunner

        runner = PlacedRunner(ProcessRunner(self.settings.home), KubernetesRunner())
        return Engine(self.settings, self.ledger, self.store, runner)

    def execute(self, node: str, attempt: int) -> NodeOutcome:
        """Have `node` done.

        Raises:
            AileronError: it failed.
        """
        self._check_wanted(node)
        with self._watching():
            return self.engine.execute(
                self.plan, node, attempt=attempt, log=self.log, cancelled=self.cancelled
            )

    def start(self, node: str, attempt: int) -> NodeOutcome | Started:
        """Have `node` done if it is done already, else the right to run it in a pod.

        Raises:
            AileronError: it cannot be started.
        """
        self._check_wanted(node)
        return self.engine.start(
            self.plan, node, attempt=attempt, log=self.log, cancelled=self.cancelled
        )

    def settle(self) -> None:
        """Close the run's record if its last node has ended."""
        from aileron.lifecycle.closing import settle

        settle(self.ledger, self.plan)

    def fail(self, reason: Reason, node: str) -> None:
        """Record that the run failed at `node`, and why."""
        from aileron.ledger import RunState
        from aileron.lifecycle.closing import finish

        finish(self.ledger, self.ledger.runs.get(self.run_id), RunState.FAILED, reason, node)

    def stopping(self) -> bool:
        """Whether somebody wants the run to end."""
        run = self.ledger.runs.get(self.run_id)
        return run.stopping_by is not None and not run.state.final

    def close(self) -> None:
        self.ledger.close()

    def _check_wanted(self, node: str) -> None:
        """Begin nothing in a run that is to end.

        Raises:
            StepFailed: somebody wants that.
        """
        if self.stopping():
            raise StepFailed("run.cancelled", step=node)

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """While the body runs, look whether the run is to end; then the step is cancelled.

        A task that Airflow ends has five seconds; a step that is stopped this way keeps its
        grace, and has time to store what it leaves.
        """
        done = threading.Event()
        thread = threading.Thread(target=self._watch, args=(done,), name="stop", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _watch(self, done: threading.Event) -> None:
        while not (done.wait(LOOK_SECONDS) or self.cancelled.is_set()):
            with suppress(AileronError):  # the ledger is away: the next look may find it
                if self.stopping():
                    self.cancelled.set()


def run_id_of(project: str, lifecycle: str, context: Mapping[str, Any]) -> str:
    """The id of the run in the ledger."""
    return f"{project}/{lifecycle}/{context['run_id']}"


def actor_of(context: Mapping[str, Any]) -> str:
    """Who asked for the run: a user's name, else what started it."""
    dag_run = context["dag_run"]
    return (
        getattr(dag_run, "triggering_user_name", None)
        or f"airflow:{getattr(dag_run.run_type, 'value', dag_run.run_type)}"
    )


def is_last_try(context: Mapping[str, Any]) -> bool:
    """Whether Airflow will not try the task again if it fails now."""
    task_instance = context["ti"]
    return bool(task_instance.try_number > task_instance.max_tries)


@contextmanager
def reported(
    session: Session, context: Mapping[str, Any], node: Callable[[], str]
) -> Iterator[None]:
    """Turn errors into Airflow's, as a sentence without a trace, and record a run's end.

    An error that may go away by itself is tried again; others fail the task at once.
    """
    try:
        yield
    except AileronError as error:
        again = may_retry(error) and not is_last_try(context) and not _unwanted(session)
        if again:
            raise AirflowException(str(error)) from None
        _record_failure(session, error, node())
        raise AirflowFailException(str(error)) from None


def may_retry(error: AileronError) -> bool:
    """Whether another try may succeed with nothing changed."""
    return error.retryable or error.message_id in STOPPED


def _unwanted(session: Session) -> bool:
    """Whether the run is to end, or was ended meanwhile; if the ledger does not say, it goes on.

    A task that tried again after somebody stopped its run would begin the run anew.
    """
    try:
        return session.ledger.runs.get(session.run_id).stopping_by is not None
    except AileronError:
        return False


def _record_failure(session: Session, failure: AileronError, node: str) -> None:
    """The ledger itself may be what fails: the task's own error is the one to show."""
    try:
        session.fail(failure, node)
    except AileronError as error:
        session.log(str(error))
