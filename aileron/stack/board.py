"""The daemon's shared board: where each server stands, kept in ``HOME/stack.json``.

Threads post here; whoever waits for a server waits here. Every post is written to disk
before the poster goes on, so a daemon that is killed leaves a true record.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from threading import Condition
from typing import Any

from aileron.stack.record import ServerRecord, StackRecord, State

READY = frozenset({State.HEALTHY, State.UNHEALTHY})
"""Ready to be used by others; a server that was healthy once and now is slow included."""


class Board:
    """The `StackRecord` of this daemon, for several threads."""

    def __init__(self, path: Path, record: StackRecord) -> None:
        self._path = path
        self._record = record
        self._changed = Condition()
        self._stopping = False
        record.write(path)

    @property
    def stopping(self) -> bool:
        return self._stopping

    def server(self, name: str) -> ServerRecord:
        return self._record.servers.get(name, ServerRecord())

    def post(self, name: str, **facts: Any) -> None:
        """Change facts of one server."""
        with self._changed:
            self._record.servers[name] = self.server(name).model_copy(update=facts)
            self._record.state = self._overall()
            self._record.write(self._path)
            self._changed.notify_all()

    def fail(self, error: dict[str, Any]) -> None:
        """Say that the stack as a whole cannot start."""
        with self._changed:
            self._record.error = error
            self._record.state = State.FAILED
            self._record.write(self._path)

    def wait_ready(self, names: Iterable[str]) -> bool:
        """Wait for all of `names`; False if the stack stops first."""
        wanted = tuple(names)
        with self._changed:
            self._changed.wait_for(
                lambda: self._stopping or all(self.server(n).state in READY for n in wanted)
            )
            return not self._stopping

    def sleep(self, seconds: float) -> bool:
        """Wait; False as soon as the stack stops."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._stopping, seconds)

    def stop(self) -> None:
        """Wake everyone; what waits gives up."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def close(self) -> None:
        """The last word: everything is down."""
        with self._changed:
            self._record.state = State.STOPPED
            self._record.daemon = None
            self._record.servers.clear()
            self._record.write(self._path)

    def _overall(self) -> State:
        if self._record.error is not None:
            return State.FAILED
        states = {server.state for server in self._record.servers.values()}
        for state in (State.FAILED, State.WAITING, State.STARTING, State.UNHEALTHY):
            if state in states:
                return state
        return State.HEALTHY
