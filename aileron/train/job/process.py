"""Runs a job's command in one or several processes, and follows them line by line.

Several processes are the nodes of one group: when one ends badly the others are stopped, and
the group has one ending. The runner's SIGTERM, which the command gets as well, asks the group
to end; what does not is killed, so that the step has time to keep the results.
"""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aileron.run.tree import kill_tree, members

LAST_LINES: Final = 10
"""Lines that the sentence of a failed job repeats."""
LONGEST_LINE: Final = 64 << 10
"""Bytes without a line end that are taken for a line."""
LONGEST_SHOWN: Final = 500
"""Characters of a line that the sentence of a failed job repeats."""
PROGRESS_SECONDS: Final = 5.0
"""Of what a carriage return lets the next text overwrite, as progress bars do, one so often."""
POLL_SECONDS: Final = 0.5
STOP_SECONDS: Final = 10.0
"""Between SIGTERM and SIGKILL for the command."""
LINGER_SECONDS: Final = 1.0
"""How long what a command left running may go on after it."""
_LINE: Final = re.compile(rb"([^\r\n]*)(\n|\r\n|\r(?=[^\n]))")
"""Text and its end; a carriage return at the end of what came may have a line end after it."""


@dataclass(frozen=True)
class Ending:
    """How a group ended."""

    node: int
    """The node that decided it."""
    code: int
    """0 if all ended well; below it, the signal that ended the node."""
    nodes: int = 1
    """How many there were here."""
    lines: Sequence[str] = ()
    """The last that it said."""
    stopped: bool = False
    """Whether somebody asked for the end."""


class StopAsked:
    """Whether this process got SIGTERM."""

    def __init__(self) -> None:
        self.asked = False

    def __bool__(self) -> bool:
        return self.asked

    @contextmanager
    def listening(self) -> Iterator[StopAsked]:
        """Note SIGTERM instead of ending by it."""

        def note(*_: object) -> None:
            self.asked = True

        before = signal.signal(signal.SIGTERM, note)
        try:
            yield self
        finally:
            signal.signal(signal.SIGTERM, before)


@dataclass
class _Node:
    """One process of the group and what it says."""

    number: int
    process: subprocess.Popen[bytes]
    rest: bytes = b""
    last: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    progress: float = 0.0
    """When an overwritten text was said last."""
    ended: float | None = None
    """When its command was seen to have ended."""
    closed: bool = False

    @property
    def over(self) -> bool:
        return self.closed and self.ended is not None

    def lingers(self, now: float, seconds: float) -> bool:
        """Whether its output is still open so long after its command ended."""
        return self.ended is not None and not self.closed and now > self.ended + seconds

    def read(self) -> list[tuple[str, bool]] | None:
        """What came, each with whether it is a whole line; None at the end of the output."""
        assert self.process.stdout is not None  # noqa: S101 - it was asked for
        data = os.read(self.process.stdout.fileno(), 1 << 16)
        said = [(_text(one), end != b"\r") for one, end in self._ended(data)]
        if self.rest and (not data or len(self.rest) > LONGEST_LINE):
            said.append((_text(self.rest), True))
            self.rest = b""
        self.last.extend(line[:LONGEST_SHOWN] for line, _ in said if line.strip())
        return said if data else (said or None)

    def _ended(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The texts that `data` ends, and their ends; of overwritten ones, some."""
        whole, at = self.rest + data, 0
        for found in _LINE.finditer(whole):
            at = found.end()
            now = time.monotonic()
            if found[2] != b"\r":
                yield found[1], found[2]
            elif found[1].strip() and now >= self.progress + PROGRESS_SECONDS:
                self.progress = now
                yield found[1], found[2]
        self.rest = whole[at:]


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r")


class Group:
    """The processes of a job.

    Args:
        on_line: called with a node's number, a line, and whether it is a whole one; else it is
            what the next text overwrites.
        on_poll: called about twice a second.
    """

    def __init__(
        self,
        command: str,
        folder: Path,
        environments: Sequence[Mapping[str, str]],
        on_line: Callable[[int, str, bool], None],
        on_poll: Callable[[], None],
    ) -> None:
        self._on_line = on_line
        self._on_poll = on_poll
        self._selector = selectors.DefaultSelector()
        self._nodes: list[_Node] = []
        self._kill_at: float | None = None
        self._ending: Ending | None = None
        try:
            for number, environment in enumerate(environments):
                self._start(number, command, folder, environment)
        except BaseException:
            self.kill()
            raise

    def follow(self, stop: StopAsked) -> Ending:
        """Until all processes have ended."""
        polled = time.monotonic()
        while not all(node.over for node in self._nodes):
            self._read(POLL_SECONDS if self._kill_at is None else 0.05)
            self._reap(stop)
            if stop and self._ending is None:  # the command has got the signal as well
                self._ending = Ending(0, 0, stopped=True)
                self._kill_at = time.monotonic() + STOP_SECONDS
            self._kill_late()
            if time.monotonic() - polled >= POLL_SECONDS:
                polled = time.monotonic()
                self._on_poll()
        return self._ending or Ending(0, 0)

    def kill(self) -> None:
        """End all of it now."""
        for node in self._nodes:
            kill_tree(node.process.pid)
            node.process.wait()
            if node.process.stdout is not None:
                node.process.stdout.close()
        self._selector.close()

    def _start(
        self, number: int, command: str, folder: Path, environment: Mapping[str, str]
    ) -> None:
        process = subprocess.Popen(
            ["/bin/bash", "-c", command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        node = _Node(number, process)
        self._nodes.append(node)
        assert process.stdout is not None  # noqa: S101 - it was asked for
        os.set_blocking(process.stdout.fileno(), False)
        self._selector.register(process.stdout, selectors.EVENT_READ, node)

    def _read(self, seconds: float) -> None:
        if not self._selector.get_map():
            time.sleep(min(seconds, 0.05))
            return
        for key, _ in self._selector.select(seconds):
            node: _Node = key.data
            lines = node.read()
            for line, whole in lines or ():
                self._on_line(node.number, line, whole)
            if lines is None:
                self._close(node)

    def _close(self, node: _Node) -> None:
        if not node.closed and node.process.stdout is not None:
            self._selector.unregister(node.process.stdout)
            node.closed = True

    def _reap(self, stop: StopAsked) -> None:
        now = time.monotonic()
        for node in self._nodes:
            if node.ended is None and node.process.poll() is not None:
                node.ended = now
                code = node.process.returncode
                if code != 0 and self._ending is None:
                    for _ in range(2):  # what came, and the end of it
                        self._read(0)
                    nodes, lines = len(self._nodes), tuple(node.last)
                    self._end(Ending(node.number, code, nodes, lines, stopped=bool(stop)))
            if self._kill_at is None and node.lingers(now, LINGER_SECONDS):
                kill_tree(node.process.pid)  # what it left running holds its output open
            if self._kill_at is None and node.lingers(now, 2 * LINGER_SECONDS):
                self._close(node)  # in a session of its own; the runner ends that

    def _end(self, ending: Ending) -> None:
        """Decide how it ends, and ask the others to end."""
        self._ending = ending
        self._kill_at = time.monotonic() + STOP_SECONDS
        for node in self._nodes:
            if node.ended is None:
                for pid in members(node.process.pid):
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGTERM)

    def _kill_late(self) -> None:
        if self._kill_at is not None and time.monotonic() > self._kill_at:
            for node in self._nodes:
                if not node.over:
                    kill_tree(node.process.pid)
                    self._close(node)
