"""The process that reads pictures and rows, started when it is needed; see `reading`.

It answers one question after the other. One that hangs or dies is replaced by the next question.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, Final

from aileron.core.errors import AileronError
from aileron.core.settings import SILENT

SECONDS: Final = 60.0
"""How long one answer may take."""
PIECE: Final = 1 << 16


class Worker:
    """Asks the process and gives back what it says. Threads may share it.

    Args:
        refuses: makes the error of what the process refuses, or of its end; from the problem.
    """

    def __init__(self, refuses: Callable[[Any], AileronError]) -> None:
        self._refuses = refuses
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, question: str, **values: Any) -> tuple[str, bytes]:
        """The type and the bytes of the answer; an error if there is none, which says why."""
        line = json.dumps({"ask": question, "values": values}).encode() + b"\n"
        with self._lock:
            try:
                head, content = self._exchange(line)
            except (OSError, EOFError, TimeoutError):
                self._end()
                try:  # it was idle and ended just now, or something broke it: once more
                    head, content = self._exchange(line)
                except (OSError, EOFError, TimeoutError) as error:
                    problem = str(error) or type(error).__name__
                    self._end()
                    raise self._refuses(problem) from None
        if "error" in head:
            raise self._refuses(head["error"])
        return head["type"], content

    def close(self) -> None:
        """End the process; a later question starts another."""
        with self._lock:
            self._end()

    def _exchange(self, line: bytes) -> tuple[dict[str, Any], bytes]:
        process = self._running()
        _pipe(process.stdin).write(line)
        _pipe(process.stdin).flush()
        answers = _Answers(_pipe(process.stdout).fileno(), time.monotonic() + SECONDS)
        head: dict[str, Any] = json.loads(answers.line())
        return head, answers.exactly(head["size"])

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "aileron.client.local.browsing.reading"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**SILENT, "PATH": "", "OMP_NUM_THREADS": "1"},
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                _pipe(pipe).close()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    """A pipe that was asked for, and so is there."""
    if pipe is None:
        raise OSError("the process has no such pipe")
    return pipe


class _Answers:
    """The output of the process, until a deadline."""

    def __init__(self, pipe: int, deadline: float) -> None:
        self._pipe = pipe
        self._deadline = deadline
        self._kept = bytearray()

    def line(self) -> bytes:
        while (end := self._kept.find(b"\n")) < 0:
            self._more()
        found = bytes(self._kept[:end])
        del self._kept[: end + 1]
        return found

    def exactly(self, size: int) -> bytes:
        while len(self._kept) < size:
            self._more()
        return bytes(self._kept[:size])

    def _more(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0 or not select.select([self._pipe], [], [], left)[0]:
            raise TimeoutError(f"no answer within {SECONDS:.0f} s")
        piece = os.read(self._pipe, PIECE)
        if not piece:
            raise EOFError("the process ended")
        self._kept += piece
