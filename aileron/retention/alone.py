"""One at a time removes, or forbids that: whoever sweeps, purges or backs up holds one lease."""

from __future__ import annotations

import logging
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

from aileron.core.errors import Conflict
from aileron.ledger import Ledger
from aileron.run.lease import Flight

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
    with Flight(ledger, lease.project, LEASE_SECONDS).holding(lease) as held:
        yield
    if held.lost is not None:  # a sweep is alone in its store besides
        logger.warning("somebody else took the lease `%s` meanwhile: %s", LEASE, held.lost)


def _at_work(ledger: Ledger) -> str:
    """The sentence of what is going on."""
    lease = ledger.leases.get(LEASE)
    work = (lease.owner or "").partition(":")[0] if lease else ""
    return f"{work}_at_work" if work in ("backup", "purge") else "gc_at_work"
