"""What keeps the ledger up with what is drawn: a thread that looks when told to, and in any case.

Hints only say where to look first. One process does it for a ledger, by a lease.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from typing import Final

from aileron.core.errors import AileronError, Conflict
from aileron.label.leftovers import clear, sweep
from aileron.label.reconcile import reconcile
from aileron.label.source import SampleSource
from aileron.label.studio.port import StudioPort
from aileron.ledger import Lease, Ledger

LEASE: Final = "labelling"
LEASE_SECONDS: Final = 30.0
RENEW_SECONDS: Final = 5.0
TICK_SECONDS: Final = 1.0
ROUND_SECONDS: Final = 30.0
"""All packages at work are looked at so often, hint or not."""
SWEEP_SECONDS: Final = 900.0
CLEAR_SECONDS: Final = 5.0
"""How long projects are deleted at a stretch; the rest is for the next round."""
log = logging.getLogger(__name__)


class Reconciling:
    """Looks at packages from a thread of its own.

    Args:
        samples_of: the samples of a project.
        hook: where Label Studio is to say that something was drawn, and the secret it says;
            the project's number follows the address.
        round_seconds: how often every package at work is looked at.
        after: what is done after each of these rounds.
    """

    def __init__(
        self,
        ledger: Ledger,
        studio: StudioPort,
        samples_of: Callable[[str], SampleSource],
        hook: tuple[str, str] | None = None,
        round_seconds: float = ROUND_SECONDS,
        after: Callable[[], object] = lambda: None,
    ) -> None:
        self._ledger = ledger
        self._studio = studio
        self._samples_of = samples_of
        self._hook = hook
        self._hooked: set[int] = set()
        self._round = round_seconds
        self._after = after
        self._hints: set[int] = set()
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._lease: Lease | None = None
        self._renewed = 0.0
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._thread = threading.Thread(target=self._run, name="reconciling", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Return when nothing is being looked at any more."""
        self._ending.set()
        self._thread.join(20)

    def hint(self, project: int) -> None:
        """Something was drawn in this project of Label Studio, perhaps."""
        with self._lock:
            self._hints.add(project)

    def look(self, projects: set[int] | None = None) -> int:
        """Look at packages now, at all at work if it is not said at which; how much is new."""
        new = 0
        for project, package in self._ledger.labelling.at_work():
            if package.studio_project is None or self._ending.is_set():
                continue
            if projects is not None and package.studio_project not in projects:
                continue
            try:
                samples = self._samples_of(project)
                new += reconcile(self._ledger, self._studio, samples, package)
                self._have_told(package.studio_project)
            except AileronError as error:
                log.warning("package %d: %s", package.id, error)
                if projects is not None:
                    self.hint(package.studio_project)
            except Exception:  # what one holds must not keep the others from being looked at
                log.exception("package %d cannot be looked at", package.id)
        return new

    def _have_told(self, project: int) -> None:
        """Have Label Studio tell this gate, at the address that it has now."""
        if self._hook is None or project in self._hooked:
            return
        url, secret = self._hook
        self._studio.ensure_webhook(project, f"{url}/{project}", secret)
        self._hooked.add(project)

    def _run(self) -> None:
        rounded, swept = 0.0, 0.0
        while not self._ending.wait(TICK_SECONDS):
            try:
                if not self._holds():
                    continue
                now = time.monotonic()
                with self._lock:
                    hints, self._hints = self._hints, set()
                if not rounded or now - rounded > self._round:
                    rounded = now
                    self._look(hints, None)
                    self._follow()
                elif hints:
                    self._look(hints, hints)
                if not swept or now - swept > SWEEP_SECONDS:
                    swept = now if self._tidy() else now - SWEEP_SECONDS + self._round
            except AileronError as error:
                log.warning("%s", error)
            except Exception:
                log.exception("looking at packages failed; it is tried again")
        if self._lease is not None:
            self._ledger.leases.release(self._lease)

    def _look(self, hints: set[int], projects: set[int] | None) -> None:
        """`look`; if it cannot even begin, what was told is told again."""
        try:
            self.look(projects)
        except Exception:
            with self._lock:
                self._hints |= hints
            raise

    def _tidy(self) -> bool:
        """Delete what nobody needs in Label Studio; whether that was all."""
        begun = time.monotonic()
        sweep(self._ledger, self._studio)
        for _ in clear(self._ledger, self._studio):
            late = time.monotonic() - begun > CLEAR_SECONDS
            if late or self._ending.is_set() or not self._holds():
                return False
        return True

    def _follow(self) -> None:
        """Do what is done after a round, which goes on whatever comes of it."""
        try:
            self._after()
        except AileronError as error:
            log.warning("%s", error)
        except Exception:
            log.exception("what follows a round failed; it is tried after the next one")

    def _holds(self) -> bool:
        leases, now = self._ledger.leases, time.monotonic()
        if self._lease is not None and now - self._renewed < RENEW_SECONDS:
            return True
        try:
            if self._lease is None:
                self._lease = leases.acquire(LEASE, self._owner, LEASE_SECONDS)
            else:
                self._lease = leases.renew(self._lease, LEASE_SECONDS)
            self._renewed = now
        except Conflict:  # it ran out while something took long, and another has it
            self._lease = None
        return self._lease is not None
