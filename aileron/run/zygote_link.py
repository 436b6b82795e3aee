"""The launcher's end of the zygote. Standard library alone."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import traceback
from dataclasses import dataclass, field

from aileron.run.jobs import Job, Message
from aileron.run.zygote import close_all_but, send, serve


@dataclass
class ZygoteLink:
    """A running zygote: what it has loaded, and what it was asked and has not yet done."""

    pid: int
    channel: socket.socket
    unread: bytes = b""
    idle: bool = False
    """Whether it waits for orders now, and not for an import."""
    ready: bool = False
    """Whether it has loaded everything."""
    loaded: list[str] = field(default_factory=list)
    outstanding: dict[str, Job] = field(default_factory=dict)

    @classmethod
    def start(cls) -> ZygoteLink:
        """Fork a zygote from this process."""
        ours, theirs = socket.socketpair()
        launcher = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                close_all_but({0, 1, 2, theirs.fileno()})
                serve(theirs, launcher)
            finally:
                traceback.print_exc()
                os._exit(70)
        theirs.close()
        return cls(pid, ours)

    def order(self, job: Job) -> None:
        """Ask for a fork."""
        self.outstanding[job.order["id"]] = job
        self._send(job.order)

    def go_on(self) -> None:
        """Let it load the next library."""
        self.idle = False
        self._send({"go": True})

    def _send(self, message: Message) -> None:
        with contextlib.suppress(OSError):  # that it ended is seen when its pid is reaped
            send(self.channel, message)

    def messages(self) -> list[Message] | None:
        """What it has said since the last call, without waiting; None once it has ended."""
        try:
            data = self.channel.recv(1 << 16, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return []
        except ConnectionError:
            return None
        *lines, self.unread = (self.unread + data).split(b"\n")
        return [json.loads(line) for line in lines] if data else None
