"""One at a time removes, or forbids that: whoever sweeps, purges or backs up holds one lease."""

from __future__ import annotations

import logging
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final, Literal

from aileron.core.errors import AileronError, Conflict
from aileron.ledger import Lease, Ledger

LEASE: Final = "retention"
LEASE_SECONDS: Final = 60.0
Work = Literal["gc", "backup", "purge"]
logger = logging.getLogger("aileron.retention")


@contextmanager
def alone(ledger: Ledger, work: Work) -> Iterator[None]:
    """Hold the lease for as long as the body takes.

    Raises:
        Conflict: somebody holds it; says what they do.
        Unavailable: the ledger does not answer.
    """
    owner = f"{work}:{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    lease = ledger.leases.acquire(LEASE, owner, LEASE_SECONDS)
    if lease is None:
        raise Conflict(f"retention.{_at_work(ledger)}")
    done = Event()
    thread = Thread(target=_renew, args=(ledger, lease, done), name="retention", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        ledger.leases.release(lease)


def _at_work(ledger: Ledger) -> str:
    """The sentence of what is going on."""
    lease = ledger.leases.get(LEASE)
    work = (lease.owner or "").partition(":")[0] if lease else ""
    return f"{work}_at_work" if work in ("backup", "purge") else "gc_at_work"


def _renew(ledger: Ledger, lease: Lease, done: Event) -> None:
    """Until done or lost. A sweep is alone in its store besides; a backup only warns."""
    while not done.wait(LEASE_SECONDS / 3):
        try:
            ledger.leases.renew(lease, LEASE_SECONDS)
        except Conflict as error:
            logger.warning("somebody else took the lease `%s`: %s", LEASE, error)
            return
        except AileronError as error:
            logger.warning("the lease `%s` was not renewed: %s", LEASE, error)
