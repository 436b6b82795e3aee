"""What the stack daemon writes down: ``HOME/stack.json``.

Only the daemon writes it, whole and atomically, so a reader sees one moment. Processes are
named by id and start time; a record that outlived its process is recognised by that.
"""

from __future__ import annotations

import os
import time
from enum import StrEnum
from pathlib import Path
from typing import Any

import psutil
from pydantic import BaseModel, ConfigDict, Field


class State(StrEnum):
    """Where a server, or the stack as a whole, stands."""

    WAITING = "waiting"
    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    FAILED = "failed"
    UNWATCHED = "unwatched"
    """Runs, but the daemon that watched it was killed; the next start adopts it."""
    STOPPED = "stopped"


class ProcessId(BaseModel):
    """A process of this machine, never confused with a later one of the same id."""

    model_config = ConfigDict(frozen=True)

    pid: int
    created: float
    """Start time as `psutil` gives it."""

    @classmethod
    def of(cls, pid: int) -> ProcessId | None:
        """The process that has `pid` now, None if there is none."""
        try:
            return cls(pid=pid, created=psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return None

    def find(self) -> psutil.Process | None:
        """The process, None if it ended."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < 0.01
            alive = process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if same and alive else None


class ServerRecord(BaseModel):
    """One server or one-off job."""

    model_config = ConfigDict(frozen=True)

    state: State = State.WAITING
    process: ProcessId | None = None
    address: str | None = None
    log: str | None = None
    fingerprint: str = ""
    """Digest of command and environment; a survivor with another one is not adopted."""
    launched: float | None = None
    ready_seconds: float | None = None
    """From launch to healthy."""
    restarts: int = 0
    error: dict[str, Any] | None = None


class StackRecord(BaseModel):
    """The whole stack."""

    state: State = State.WAITING
    version: str = ""
    daemon: ProcessId | None = None
    ports: dict[str, int] = Field(default_factory=dict)
    servers: dict[str, ServerRecord] = Field(default_factory=dict)
    error: dict[str, Any] | None = None

    @classmethod
    def read(cls, path: Path) -> StackRecord:
        """The record at `path`; an empty one if there is no such file."""
        if not path.is_file():
            return cls()
        return cls.model_validate_json(path.read_text(encoding="utf-8"))

    def write(self, path: Path) -> None:
        """Replace the file at `path` in one step."""
        write_private(path, self.model_dump_json(indent=1))


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file that only its owner can read, in one step; text as UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    draft.touch(mode=0o600)
    draft.write_bytes(content.encode() if isinstance(content, str) else content)
    draft.replace(path)
