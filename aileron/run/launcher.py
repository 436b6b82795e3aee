"""The launcher: a light daemon that forks step processes and answers for them.

One runs per state directory, started on demand (`aileron.run.client`). A client's
connection is the lifeline of what it asked for: when the client ends, however it ends, its
step's process tree is killed. The launcher itself imports nothing heavy and never blocks;
the libraries are loaded by the zygote beside it. While the zygote is busy with an import,
a fork of the bare launcher serves. With ``--once FD`` it serves one given connection and
has no zygote: the cold path. Standard library alone.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import selectors
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Final

from aileron.run.cgroup import MemoryGroup
from aileron.run.identity import IDLE_SECONDS, identity, socket_address
from aileron.run.jobs import Client, Job, Message
from aileron.run.tree import adopt_orphans, anonymous_bytes, children_of, hide, kill_tree
from aileron.run.zygote import Origin, become_step, send
from aileron.run.zygote_link import ZygoteLink

PATIENCE: Final = 0.5
"""Seconds that an order waits for the zygote to finish an import."""
TICK: Final = 2.0
"""Longest pause between looks at the clock, seconds."""


class Launcher:
    """The event loop. `listener` is None on the cold path."""

    def __init__(self, folder: Path | None, idle_seconds: float = IDLE_SECONDS) -> None:
        self.identity = identity()
        self._folder = folder
        self._idle_seconds = idle_seconds
        self._last_use = time.monotonic()
        self._selector = selectors.DefaultSelector()
        self._listener: socket.socket | None = None
        self._clients: set[Client] = set()
        self._jobs: dict[int, Job] = {}
        self._waiting: list[Job] = []
        self._zygote: ZygoteLink | None = None
        self._sweep = False
        self._ended_early: dict[int, int] = {}
        """Wait status of processes that were not yet known to be forked."""
        adopt_orphans()
        hide()  # orders name variables
        self._watch_signals()

    def listen(self) -> None:
        """Open the socket and begin to load libraries."""
        assert self._folder is not None  # noqa: S101 - the caller's contract
        with socket_address(self._folder) as address:
            with contextlib.suppress(FileNotFoundError):
                Path(address).unlink()
            self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._listener.bind(address)
        self._listener.listen(64)
        self._socket_inode = self._inode()
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._start_zygote()

    def add(self, connection: socket.socket) -> None:
        """Serve `connection`."""
        client = Client(connection)
        self._clients.add(client)
        self._selector.register(connection, selectors.EVENT_READ, lambda: self._read(client))

    def loop(self) -> None:
        """Until there is nothing left to serve."""
        while self._listener is not None or self._clients or self._jobs or self._waiting:
            for key, _ in self._selector.select(self._timeout()):
                key.data()
            self._on_time()
        self._stop_zygote()

    # Signals and time

    def _watch_signals(self) -> None:
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setblocking(False)
        self._wakeup = theirs
        signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self.end_now())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._selector.register(ours, selectors.EVENT_READ, lambda: self._on_signal(ours))

    def _on_signal(self, channel: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            channel.recv(4096)
        self._read_zygote()  # a fork is told of before its end can be seen
        self._reap()

    def end_now(self) -> None:
        """Kill what runs and end."""
        for pid in list(self._jobs):
            kill_tree(pid)
        self._drain()
        os._exit(0)

    def _timeout(self) -> float:
        now = time.monotonic()
        times = [job.ordered + PATIENCE for job in self._waiting]
        times += [job.kill_at for job in self._jobs.values() if job.kill_at is not None]
        return max(0.0, min([TICK, *(moment - now for moment in times)]))

    def _on_time(self) -> None:
        now = time.monotonic()
        for pid, job in self._jobs.items():
            if job.kill_at is not None and now >= job.kill_at:
                job.kill_at = now + TICK
                kill_tree(pid)
        self._start_waiting(now)
        if self._sweep and not (self._zygote and self._zygote.outstanding):
            self._kill_strays()
        if self._listener is not None and not self._jobs and not self._waiting:
            idle = now - self._last_use > self._idle_seconds
            if idle or self._inode() != self._socket_inode:
                self._drain()

    # Clients

    def _accept(self) -> None:
        assert self._listener is not None  # noqa: S101 - it is the one that is readable
        connection, _ = self._listener.accept()
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        if struct.unpack("3i", credentials)[1] != os.getuid():
            connection.close()
            return
        self.add(connection)

    def _read(self, client: Client) -> None:
        try:
            data = client.connection.recv(1 << 16)
        except ConnectionError:
            data = b""
        if not data:
            self._disconnect(client)
            return
        *lines, client.unread = (client.unread + data).split(b"\n")
        for line in lines:
            self._handle(client, json.loads(line))

    def _handle(self, client: Client, message: Message) -> None:
        self._last_use = time.monotonic()
        if message["op"] == "run":
            self._order(client, message)
        elif message["op"] == "stop" and client.job is not None:
            self._stop(client.job, message["grace"])
        elif message["op"] == "ping":
            self._tell(client, self._status())
        elif message["op"] == "shutdown":
            self._drain()

    def _status(self) -> Message:
        zygote = self._zygote
        return {
            "event": "pong",
            "pid": os.getpid(),
            "identity": self.identity,
            "running": len(self._jobs),
            "loaded": zygote.loaded if zygote else [],
            "ready": bool(zygote and zygote.ready),
        }

    def _tell(self, client: Client, message: Message) -> None:
        with contextlib.suppress(OSError):  # a client that went is seen as an end of file
            send(client.connection, message)

    def _disconnect(self, client: Client) -> None:
        self._selector.unregister(client.connection)
        client.connection.close()
        self._clients.discard(client)
        job = client.job
        if job is None:
            return
        job.abandoned = True
        if job in self._waiting:
            self._waiting.remove(job)
            self._remove_group(job)
        elif job.pid is not None:
            job.kill_at = time.monotonic() + TICK
            kill_tree(job.pid)

    # Jobs

    def _order(self, client: Client, message: Message) -> None:
        stale = message["identity"] != self.identity and self._listener is not None
        if stale or (self._listener is None and self._folder is not None):
            self._tell(client, {"event": "outdated"})
            self._drain()
            return
        job = Job(client, message, time.monotonic())
        limit = message.get("memory_bytes")
        if limit is not None:
            with contextlib.suppress(OSError):  # the runner watches the limit in any case
                job.group = MemoryGroup(limit)
        message["procs"] = str(job.group.procs) if job.group else None
        client.job = job
        self._waiting.append(job)
        self._start_waiting(time.monotonic())

    def _start_waiting(self, now: float) -> None:
        for job in list(self._waiting):
            zygote = self._zygote
            if zygote is not None and zygote.idle:
                self._waiting.remove(job)
                zygote.order(job)
            elif zygote is None or now >= job.ordered + PATIENCE:
                self._waiting.remove(job)
                self._fork_here(job)

    def _fork_here(self, job: Job) -> None:
        origin, baseline = Origin(os.getpid()), anonymous_bytes()
        pid = os.fork()
        if pid == 0:
            become_step(job.order, origin)
        self._started(job, pid, baseline)

    def _started(self, job: Job, pid: int, baseline: int) -> None:
        job.pid = pid
        self._jobs[pid] = job
        if job.abandoned:
            kill_tree(pid)
        self._tell(job.client, {"event": "started", "pid": pid, "baseline": baseline})
        if pid in self._ended_early:
            code = os.waitstatus_to_exitcode(self._ended_early.pop(pid))
            self._finished(self._jobs.pop(pid), pid, code)

    def _stop(self, job: Job, grace: float) -> None:
        job.kill_at = time.monotonic() + grace
        if job.pid is not None and grace > 0:
            kill_tree(job.pid, signal.SIGTERM)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self._jobs:
                self._finished(self._jobs.pop(pid), pid, os.waitstatus_to_exitcode(status))
            elif self._zygote is not None and pid == self._zygote.pid:
                self._zygote_died()
            elif self._zygote is not None and self._zygote.outstanding:
                self._ended_early[pid] = status

    def _finished(self, job: Job, pid: int, code: int) -> None:
        self._last_use = time.monotonic()
        kill_tree(pid)  # what the step left behind in its session
        self._sweep = True
        peak = job.group.peak_bytes() if job.group else None
        oom = job.group.killed() if job.group else False
        self._remove_group(job)
        job.client.job = None
        self._tell(job.client, {"event": "exited", "code": code, "peak": peak, "oom": oom})

    def _remove_group(self, job: Job) -> None:
        if job.group is not None:
            job.group.remove()

    def _kill_strays(self) -> None:
        """Descendants of ended steps that had left their sessions: they are ours by adoption."""
        self._sweep = False
        known = {*self._jobs, self._zygote.pid if self._zygote else 0}
        for pid in children_of(os.getpid()) - known:
            kill_tree(pid)

    # The zygote

    def _start_zygote(self) -> None:
        self._zygote = ZygoteLink.start()
        self._selector.register(self._zygote.channel, selectors.EVENT_READ, self._read_zygote)

    def _read_zygote(self) -> None:
        if self._zygote is None:
            return
        messages = self._zygote.messages()
        if messages is None:
            self._zygote_died()
        for message in messages or ():
            self._hear(self._zygote, message)

    def _hear(self, zygote: ZygoteLink, message: Message) -> None:
        if "forked" in message:
            job = zygote.outstanding.pop(message["forked"])
            self._started(job, message["pid"], message["baseline"])
            return
        zygote.idle = True
        self._start_waiting(time.monotonic())
        if "loaded" in message:
            zygote.loaded.append(message["loaded"])
            zygote.go_on()
        else:
            zygote.ready = True

    def _zygote_died(self) -> None:
        """Go on without it: what it was asked for is forked here."""
        zygote = self._forget_zygote()
        if zygote is not None:
            print("the zygote ended; steps start cold from now on", file=sys.stderr, flush=True)
            for job in zygote.outstanding.values():
                self._fork_here(job)

    def _stop_zygote(self) -> None:
        zygote = self._forget_zygote()
        if zygote is not None:
            os.kill(zygote.pid, signal.SIGKILL)

    def _forget_zygote(self) -> ZygoteLink | None:
        zygote, self._zygote = self._zygote, None
        if zygote is not None:
            self._selector.unregister(zygote.channel)
            zygote.channel.close()
        return zygote

    def _drain(self) -> None:
        """Take no more orders; what runs goes on."""
        if self._listener is None or self._folder is None:
            return
        self._selector.unregister(self._listener)
        self._listener.close()
        self._listener = None
        if self._inode() == self._socket_inode:
            (self._folder / "launcher.sock").unlink()
        if not (self._zygote and self._zygote.outstanding):
            self._stop_zygote()

    def _inode(self) -> int | None:
        assert self._folder is not None  # noqa: S101 - only a listening launcher asks
        try:
            return (self._folder / "launcher.sock").stat().st_ino
        except FileNotFoundError:
            return None


def main() -> None:
    parser = argparse.ArgumentParser(prog="aileron.run.launcher", description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the socket is made")
    parser.add_argument("--once", type=int, metavar="FD", help="serve this connection alone")
    parser.add_argument("--idle", type=float, default=IDLE_SECONDS, help="seconds")
    options = parser.parse_args()
    os.umask(0o077)
    if options.once is not None:
        launcher = Launcher(None)
        launcher.add(socket.socket(fileno=options.once))
    else:
        launcher = Launcher(options.folder, options.idle)
        launcher.listen()
    launcher.loop()


if __name__ == "__main__":
    main()
