"""One revision's life: prepared, started, watched, started anew when it falls, drained, stopped.

A worker has a thread in the supervisor. It speaks to processes and to the store, never to the
ledger: it leaves its status where the supervisor picks it up, so that services go on while
the ledger is away.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from aileron.core.errors import AileronError, Unavailable
from aileron.deploy.gateway_client import GatewayClient
from aileron.deploy.places import Place, last_lines
from aileron.deploy.process import RevisionProcess
from aileron.ledger import Revision, RevisionState
from aileron.package.environment import serving_environment
from aileron.store import Store

POLL: Final = 0.05
WATCH_SECONDS: Final = 0.25
PROBE_SECONDS: Final = 2.0
SILENT_PROBES: Final = 5
"""Probes in a row without an answer, after which a revision is taken to hang."""
FIRST_STARTS: Final = 3
"""Attempts to become healthy at all; one that was healthy is started for ever."""
MOST_WAIT: Final = 30.0
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

    home: Path
    store: Store
    gateway: GatewayClient | None
    changed: Callable[[], None]
    """Called after each change of a status."""
    ready_seconds: float = 60.0
    drain_seconds: float = 30.0
    first_wait: float = 0.5


class Worker:
    """Keeps one revision running until told otherwise."""

    def __init__(self, revision: Revision, tools: Tools) -> None:
        self.revision = revision
        # As the ledger has it: a process that is taken over keeps its address meanwhile.
        self.status = Status(revision.state, revision.address, revision.pid, revision.reason)
        self._tools = tools
        self._place = Place.of_revision(tools.home, revision)
        self._thread = threading.Thread(target=self._run, name=revision.id, daemon=True)
        self._leave = threading.Event()
        self._at_once = False
        self._was_healthy = False
        self._falls = 0

    def leave(self, *, at_once: bool = False) -> None:
        """Drain and stop; `at_once` does not wait for the gateway."""
        self._at_once = self._at_once or at_once
        self._leave.set()

    def start(self) -> None:
        self._thread.start()

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        try:
            process = RevisionProcess.find(self._place)
            while not self._leave.is_set():
                process = process or self._launch()
                reason = self._ready(process) or self._watch(process)
                if reason is None:
                    break
                process.kill()
                process = None
                if not self._may_try_again(reason):
                    return
            self._stop(process)
        except AileronError as error:
            self._say(RevisionState.FAILED, reason=str(error))
        except Exception as error:
            logger.exception("the worker of %s failed", self.revision.id)
            self._say(RevisionState.FAILED, reason=f"{type(error).__name__}: {error}")

    def _launch(self) -> RevisionProcess:
        place = self._place
        self._say(RevisionState.STARTING, reason=self.status.reason)
        place.folder.mkdir(parents=True, exist_ok=True)
        if not place.package.exists():
            self._tools.store.fetch(self.revision.package, place.package)
        python = serving_environment(place.package / "requirements.txt", self._tools.home)
        process = RevisionProcess.launch(place, python)
        self._say(RevisionState.STARTING, pid=process.pid, reason=self.status.reason)
        return process

    def _ready(self, process: RevisionProcess) -> str | None:
        """Wait until it is healthy; the reason if it never is. None if told to leave."""
        deadline = time.monotonic() + self._tools.ready_seconds
        while not self._leave.is_set():
            address = process.address()
            if address and answers(address):
                self._was_healthy = True
                self._say(RevisionState.HEALTHY, address, process.pid)
                return None
            if not process.is_alive():
                return self._fallen(process)
            if time.monotonic() > deadline:
                return f"not ready after {self._tools.ready_seconds:g} s\n{self._words()}"
            self._leave.wait(POLL)
        return None

    def _watch(self, process: RevisionProcess) -> str | None:
        """Wait until it falls, and why; None if told to leave."""
        healthy_since = time.monotonic()
        silent, next_probe = 0, healthy_since + PROBE_SECONDS
        while not self._leave.wait(WATCH_SECONDS):
            if not process.is_alive():
                return self._fallen(process)
            now = time.monotonic()
            if now < next_probe:
                continue
            next_probe = now + PROBE_SECONDS
            silent = 0 if answers(self.status.address or "") else silent + 1
            if silent == 0 and now - healthy_since > MOST_WAIT:
                self._falls = 0
            if silent >= SILENT_PROBES:
                return f"no answer to {silent} probes of /readyz in a row\n{self._words()}"
            self._tell_health(silent)
        return None

    def _tell_health(self, silent: int) -> None:
        if silent == 0 and self.status.state != RevisionState.HEALTHY:
            self._change(replace(self.status, state=RevisionState.HEALTHY, reason=None))
        elif silent == 2:
            reason = "it does not answer /readyz"
            self._change(replace(self.status, state=RevisionState.UNHEALTHY, reason=reason))

    def _may_try_again(self, reason: str) -> bool:
        """Wait before the next start; False if there will be none."""
        self._falls += 1
        logger.warning("%s fell (%d): %s", self.revision.id, self._falls, reason.splitlines()[0])
        if not self._was_healthy and self._falls >= FIRST_STARTS:
            self._say(RevisionState.FAILED, reason=reason)
            return False
        state = RevisionState.UNHEALTHY if self._was_healthy else RevisionState.STARTING
        self._say(state, reason=reason)
        first = 0.0 if self._was_healthy else self._tools.first_wait
        wait = first if self._falls == 1 else self._tools.first_wait * 2 ** (self._falls - 1)
        self._leave.wait(min(MOST_WAIT, wait))
        return True

    def _stop(self, process: RevisionProcess | None) -> None:
        if process is not None:
            self._change(replace(self.status, state=RevisionState.DRAINING, reason=None))
            self._wait_idle()
            process.stop()
        self._say(RevisionState.STOPPED)

    def _wait_idle(self) -> None:
        """Wait until the gateway sends nothing here and has all its answers.

        While the gateway does not answer, the wait goes on: it may still be serving.
        """
        deadline = time.monotonic() + self._tools.drain_seconds
        while not self._at_once and self._tools.gateway and time.monotonic() < deadline:
            try:
                if self._tools.gateway.is_idle(self.revision.id):
                    return
            except Unavailable as error:
                logger.warning("draining %s: %s", self.revision.id, error)
                time.sleep(1)
            time.sleep(POLL)

    def _fallen(self, process: RevisionProcess) -> str:
        return f"its process ended with status {process.exit_code()}\n{self._words()}".strip()

    def _words(self) -> str:
        return last_lines(self._place.log)

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
