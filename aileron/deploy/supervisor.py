"""``python -m aileron.deploy.supervisor``: makes service processes follow the ledger.

One supervisor works for a ledger: a lock on HOME keeps out a second one here, a lease a
second one elsewhere. Killed, it leaves its services running, and the next one takes them
over; told to stop (SIGTERM), it stops them.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import socket
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from aileron.core.errors import AileronError, Conflict, NotFound, Refused, Unavailable
from aileron.core.settings import Settings
from aileron.deploy.gateway_client import gateway_client
from aileron.deploy.places import Place
from aileron.deploy.process import RevisionProcess, running_services
from aileron.deploy.reconcile import Reconciler
from aileron.deploy.targets import Targets
from aileron.deploy.worker import SERVED, Status, Tools, Worker
from aileron.ledger import GONE, Desired, Lease, Ledger, Revision, RevisionState

LEASE: Final = "supervisor"
LEASE_SECONDS: Final = 15.0
RENEW_SECONDS: Final = 4.0
TICK_SECONDS: Final = 1.0
RECONCILE_SECONDS: Final = 5.0
logger = logging.getLogger("aileron.supervisor")


class Supervisor:
    """Holds a worker for each revision that should run, or still does."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._workers: dict[str, Worker] = {}
        self._told: dict[str, Status] = {}
        self._owner = f"{_place_of(settings.home)}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._lease: Lease | None = None
        self._renewed = 0.0
        self._tidied = False
        self._targets = Targets(settings, lambda: ledger.installation)
        self._tools = Tools(
            target=self._targets.of,
            gateway=lambda: gateway_client(settings) if settings.gateway_url else None,
            changed=self._wake.set,
        )
        self._reconciler = Reconciler(settings, ledger, self._targets)

    def end(self) -> None:
        """Have `run` stop all services and return."""
        self._ending.set()
        self._wake.set()

    def run(self) -> None:
        """Work until told to end.

        Raises:
            Conflict: a supervisor elsewhere took over; the services here are stopped.
        """
        self._take_lease()
        for work in (self._listen, self._reconcile):
            threading.Thread(target=work, daemon=True).start()
        logger.info("supervising %s", self._settings.home / "services")
        try:
            while not self._ending.is_set():
                self._tick()
                self._wake.wait(TICK_SECONDS)
                self._wake.clear()
        finally:
            self._stop_all()
        self._say_goodbye()

    def _tick(self) -> None:
        try:
            if self._lease is not None and time.monotonic() - self._renewed > RENEW_SECONDS:
                self._lease = self._ledger.leases.renew(self._lease, LEASE_SECONDS)
                self._renewed = time.monotonic()
            if not self._tidied:
                self._end_strangers()
                self._tidied = True
            self._follow()
        except Unavailable as error:
            logger.warning("services run on as they are: %s", error)
            self._ending.wait(TICK_SECONDS)

    def _follow(self) -> None:
        """Start and stop workers as the ledger wants it, and tell it what they see."""
        services = self._ledger.services.list()
        running = {(s.project, s.name) for s in services if s.desired == Desired.RUNNING}
        revisions = {revision.id: revision for revision in self._ledger.revisions.active()}
        wanted = {
            name: revision
            for name, revision in revisions.items()
            if revision.desired == Desired.RUNNING
            and (revision.project, revision.service) in running
        }
        for name, worker in list(self._workers.items()):
            if name not in wanted:
                worker.leave()
            if self._is_over(worker) and (name not in wanted or _asked_again(wanted[name])):
                del self._workers[name]
        for name, revision in wanted.items():
            if name not in self._workers:
                self._worker(revision).start()
            self._workers[name].revision = revision
        for name in revisions.keys() - wanted.keys() - self._workers.keys():
            self._end_unwanted(revisions[name])
        self._tell(revisions)

    def _is_over(self, worker: Worker) -> bool:
        """It has ended, and the ledger knows how."""
        return not worker.is_alive() and self._told.get(worker.revision.id) == worker.status

    def _worker(self, revision: Revision) -> Worker:
        self._workers[revision.id] = worker = Worker(revision, self._tools)
        self._told[revision.id] = worker.status
        return worker

    def _end_unwanted(self, revision: Revision) -> None:
        """A revision that should not run and has no worker: left by an earlier supervisor."""
        if revision.state not in GONE:
            worker = self._worker(revision)
            worker.leave()  # before it starts: it must launch nothing
            worker.start()

    def _end_strangers(self) -> None:
        """End service processes under HOME of revisions that the ledger does not know."""
        known = {
            Place.of_revision(self._settings.home, revision).announce
            for revision in self._ledger.revisions.active()
        }
        for process, announce in running_services():
            if announce.is_relative_to(self._settings.home / "services") and announce not in known:
                logger.warning("ending process %d, which no revision wants", process.pid)
                RevisionProcess(Place(announce.parent), process).stop()

    def _tell(self, rows: Mapping[str, Revision]) -> None:
        """Report each status that the ledger does not have; someone may have overwritten it."""
        for name, worker in self._workers.items():
            status = worker.status
            if worker.is_leaving and status.state in SERVED:
                continue  # who wants it to serve again waits for the next worker's word
            row = rows.get(name)
            known = row is None or (row.state, row.address, row.pid) == (
                status.state,
                status.address,
                status.pid,
            )
            if not known or self._told.get(name) != status:
                self._report(worker.revision, status)
                self._told[name] = status

    def _report(self, revision: Revision, status: Status) -> None:
        try:
            self._ledger.revisions.report(
                revision.project,
                revision.service,
                revision.number,
                status.state,
                status.address,
                status.pid,
                status.reason,
            )
        except NotFound:
            logger.warning("%s is no longer in the ledger", revision.id)

    def _stop_all(self) -> None:
        for worker in self._workers.values():
            worker.leave(at_once=True)
        for worker in self._workers.values():
            worker.join()

    def _say_goodbye(self) -> None:
        try:
            self._tell({})
            if self._lease is not None:
                self._ledger.leases.release(self._lease)
        except Unavailable as error:
            logger.warning("stopped all services, which the ledger could not be told: %s", error)

    def _take_lease(self) -> None:
        """Wait for the lease. One left by a dead supervisor of this HOME is ended first."""
        while self._lease is None and not self._ending.is_set():
            try:
                holder = self._ledger.leases.get(LEASE)
                if holder and holder.owner.startswith(_place_of(self._settings.home) + ":"):
                    self._ledger.leases.release(holder)
                self._lease = self._ledger.leases.acquire(LEASE, self._owner, LEASE_SECONDS)
            except Unavailable as error:
                logger.warning("waiting for the ledger: %s", error)
            if self._lease is None:
                self._ending.wait(TICK_SECONDS)
        self._renewed = time.monotonic()

    def _listen(self) -> None:
        while not self._ending.is_set():
            try:
                for change in self._ledger.changes(timeout=5):
                    if change is None or change.table in ("services", "revisions"):
                        self._wake.set()
                    if change is None or change.table in ("champions", "revisions"):
                        self._reconciler.wake()
            except Unavailable:
                self._ending.wait(TICK_SECONDS)

    def _reconcile(self) -> None:
        while not self._ending.is_set():
            try:
                self._reconciler.repair()
            except AileronError as error:
                logger.warning("not reconciled: %s", error)
            except Exception:
                logger.exception("not reconciled")
            self._reconciler.wait(RECONCILE_SECONDS)


def main() -> int:
    """Supervise until SIGTERM or SIGINT; exit status 1 if another supervisor is at work."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = Settings.load()
    ledger = Ledger(settings.require("ledger_url"), actor="supervisor")
    try:
        with only_one(settings.home):
            supervisor = Supervisor(settings, ledger)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: supervisor.end())
            supervisor.run()
    except (Refused, Conflict) as error:
        logger.error("%s", error)  # noqa: TRY400 a sentence, not a trace
        return 1
    finally:
        ledger.close()
    return 0


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the lock that keeps a second supervisor from this HOME.

    Raises:
        Refused: one is at work.
    """
    path = home / "services" / "supervisor.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("deploy.second_supervisor", where=str(home)) from None
        yield


def _asked_again(revision: Revision) -> bool:
    """Somebody set a revision that had failed or stopped back to starting."""
    return revision.state in (RevisionState.STARTING, RevisionState.STOPPED)


def _place_of(home: Path) -> str:
    return f"{socket.gethostname()}:{home}"


if __name__ == "__main__":
    sys.exit(main())
