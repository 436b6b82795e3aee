"""One server process: launched in a session of its own, or adopted from an earlier daemon.

Stopping ends the whole session, so a server that was killed leaves no workers behind. A
process is named by id and start time only.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

import psutil

from aileron.stack.record import ProcessId

KILL_PATIENCE: Final = 5.0
"""Seconds within which a killed process is gone, unless the kernel holds it."""

LOG_LIMIT: Final = 20 * 2**20
"""Bytes after which a log is put aside at the next launch."""


class ServerProcess:
    """A running server, child of this process or not."""

    def __init__(self, identity: ProcessId, child: subprocess.Popen[bytes] | None = None) -> None:
        self.identity = identity
        self._child = child

    @classmethod
    def launch(
        cls, command: Sequence[str], environment: Mapping[str, str], log: Path, folder: Path
    ) -> ServerProcess:
        """Start `command` in `folder`, its output appended to `log`."""
        with open_log(log) as output:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=dict(environment),
                start_new_session=True,
            )
        created = psutil.Process(child.pid).create_time()
        return cls(ProcessId(pid=child.pid, created=created), child)

    def exit_code(self) -> int | None:
        """None while it runs; of an adopted process, whose code nobody has, 0 once it ended."""
        if self._child is not None:
            return self._child.poll()
        return None if self.identity.find() else 0

    def is_alive(self) -> bool:
        return self.exit_code() is None

    def stop(self, grace: float) -> None:
        """Ask it to end, wait `grace` seconds, then end whatever is left of its session."""
        members = list(session(self.identity))
        if self.is_alive():
            os.kill(self.identity.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while self.is_alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.end_session(members)

    def end_session(self, known: Sequence[psutil.Process] = ()) -> None:
        """Kill every process of its session, and those of `known` that still run."""
        members = {*known, *session(self.identity)}
        for process in members:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        deadline = time.monotonic() + KILL_PATIENCE
        while any(map(_runs, members)) and time.monotonic() < deadline:
            time.sleep(0.02)
        if self._child is not None:
            self._child.poll()  # takes its exit code, so that no dead entry stays behind


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def session(identity: ProcessId) -> Iterator[psutil.Process]:
    """The processes of the session that `identity` leads, its descendants included.

    While any member lives, the kernel gives the id to no other process; a session is taken
    for this one only if no member is older than its leader.
    """
    leader = identity.find()
    found = {leader, *leader.children(recursive=True)} if leader else set()
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == identity.pid:
                found.add(process)
        except (ProcessLookupError, PermissionError):
            continue
    yield from (process for process in found if _is_younger(process, identity))


def _is_younger(process: psutil.Process, leader: ProcessId) -> bool:
    try:
        return process.create_time() >= leader.created - 0.01
    except psutil.NoSuchProcess:
        return False


def open_log(path: Path) -> IO[bytes]:
    """Open a log for appending; a long one is put aside first, the one before it dropped."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for an error message."""
    if not log.is_file():
        return ""
    text = log.read_bytes()[-8000:].decode("utf-8", errors="replace")
    return "\n".join(text.strip().splitlines()[-count:])
