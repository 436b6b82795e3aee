"""The entry in a pod: ``python -m aileron.run.pod STORE NAME [NODE]``.

It reads the request from its exchange, has `ProcessRunner` execute it, and carries log,
metrics, checkpoint and, last, the result to the store. It is the pod's first process: SIGTERM
cancels the step. What a step leaves behind falls to the runner's launcher, which ends it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from aileron.core.errors import AileronError, NotFound, Unavailable
from aileron.run.carried import Checkpoint
from aileron.run.cgroup import ContainerMemory
from aileron.run.exchange import NO_STORE, Copy, Exchange, checkpoint_prefix, pause_after
from aileron.run.gang_node import Gang
from aileron.run.process import ProcessRunner
from aileron.run.request import Request
from aileron.run.result import Exit, Result
from aileron.run.tree import hide
from aileron.store import open_store

LAST_WORDS: Final = Path("/dev/termination-log")
GRACE_SECONDS: Final = 5.0
"""Between a step's SIGTERM and SIGKILL; shorter than the pod's own."""
PATIENCE: Final = 60.0
"""How long the store may be away when something must be written, seconds."""
CHECKPOINT_PAUSE: Final = 2.0
UMASK: Final = 0o007
"""The group of a shared store may read what the step leaves there."""

T = TypeVar("T")


def main(uri: str, name: str, node: int = 0) -> int:
    """Execute the request of exchange `name`; 0 if it succeeded, 74 if no result can be left.

    Args:
        node: which of several pods this is.
    """
    hide()
    os.umask(UMASK)
    cancelled = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: cancelled.set())
    try:
        exchange = Exchange(open_store(uri), name, node)
        request = exchange.request()
        if request is None:
            raise NotFound("run.no_request", name=name, store=uri)
        result = execute_together(exchange, request, cancelled)
        if _patiently(exchange.is_wanted):
            _patiently(lambda: exchange.write_result(result))
    except AileronError as error:
        _say_last(name, uri, error)
        return NO_STORE
    return 0 if result.state == "succeeded" else 1


def execute_together(exchange: Exchange, request: Request, cancelled: threading.Event) -> Result:
    """`execute`, with the other pods if there are several."""
    if request.nodes == 1:
        return execute(exchange, request, cancelled)
    gang = Gang(exchange, request.step, request.nodes, cancelled)
    patience = request.placement.start_seconds if request.placement else PATIENCE
    try:
        variables = gang.meet(patience)
    except AileronError as error:
        return Result(state="failed", error=error.to_dict(), exit=Exit(reason="error"))
    told = request.model_copy(update={"env": {**request.env, **variables}})
    return gang.conclude(execute(exchange, told, cancelled))


def execute(exchange: Exchange, request: Request, cancelled: threading.Event) -> Result:
    """Run `request` and carry to the store what it leaves, but for the result.

    Raises:
        Unavailable: the store is away.
    """
    runner = ProcessRunner(
        request.folder.with_name("home"),
        launcher=False,
        hard_limits=False,
        grace_seconds=GRACE_SECONDS,
        container=ContainerMemory(),
        umask=UMASK,
    )
    request.write()
    with Carrier(exchange, request) as carrier:
        try:
            return runner.run(
                carrier.request,
                on_log=lambda line: print(line, flush=True),
                cancelled=cancelled.is_set,
            )
        except AileronError as error:
            return Result(state="failed", error=error.to_dict(), exit=Exit(reason="error"))


class Carrier:
    """Carries log, metrics and checkpoint to the store while the step runs, and after it."""

    def __init__(self, exchange: Exchange, request: Request) -> None:
        self._exchange = exchange
        self._copies = (
            Copy(exchange, "log", request.log_path),
            Copy(exchange, "metrics", request.metrics_path),
        )
        prefix, local = checkpoint_prefix(request), request.folder.with_name("checkpoint")
        self._checkpoint = Checkpoint(exchange.store, prefix, local) if prefix else None
        folder = self._checkpoint.folder if self._checkpoint else None
        self.request = request.model_copy(update={"checkpoint": folder})
        """The request, with the checkpoint where it is in this pod."""
        self._keeps = exchange.node == 0
        """Whether the checkpoint is this node's to keep; each node has what was kept."""
        self._done = threading.Event()
        self._threads = [
            threading.Thread(target=self._carry_lines),
            threading.Thread(target=self._carry_checkpoint),
        ]

    def __enter__(self) -> Carrier:
        if self._checkpoint is not None:
            _patiently(self._checkpoint.bring)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()
        if self._checkpoint is not None and self._keeps:
            _patiently(self._checkpoint.keep)
        for copy in self._copies if _patiently(self._exchange.is_wanted) else ():
            while _patiently(lambda copy=copy: copy.send(final=True)):  # type: ignore[misc]
                pass

    def _carry_lines(self) -> None:
        began = time.monotonic()
        while not self._done.wait(pause_after(time.monotonic() - began)):
            with suppress(Unavailable):  # it is sent next time
                for copy in self._copies:
                    copy.send()

    def _carry_checkpoint(self) -> None:
        if self._checkpoint is None or not self._keeps:
            return
        while not self._done.wait(CHECKPOINT_PAUSE):
            with suppress(Unavailable):  # it is kept next time
                self._checkpoint.keep_meanwhile()


def _patiently(do: Callable[[], T]) -> T:
    """What `do` gives, tried again while the store is away for a short time."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return do()
        except Unavailable:
            if time.monotonic() > until:
                raise
            time.sleep(1.0)


def _say_last(name: str, uri: str, error: AileronError) -> None:
    """Tell the cluster what the store cannot be told."""
    print(str(error), file=sys.stderr, flush=True)
    if isinstance(error, Unavailable):
        problem = str(error)[:1000]
        error = Unavailable("run.store_unreachable", name=name, store=uri, problem=problem)
    LAST_WORDS.write_text(json.dumps(error.to_dict()), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
