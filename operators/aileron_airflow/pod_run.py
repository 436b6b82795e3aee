"""A node's pod from its start to its end, as the operator and its trigger handle it.

The lease of the node's key is held all the while: the trigger renews it, and whoever has lost
it leaves the pod alone, since the pod is then another's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aileron.core.errors import AileronError, StepFailed, sentence
from aileron.core.ports import ArtifactKind
from aileron.run import gang_watch, pods
from aileron.run.exchange import Exchange
from aileron.run.folders import execution_folder
from aileron.run.lease import LEASE_SECONDS
from aileron.run.live import label
from aileron.run.result import Result

if TYPE_CHECKING:
    from aileron.cluster.access import Cluster
    from aileron.cluster.reasons import Reason
    from aileron.core.ports import Reference
    from aileron.run.outcome import NodeOutcome
    from aileron.run.request import Request
    from aileron.run.started import Started
    from aileron_airflow.session import Session

PREVIEWED: Final = 200
"""Lines of a log that are shown at a time; if more come at once, the last of them."""
GRACE: Final = 20.0
"""Seconds that a pod may take to end and to write down how, when it is stopped."""


class PodRun:
    """What was started, and the session in which it is handled."""

    def __init__(self, session: Session, started: Started) -> None:
        self.session = session
        self.started = started

    @cached_property
    def cluster(self) -> Cluster:
        """Where the pod is."""
        return pods.place(self._asked)

    @cached_property
    def namespace(self) -> str:
        return pods.placement_of(self._asked).namespace

    @cached_property
    def patience(self) -> float:
        """How long the pod may wait for a node, seconds."""
        return pods.placement_of(self._asked).start_seconds

    def blamed(self, name: str) -> Reason | None:
        """Why another of several pods can do nothing more; None while all may."""
        store = self.session.store
        return gang_watch.trouble(self._asked, store, self.cluster, name, self.patience)

    @cached_property
    def _asked(self) -> Request:
        """What the pod runs; no traces of it are written yet."""
        nowhere = self.session.settings.home / "run"
        return self.session.engine.request(self.session.plan, self.started, nowhere)

    def request(self, folder: Path) -> Request:
        """What the pod runs; its traces on this machine go to `folder`."""
        label(folder, self.started.run_id, self.started.node)
        request = self._asked.model_copy(update={"folder": folder})
        request.write()
        return request

    def launch(self) -> str:
        """Adopt the pod of the node's key or create one; its name.

        Raises:
            AileronError: there can be no pod; the node's row says why.
        """
        session = self.session
        with self._failing():
            name, adopted = pods.start(self._asked, session.store, self.cluster)
            Exchange(session.store, name).take(self.started.lease.owner)
        said = "aileron_airflow.pod_adopted" if adopted else "aileron_airflow.pod_created"
        session.log(sentence(said, None, name=name))
        return name

    def conclude(self, name: str, told: int = 0, *, cancelled: bool = False) -> NodeOutcome:
        """Collect what pod `name` left, publish and record it, and remove the pod.

        Args:
            told: lines of its log that were shown already.
            cancelled: whether it was ended because nobody wants its result.

        Raises:
            AileronError: why it failed, or why its result could not be published now.
        """
        with execution_folder(self.session.settings.home) as folder:
            with self._failing():
                self.session.engine.renew(self.started)
                result, log = self._collect(self.request(folder), name, told, cancelled)
            failed = result.state == "failed"
            if failed:  # before the lease is given back: who starts anew may use the same name
                self._clean(name, result)
            try:
                outcome = self._complete(result, log)
            except AileronError as error:
                if not (failed or _may_be_published(error)):
                    self._clean(name, result)
                raise
            self._clean(name, result)
            return outcome

    def cancel(self, name: str) -> NodeOutcome:
        """Nobody wants it any more: end the pod and record that.

        Raises:
            Conflict: it is another's by now.
            AileronError: that it was cancelled, unless its good result was there already.
        """
        self.session.engine.renew(self.started)
        pods.stop(self.cluster, self.namespace, name)
        until = time.monotonic() + GRACE + (self._asked.limits.grace_seconds or 0)
        while not pods.gone(self.cluster, self.namespace, name) and time.monotonic() < until:
            time.sleep(0.5)
        return self.conclude(name, cancelled=True)

    def fail(self, error: AileronError) -> None:
        """The node has failed of `error`, which is raised; its pod, if any, stays as it is."""
        with self._failing():
            raise error

    def _collect(
        self, request: Request, name: str, told: int, cancelled: bool
    ) -> tuple[Result, Reference]:
        store = self.session.store
        follower = pods.Follower(store, name, request, on_log=self.session.log, told=told)
        try:
            seen = pods.look(self.cluster, self.namespace, name)
            blamed = self.blamed(name)
            result = pods.collect(request, store, name, seen, follower, cancelled, blamed)
        finally:
            follower.close()
        return result, store.put(ArtifactKind.LOG, request.log_path.parent)

    def _complete(self, result: Result, log: Reference | None = None) -> NodeOutcome:
        return self.session.engine.complete(self.session.plan, self.started, result, log)

    def _clean(self, name: str, result: Result) -> None:
        """What cannot be removed now, the next try or the housekeeping removes."""
        store = self.session.store
        try:
            if Exchange(store, name).belongs_to(self.started.lease.owner):
                pods.clean(self._asked, store, self.cluster, name, result)
        except AileronError as error:
            self.session.log(str(error))

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """If the body fails, the node has failed of that; its row says so."""
        try:
            yield
        except AileronError as error:
            self._complete(Result(state="failed", error=error.to_dict()))
        except BaseException:
            stopped = StepFailed("run.cancelled", step=self.started.node)
            with suppress(AileronError):
                self._complete(Result(state="failed", error=stopped.to_dict()))
            raise


def _may_be_published(error: AileronError) -> bool:
    """Whether a good result that met `error` is left to another: the next try, or an heir."""
    return error.retryable or error.message_id == "ledger.lease_lost"


class PodWatch:
    """Looks at a running pod again and again: the lease is renewed, new lines are shown.

    The session of the run is closed with it, or when it cannot be made.
    """

    def __init__(self, run: PodRun, name: str) -> None:
        self._run = run
        self._name = name
        self._renewed = 0.0
        self._lines: list[str] = []
        self._waits_for: str | None = None
        with ExitStack() as stack:
            stack.callback(run.session.close)
            folder = stack.enter_context(execution_folder(run.session.settings.home))
            self._follower = pods.Follower(
                run.session.store, name, run.request(folder), on_log=self._lines.append
            )
            stack.callback(self._follower.close)
            self._stack = stack.pop_all()

    @property
    def told(self) -> int:
        """Lines of the log that were shown."""
        return self._follower.lines

    def look(self) -> bool:
        """Whether there is nothing left to wait for.

        Raises:
            Conflict: another execution has taken over.
            Unavailable: cluster, store or ledger do not answer; they may at the next look.
            AileronError: what does not go away by waiting.
        """
        self._renew()
        self._show()
        done = Exchange(self._run.session.store, self._name).result() is not None
        seen = pods.look(self._run.cluster, self._run.namespace, self._name)
        trouble = pods.trouble(seen, self._run.patience) or self._run.blamed(self._name)
        over = done or pods.ended(seen) or trouble is not None
        if over:
            self._show()
        else:
            self._tell_delay(pods.trouble(seen, patience=0))
        return over

    def close(self) -> None:
        self._stack.close()

    def _renew(self) -> None:
        if time.monotonic() - self._renewed < LEASE_SECONDS / 3:
            return
        self._run.session.engine.renew(self._run.started)
        self._run.session.close()  # no connection is held in between
        self._renewed = time.monotonic()

    def _tell_delay(self, reason: Reason | None) -> None:
        """Say once what the pod waits for; it may yet come."""
        name = reason.name if reason else None
        if reason is not None and name != self._waits_for:
            said = sentence("aileron_airflow.pod_waits", None, problem=str(reason.error))
            self._run.session.log(said)
        self._waits_for = name

    def _show(self) -> None:
        """Show the log's new lines, up to a bound."""
        self._follower.pump()
        left_out = len(self._lines) - PREVIEWED
        if left_out > 0:
            said = sentence("aileron_airflow.lines_left_out", None, count=left_out)
            self._run.session.log(said)
        for line in self._lines[-PREVIEWED:]:
            self._run.session.log(line)
        self._lines.clear()
