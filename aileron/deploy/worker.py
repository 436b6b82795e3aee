"""One revision's life: prepared, started, watched, started anew when it falls, drained, stopped.

A worker has a thread in the supervisor. It speaks to its target and to the gateway, never to
the ledger: it leaves its status where the supervisor picks it up, so that services go on
while the ledger is away.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from aileron.core.errors import AileronError, Refused, Unavailable
from aileron.deploy.gateway_client import GatewayClient
from aileron.deploy.running import Running, Target
from aileron.ledger import Revision, RevisionState

PROBE_SECONDS: Final = 2.0
SILENT_PROBES: Final = 5
"""Probes in a row without an answer, after which a process is taken to hang."""
FIRST_STARTS: Final = 3
"""Attempts to become healthy at all; one that was healthy is started for ever."""
MOST_WAIT: Final = 30.0
AWAY_SECONDS: Final = 1.0
"""How soon a target that does not answer is asked again."""
SERVED: Final = (RevisionState.HEALTHY, RevisionState.UNHEALTHY)
logger = logging.getLogger("aileron.supervisor")


@dataclass(frozen=True)
class Status:
    """What the supervisor tells the ledger about a revision."""

    state: RevisionState
    address: str | None = None
    pid: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Tools:
    """What workers share."""

    target: Callable[[Revision], Target]
    gateway: Callable[[], GatewayClient | None]
    """Asked for when one drains; None where there is none."""
    changed: Callable[[], None]
    """Called after each change of a status."""
    ready_seconds: float = 60.0
    drain_seconds: float = 30.0
    first_wait: float = 0.5


class Worker:
    """Keeps one revision running until told otherwise."""

    def __init__(self, revision: Revision, tools: Tools) -> None:
        self.revision = revision
        """As the ledger has it; whoever reads the ledger keeps it fresh."""
        # One that is taken over keeps its address meanwhile.
        self.status = Status(revision.state, revision.address, revision.pid, revision.reason)
        self._tools = tools
        self._target = tools.target(revision)
        self._thread = threading.Thread(target=self._run, name=revision.id, daemon=True)
        self._leave = threading.Event()
        self._at_once = False
        self._was_healthy = revision.state in SERVED
        self._falls = 0
        self._running: Running | None = None

    def leave(self, *, at_once: bool = False) -> None:
        """Drain and stop; `at_once` ends what needs a supervisor, without the gateway's word."""
        self._at_once = self._at_once or at_once
        self._leave.set()

    def start(self) -> None:
        self._thread.start()

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def is_leaving(self) -> bool:
        """Whether it was told to leave and has not ended: what it says of serving is over."""
        return self._leave.is_set() and self._thread.is_alive()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._leave.is_set():
                reason = self._live()
                if reason is not None and not self._may_try_again(reason):
                    return
            self._stop()
        except AileronError as error:
            self._say(RevisionState.FAILED, reason=str(error))
        except Exception as error:
            logger.exception("the worker of %s failed", self.revision.id)
            self._say(RevisionState.FAILED, reason=f"{type(error).__name__}: {error}")

    def _live(self) -> str | None:
        """One start, or what an earlier worker started, until it falls: why. None: go on."""
        try:
            self._running = running = self._running or self._target.find() or self._launch()
            if not (self._target.independent and self._serves()):
                reason = self._ready(running)
                if reason is not None:
                    return self._fell(running, reason)
            reason = self._watch(running)
            return None if reason is None else self._fell(running, reason)
        except AileronError as error:
            if self._serves():  # what serves is not taken away because nobody can look at it
                logger.warning("%s runs on as it is: %s", self.revision.id, error)
                self._leave.wait(AWAY_SECONDS)
                return None
            if not isinstance(error, Unavailable):
                raise
            if not self._target.independent:
                return str(error)
            self._await(error)
            return None

    def _await(self, error: Unavailable) -> None:
        """It did not fall, nobody can see it: who waits for it is told why it takes so long."""
        if self.status.reason != str(error):
            logger.warning("%s waits: %s", self.revision.id, error)
            self._change(replace(self.status, reason=str(error)))
        self._leave.wait(AWAY_SECONDS)

    def _serves(self) -> bool:
        return self.status.state in SERVED and self.status.address is not None

    def _fell(self, running: Running, reason: str) -> str:
        running.kill()
        self._running = None
        self.status = replace(self.status, address=None, pid=None)
        return reason

    def _launch(self) -> Running:
        self._say(RevisionState.STARTING, reason=self.status.reason)
        running = self._target.launch()
        self._say(RevisionState.STARTING, pid=running.pid, reason=self.status.reason)
        return running

    def _ready(self, running: Running) -> str | None:
        """Wait until it is healthy; the reason if it never is. None if told to leave."""
        deadline = time.monotonic() + self._tools.ready_seconds
        while not self._leave.is_set():
            running.follow(self.revision)
            address = running.address()
            if address and answers(address):
                self._was_healthy = True
                self._say(RevisionState.HEALTHY, address, running.pid)
                return None
            if (reason := running.ended()) is not None:
                return reason
            if self._target.independent:
                if (reason := self._never(running, address)) is not None:
                    return reason
            elif time.monotonic() > deadline:
                seconds = self._tools.ready_seconds
                return f"not ready after {seconds:g} s\n{running.trouble() or ''}".strip()
            self._leave.wait(running.ready_poll)
        return None

    def _never(self, running: Running, address: str | None) -> str | None:
        """Why one that starts anew by itself never will be healthy; what delays it is told."""
        trouble = running.trouble()
        if address is not None:
            trouble = f"it is ready, but nothing answers from here at http://{address}/readyz"
        if trouble is not None and running.hopeless() and not self._was_healthy:
            self._falls = FIRST_STARTS
            return trouble
        if trouble != self.status.reason:
            self._change(replace(self.status, reason=trouble))
        return None

    def _watch(self, running: Running) -> str | None:
        """Wait until it falls, and why; None if told to leave."""
        healthy_since = time.monotonic()
        silent, next_probe = 0, healthy_since + PROBE_SECONDS
        while not self._leave.wait(running.watch_poll):
            running.follow(self.revision)
            if (reason := running.ended()) is not None:
                return reason
            now = time.monotonic()
            if now < next_probe:
                continue
            next_probe = now + PROBE_SECONDS
            silent = 0 if answers(self.status.address or "") else silent + 1
            if silent == 0 and now - healthy_since > MOST_WAIT:
                self._falls = 0
            if silent >= SILENT_PROBES and not self._target.independent:
                words = running.trouble() or ""
                return f"no answer to {silent} probes of /readyz in a row\n{words}".strip()
            self._tell_health(running, silent)
        return None

    def _tell_health(self, running: Running, silent: int) -> None:
        if silent == 0 and self.status.state != RevisionState.HEALTHY:
            self._change(replace(self.status, state=RevisionState.HEALTHY, reason=None))
        elif silent >= 2:
            reason = "it does not answer /readyz"
            if self._target.independent:
                reason = f"{reason}\n{running.trouble() or ''}".strip()
            unhealthy = replace(self.status, state=RevisionState.UNHEALTHY, reason=reason)
            if unhealthy != self.status:
                self._change(unhealthy)

    def _may_try_again(self, reason: str) -> bool:
        """Wait before the next start; False if there will be none."""
        self._falls += 1
        logger.warning("%s fell (%d): %s", self.revision.id, self._falls, reason.splitlines()[0])
        if not self._was_healthy and self._falls >= FIRST_STARTS:
            self._say(RevisionState.FAILED, reason=reason)
            return False
        state = RevisionState.UNHEALTHY if self._was_healthy else RevisionState.STARTING
        self._change(replace(self.status, state=state, reason=reason))
        first = 0.0 if self._was_healthy else self._tools.first_wait
        wait = first if self._falls == 1 else self._tools.first_wait * 2 ** (self._falls - 1)
        self._leave.wait(min(MOST_WAIT, wait))
        return True

    def _stop(self) -> None:
        """Drain and stop, however long the target is away; an independent one outlives us."""
        while True:
            try:
                running = self._running or self._target.find()
                if running is not None and self._at_once and self._target.independent:
                    return
                if running is not None:
                    self._change(replace(self.status, state=RevisionState.DRAINING, reason=None))
                    self._wait_idle()
                    running.stop()
            except (Unavailable, Refused) as error:
                logger.warning("stopping %s: %s", self.revision.id, error)
                if self._at_once:
                    return
                time.sleep(1)
            else:
                self._say(RevisionState.STOPPED)
                return

    def _wait_idle(self) -> None:
        """Wait until the gateway sends nothing here and has all its answers.

        While the gateway cannot be asked, the wait goes on: it may still be serving.
        """
        deadline = time.monotonic() + self._tools.drain_seconds
        gateway: GatewayClient | None = None
        while not self._at_once and time.monotonic() < deadline:
            try:
                gateway = gateway or self._tools.gateway()
                if gateway is None or gateway.is_idle(self.revision.id):
                    return
                time.sleep(gateway.poll)
            except AileronError as error:
                logger.warning("draining %s: %s", self.revision.id, error)
                time.sleep(1)

    def _say(
        self,
        state: RevisionState,
        address: str | None = None,
        pid: int | None = None,
        reason: str | None = None,
    ) -> None:
        self._change(Status(state, address, pid, reason))

    def _change(self, status: Status) -> None:
        self.status = status
        self._tools.changed()


def answers(address: str, seconds: float = 2.0) -> bool:
    """Whether ``/readyz`` at `address` says 200."""
    import http.client

    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=seconds)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return response.status == 200
