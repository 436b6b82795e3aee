"""Runs a step in a child process on this machine, by the launcher or cold.

The time limit ends the whole process tree, SIGTERM first. The memory limit is watched as
the resident size of the tree, less what a fork shares with the zygote; where a control
group can be made, the kernel holds the limit too. Linux only.
"""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from aileron.core.errors import AileronError, StepFailed, Unavailable
from aileron.run.cgroup import ContainerMemory
from aileron.run.client import Connection, Message, connect, one_shot
from aileron.run.environment import step_environment
from aileron.run.identity import identity
from aileron.run.logs import LogReader, last_lines
from aileron.run.request import Request
from aileron.run.result import Exit, ExitReason, Result
from aileron.run.runner import OnLog, OnMetric, Runner
from aileron.run.tree import members

MEGABYTE = 1 << 20


class ProcessRunner(Runner):
    """Runs steps as child processes.

    Args:
        home: the state directory, which has one launcher.
        launcher: fork from the warm launcher; else start a bare Python for each step.
        hard_limits: let the kernel hold memory limits where it can.
        grace_seconds: between SIGTERM and SIGKILL.
        poll: longest pause between looks at log, memory and clock, seconds.
        container: the container that this process has to itself, for reasons of memory.
        umask: of the step's process.
    """

    def __init__(
        self,
        home: Path,
        *,
        launcher: bool = True,
        hard_limits: bool = True,
        grace_seconds: float = 5.0,
        poll: float = 0.1,
        container: ContainerMemory | None = None,
        umask: int = 0o022,
    ) -> None:
        self._home = home
        self._launcher = launcher
        self._hard_limits = hard_limits
        self._grace = grace_seconds
        self._poll = poll
        self._container = container
        self._umask = umask

    def run(
        self,
        request: Request,
        *,
        on_log: OnLog | None = None,
        on_metric: OnMetric | None = None,
        platform: Mapping[str, str] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Result:
        request.write()
        started = time.monotonic()
        log = LogReader(
            request.output_path, request.log_path, request.metrics_path, on_log, on_metric
        )
        try:
            given = request.limits.grace_seconds
            grace = self._grace if given is None else given
            watch = _Watch(request, grace, self._poll, log, cancelled, self._container)
            with self._order(request, platform) as connection:
                ended = watch.follow(connection)
            log.pump(final=True)
            result = _result(request, watch, ended)
            error = result.raised()
            if error is not None:
                log.say(str(error))
        finally:
            log.close()
        return result.model_copy(update={"seconds": time.monotonic() - started})

    def _order(self, request: Request, platform: Mapping[str, str] | None) -> Connection:
        """A connection on which the step was ordered."""
        limit = request.limits.memory_mb
        order = {
            "op": "run",
            "id": uuid.uuid4().hex,
            "request": str(request.path),
            "output": str(request.output_path),
            "cwd": str(request.work),
            "env": step_environment(
                self._home, request.store, request.env, platform, request.inherits
            ),
            "memory_bytes": limit * MEGABYTE if limit and self._hard_limits else None,
            "umask": self._umask,
        }
        for _ in range(10):
            connection = connect(self._home) if self._launcher else one_shot(self._home)
            try:
                connection.send(**order, identity=identity())
                answer = connection.receive(60)
            except (EOFError, BrokenPipeError):
                answer = None
            if answer is not None and answer["event"] == "started":
                connection.started = answer
                return connection
            connection.__exit__()
        raise Unavailable("run.launcher_not_started", log=str(self._home / "run/launcher.log"))


@dataclass
class _Watch:
    """Follows one execution and ends it when it must end."""

    request: Request
    grace: float
    poll: float
    log: LogReader
    cancelled: Callable[[], bool] | None
    container: ContainerMemory | None = None
    reason: ExitReason | None = None
    """Why it was ended; None if it ended by itself."""
    asked: bool = False
    """Whether we told it to end."""
    peak: int = 0
    """Bytes."""
    container_limit_mb: int | None = None
    """The limit of the container, if that is what ended it."""

    def follow(self, connection: Connection) -> Message | None:
        """Until the process has ended; None if the launcher ended first."""
        ended = self._follow(connection)
        if self.reason is None and (ended is None or ended["code"] == -signal.SIGKILL):
            self._blame_container()
        return ended

    def _blame_container(self) -> None:
        if self.container is not None and self.container.killed():
            self.reason = "out_of_memory"
            self.peak = max(self.peak, self.container.peak_bytes)
            self.container_limit_mb = self.container.limit_bytes // MEGABYTE

    def _follow(self, connection: Connection) -> Message | None:
        pid, baseline = connection.started["pid"], connection.started["baseline"]
        deadline = time.monotonic() + self.request.limits.seconds
        pause = 0.02
        while True:
            try:
                message = connection.receive(pause)
            except EOFError:
                return None
            if message is not None and message["event"] == "exited":
                self.peak = max(self.peak, message["peak"] or 0)
                if message["oom"]:
                    self.reason = "out_of_memory"
                return message
            pause = min(self.poll, pause * 1.5)
            self.log.pump()
            self.peak = max(self.peak, tree_memory(pid) - baseline)
            if self.reason is None:
                self._check(connection, deadline)

    def _check(self, connection: Connection, deadline: float) -> None:
        limit = self.request.limits.memory_mb
        if limit is not None and self.peak > limit * MEGABYTE:
            self._end_for_memory(connection)
        elif time.monotonic() > deadline:
            self._end(connection, "timeout", grace=self.grace)
        elif self.cancelled is not None and self.cancelled():
            self._end(connection, "cancelled", grace=self.grace)

    def _end_for_memory(self, connection: Connection) -> None:
        """At once, but that a step with a grace of its own may keep what its commands left."""
        grace, root = self.request.limits.grace_seconds or 0, connection.started["pid"]
        if grace:
            with suppress(ProcessLookupError):
                os.kill(root, signal.SIGTERM)  # before its commands end, which it may start again
            for pid in members(root) - {root}:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._end(connection, "out_of_memory", grace)

    def _end(self, connection: Connection, reason: ExitReason, grace: float) -> None:
        self.reason = reason
        self.asked = True
        connection.send(op="stop", grace=grace)


def tree_memory(pid: int) -> int:
    """Resident bytes of a process and its descendants; those that end meanwhile count 0."""
    total = 0
    try:
        root = psutil.Process(pid)
        processes = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for process in processes:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def _result(request: Request, watch: _Watch, ended: Message | None) -> Result:
    """The result that the step wrote, or one that says why it wrote none."""
    written = Result.read(request.result_path) if request.result_path.exists() else None
    code = ended["code"] if ended else None
    if written is not None and written.state == "failed" and watch.asked:
        return _ended_by_us(request, watch, written, code)
    reason = written.exit.reason if written else _reason(watch, code)
    exit_ = Exit(
        reason=reason,
        exit_code=code if code is not None and code >= 0 else None,
        signal=signal.Signals(-code).name if code is not None and code < 0 else None,
        peak_memory_mb=round(watch.peak / MEGABYTE) or None,
        limit_mb=watch.container_limit_mb or request.limits.memory_mb,
    )
    if written is not None:
        return written.model_copy(update={"exit": exit_})
    error = _error(request, exit_, in_container=watch.container_limit_mb is not None)
    return Result(state="failed", error=error.to_dict(), exit=exit_)


def _ended_by_us(request: Request, watch: _Watch, written: Result, code: int | None) -> Result:
    """The result of a step that kept what it had when it was told to end."""
    exit_ = Exit(
        reason=watch.reason or "cancelled",
        exit_code=code,
        peak_memory_mb=round(watch.peak / MEGABYTE) or None,
        limit_mb=request.limits.memory_mb,
    )
    error = _error(request, exit_, in_container=False)
    return written.model_copy(update={"exit": exit_, "error": error.to_dict()})


def _reason(watch: _Watch, code: int | None) -> ExitReason:
    if watch.reason is not None:
        return watch.reason
    if code is None:
        return "launcher_died"
    return "killed" if code < 0 else "crashed"


def _error(request: Request, exit_: Exit, *, in_container: bool) -> AileronError:
    """The sentence for a process that left no result."""
    step, lines = request.step, "\n".join(last_lines(request.output_path)) or "-"
    if exit_.reason == "timeout":
        return StepFailed("run.timeout", step=step, limit=request.limits.seconds)
    if exit_.reason == "out_of_memory":
        peak, limit = exit_.peak_memory_mb, exit_.limit_mb
        message = "run.container_out_of_memory" if in_container else "run.out_of_memory"
        return StepFailed(message, step=step, peak=peak, limit=limit)
    if exit_.reason == "cancelled":
        return StepFailed("run.cancelled", step=step)
    if exit_.reason == "launcher_died":
        return Unavailable("run.launcher_died", step=step)
    if exit_.reason == "killed":
        return StepFailed("run.killed", step=step, signal=exit_.signal, last_lines=lines)
    return StepFailed("run.no_result", step=step, code=exit_.exit_code, last_lines=lines)
