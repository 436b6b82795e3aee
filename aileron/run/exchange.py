"""What platform and pod tell each other: small objects in the artifact store.

Below ``executions/KEY/ATTEMPT/`` lie ``request.json``, which the platform writes, and what the pod
writes: ``log/`` and ``metrics/``, in chunks that are named by the number of their first line,
and, last of all, ``result.json``. Lines are numbered once, in the pod, and chunks follow each
other without a gap: a reader that was cut off goes on at the line that it knows.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

from aileron.core.errors import Refused
from aileron.run.logs import LineFollower
from aileron.run.request import Request
from aileron.run.result import Result
from aileron.store import Store

ROOT: Final = "executions/"
CHECKPOINTS: Final = f"{ROOT}checkpoints/"
KEPT_SECONDS: Final = 14 * 24 * 3600.0
"""How long what nobody collected stays, and checkpoints that nobody wrote to."""

LONGEST_CHUNK: Final = 20_000
"""Lines."""

FIRST_PAUSE: Final = 0.3
LONGEST_PAUSE: Final = 5.0
"""Between chunks of the log; the longer a step runs, the longer, or they would be countless."""
NO_STORE: Final = 74
"""Code with which a pod ends that cannot leave its result in the store."""

Stream = Literal["log", "metrics"]


class Exchange:
    """The objects of one execution.

    Args:
        name: of the execution, which is its pod's: ``KEY-ATTEMPT``.
        node: of an execution in several pods, the number of the pod whose log and end are meant.
    """

    def __init__(self, store: Store, name: str, node: int = 0) -> None:
        self.store = store
        self.name = name
        self.node = node
        key, _, attempt = name.rpartition("-")
        self._prefix = f"{ROOT}{key}/{attempt}/"
        self._own = f"{self._prefix}nodes/{node}/" if node else self._prefix

    def write_request(self, request: Request) -> None:
        self.store.write_object(f"{self._prefix}request.json", request.model_dump_json().encode())

    def request(self) -> Request | None:
        """What the pod is asked; None if nobody asks."""
        data = self.store.read_object(f"{self._prefix}request.json")
        return None if data is None else Request.model_validate_json(data)

    def write_result(self, result: Result) -> None:
        """The last word: everything else must have been written."""
        self.store.write_object(f"{self._own}result.json", result.model_dump_json().encode())

    def result(self) -> Result | None:
        """How it ended; None as long as the pod has not said so."""
        data = self.store.read_object(f"{self._own}result.json")
        return None if data is None else Result.model_validate_json(data)

    def write_lines(self, stream: Stream, first: int, lines: list[str]) -> None:
        """Keep `lines`, the first of which has number `first`; numbers begin at 1."""
        data = "".join(f"{line}\n" for line in lines).encode()
        self.store.write_object(f"{self._own}{stream}/{first:010d}", data)

    def lines_after(self, position: int, stream: Stream = "log") -> list[str]:
        """Lines of the next chunk after line `position`, the last of a chunk; [] if none is there.

        Lines of the log are as `aileron.run.logs` writes them, those of metrics are JSON.
        """
        data = self.store.read_object(f"{self._own}{stream}/{position + 1:010d}")
        return [] if data is None else data.decode().split("\n")[:-1]

    def write_address(self, address: str) -> None:
        """Say where this node is."""
        self.store.write_object(f"{self._prefix}addresses/{self.node}", address.encode())

    def addresses(self, nodes: int) -> list[str]:
        """Where the nodes are, in order, as far as they said."""
        keys = (f"{self._prefix}addresses/{node}" for node in range(nodes))
        found = (self.store.read_object(key) for key in keys)
        return [data.decode() for data in found if data is not None]

    def is_wanted(self) -> bool:
        """Whether anybody still waits for the result."""
        return self.store.object_written(f"{self._prefix}request.json") is not None

    def take(self, owner: str) -> None:
        """Say who follows the execution now; who followed it before leaves it alone."""
        self.store.write_object(f"{self._prefix}owner", owner.encode())

    def belongs_to(self, owner: str) -> bool:
        """Whether nobody else follows the execution."""
        return self.store.read_object(f"{self._prefix}owner") in (owner.encode(), None)

    def is_lost(self) -> bool:
        """Whether nobody saw the pod end, so that it may write yet."""
        return self.store.object_written(f"{self._prefix}lost") is not None

    def remove(self, *, lost: bool = False) -> None:
        """Remove all objects.

        Args:
            lost: nobody saw the pod end, and it may write yet: its number is not given again
                as long as that is remembered, which `sweep` ends.
        """
        self.store.remove_objects(self._prefix)
        if lost:
            self.store.write_object(f"{self._prefix}lost", b"")


def pause_after(seconds: float) -> float:
    """The pause before the next chunk of a step that has run for `seconds`."""
    return min(LONGEST_PAUSE, max(FIRST_PAUSE, seconds / 50))


def checkpoint_prefix(request: Request) -> str | None:
    """Below which keys the checkpoint of `request` lies; None if it has none."""
    if request.checkpoint is None:
        return None
    if request.subject is not None:
        return f"{CHECKPOINTS}{request.subject.project}/{request.subject.key}/"
    return f"{CHECKPOINTS}-/{request.checkpoint.name}/"


def attempts(store: Store, key: str) -> set[str]:
    """Names of the executions of `key` that have objects."""
    prefix = f"{ROOT}{key}/"
    keys = store.object_keys(prefix)
    return {f"{key}-{each.removeprefix(prefix).partition('/')[0]}" for each in keys}


def forget(store: Store, key: str) -> None:
    """Remove the objects of all executions of `key`, but not what says that some are lost."""
    for name in attempts(store, key):
        exchange = Exchange(store, name)
        exchange.remove(lost=exchange.is_lost())


def sweep(store: Store, kept_seconds: float = KEPT_SECONDS) -> None:
    """Remove executions and checkpoints to which nothing was written for so long."""
    oldest = time.time() - kept_seconds
    for prefix, written in _groups(store).items():
        if written < oldest:
            with suppress(Refused):  # a name that is none of ours: others put it there
                store.remove_objects(prefix)


def _groups(store: Store) -> dict[str, float]:
    """Prefix of what belongs together -> when the last of it was written."""
    groups: dict[str, float] = {}
    for key, written in store.objects_written(ROOT).items():
        depth = 4 if key.startswith(CHECKPOINTS) else 3
        parts = key.split("/")
        if len(parts) <= depth:  # no object of an execution: others put it there
            continue
        prefix = "/".join(parts[:depth]) + "/"
        groups[prefix] = max(written, groups.get(prefix, 0.0))
    return groups


class Copy:
    """Carries a growing file of lines into its exchange, chunk by chunk."""

    def __init__(self, exchange: Exchange, stream: Stream, path: Path) -> None:
        self._exchange = exchange
        self._stream = stream
        self._follower = LineFollower(path)
        self._waiting: list[str] = []
        self._sent = 0

    def send(self, *, final: bool = False) -> bool:
        """Write a chunk of what is new; whether there was anything.

        A chunk that could not be written is written again as it was: a reader may have it.
        """
        if not self._waiting:
            self._waiting = self._follower.new_lines(final=final)
        chunk = self._waiting[:LONGEST_CHUNK]
        if chunk:
            self._exchange.write_lines(self._stream, self._sent + 1, chunk)
            self._sent += len(chunk)
            del self._waiting[: len(chunk)]
        return bool(chunk)
