"""Single flight: holding the lease of a key while its execution runs, or waiting for it."""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, TypeVar

from aileron.core.errors import Conflict, StepFailed, Unavailable
from aileron.graph.pipeline import Node
from aileron.ledger import Lease, Ledger

LEASE_SECONDS: Final = 30.0
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 1.0

FoundT = TypeVar("FoundT")


@dataclass
class Held:
    """A lease that a thread renews until another has it."""

    lease: Lease
    lost: Conflict | None = None
    """Who has it now, in words."""


def new_owner(run_id: str, node: str, attempt: int) -> str:
    """A name that no other execution has."""
    place = f"{socket.gethostname()}:{os.getpid()}"
    return f"{run_id}/{node}#{attempt}@{place}:{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True)
class Flight:
    """Leases of one project."""

    ledger: Ledger
    project: str
    seconds: float = LEASE_SECONDS

    def wait(
        self,
        name: str,
        owner: str,
        node: Node,
        found: Callable[[], FoundT | None],
        log: Callable[[str], None],
        cancelled: Callable[[], bool],
    ) -> Lease | FoundT:
        """The lease `name`, or what its holder published meanwhile as `found` tells.

        Raises:
            Unavailable: somebody held it for as long as the node itself may run.
            StepFailed: the wait was cancelled.
        """
        deadline = time.monotonic() + node.limits.seconds
        pause, told = FIRST_PAUSE, False
        while True:
            lease = self.ledger.leases.acquire(name, owner, self.seconds, self.project)
            if lease is not None:
                return lease
            holder = self.ledger.leases.get(name, self.project)
            who = holder.owner if holder else "-"
            if not told:
                log(f"Waiting for {who}, which does the same")
                told = True
            if time.monotonic() > deadline:
                limit = node.limits.seconds
                raise Unavailable("run.lease_held", holder=who, node=node.name, limit=limit)
            if cancelled():
                raise StepFailed("run.cancelled", step=node.step)
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 1.5)
            published = found()
            if published is not None:
                return published

    @contextmanager
    def holding(self, lease: Lease) -> Iterator[Held]:
        """Renew `lease` in a thread while the body runs, then give it back."""
        held, done = Held(lease), threading.Event()
        thread = threading.Thread(target=self._renew, args=(held, done), name="lease", daemon=True)
        thread.start()
        try:
            yield held
        finally:
            done.set()
            thread.join()
            self.give_back(lease)

    def give_back(self, lease: Lease) -> None:
        """Let others have it; nothing happens if they have it already."""
        with suppress(Unavailable):  # it runs out by itself
            self.ledger.leases.release(lease)

    def _renew(self, held: Held, done: threading.Event) -> None:
        """Until done or lost. With the ledger out of reach it tries on: the fence decides."""
        while not done.wait(self.seconds / 3):
            try:
                self.ledger.leases.renew(held.lease, self.seconds)
            except Conflict as lost:
                held.lost = lost
                return
            except Unavailable:
                continue
