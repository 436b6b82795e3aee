"""The process of one revision: started in a session of its own, or found running.

A process is recognised by its command line, which names its revision's announce file: no
pid file can be stale and no process can be lost between its start and a note of it. So a
supervisor that was killed leaves services running, and the next one takes them over.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final, Self

import psutil

from aileron.deploy.places import Place, last_lines
from aileron.deploy.running import Running, Target
from aileron.ledger import Revision
from aileron.package.environment import serving_environment
from aileron.package.launch import command, environment
from aileron.store import Store

DRAIN_SECONDS: Final = 0.1
"""A process is told to stop only when nothing is routed to it; it need not wait for more."""
STOP_SECONDS: Final = 30.0
POLL: Final = 0.02


class RevisionProcess(Running):
    """A running revision, child of this process or not."""

    ready_poll: ClassVar[float] = 0.05
    watch_poll: ClassVar[float] = 0.25
    pid: int

    def __init__(
        self, place: Place, process: psutil.Process, child: subprocess.Popen[bytes] | None = None
    ) -> None:
        self._place = place
        self._process = process
        self._child = child
        self.pid = process.pid

    @classmethod
    def launch(cls, place: Place, python: Path) -> Self:
        """Start the package that lies in `place`."""
        place.announce.unlink(missing_ok=True)
        words = command(
            python,
            place.package,
            announce=place.announce,
            drain_seconds=DRAIN_SECONDS,
            stop_seconds=STOP_SECONDS,
        )
        with place.log.open("ab") as log:
            child = subprocess.Popen(
                words,
                cwd=place.folder,
                env=dict(environment(place.package)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(place, psutil.Process(child.pid), child)

    @classmethod
    def find(cls, place: Place) -> Self | None:
        """The process that an earlier supervisor started, if it runs."""
        for process, announce in running_services():
            if announce == place.announce:
                return cls(place, process)
        return None

    def address(self) -> str | None:
        """``host:port``, once it takes requests."""
        if not self._place.announce.is_file():
            return None
        said = json.loads(self._place.announce.read_text(encoding="utf-8"))
        return f"{said['host']}:{said['port']}" if said["pid"] == self.pid else None

    def exit_code(self) -> int | None:
        """None while it runs; nobody has the code of a process that was taken over: 0."""
        if self._child is not None:
            return self._child.poll()
        return None if _is_alive(self._process) else 0

    def is_alive(self) -> bool:
        return self.exit_code() is None

    def ended(self) -> str | None:
        if self.is_alive():
            return None
        return f"its process ended with status {self.exit_code()}\n{self._words()}".strip()

    def trouble(self) -> str | None:
        return self._words() or None

    def hopeless(self) -> bool:
        return False

    def follow(self, revision: Revision) -> None:
        """Nothing of a process changes while it runs; it writes its log itself."""

    def _words(self) -> str:
        return last_lines(self._place.log)

    def stop(self, grace: float = STOP_SECONDS + 5) -> None:
        """Ask it to end what is in flight and go; kill it after `grace` seconds."""
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + grace
        while self.is_alive() and time.monotonic() < deadline:
            time.sleep(POLL)
        self.kill()

    def kill(self) -> None:
        """End it and whatever it started, at once."""
        for process in (*_children(self._process), self._process):
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        while self.is_alive():
            time.sleep(POLL)

    def _signal(self, number: int) -> None:
        try:
            self._process.send_signal(number)
        except psutil.NoSuchProcess:
            return


class ProcessTarget(Target):
    """This machine: a process in an environment of its own."""

    independent: ClassVar[bool] = False

    def __init__(self, home: Path, store: Store, revision: Revision) -> None:
        self._home = home
        self._store = store
        self._revision = revision
        self._place = Place.of_revision(home, revision)

    def find(self) -> Running | None:
        return RevisionProcess.find(self._place)

    def launch(self) -> Running:
        place = self._place
        place.folder.mkdir(parents=True, exist_ok=True)
        if not place.package.exists():
            self._store.fetch(self._revision.package, place.package)
        python = serving_environment(place.package / "requirements.txt", self._home)
        return RevisionProcess.launch(place, python)

    def remove(self) -> None:
        self._place.remove()


def running_services() -> Iterator[tuple[psutil.Process, Path]]:
    """Processes of this user that serve a revision, with their announce files."""
    for process in psutil.process_iter():
        try:
            words = process.cmdline() if process.uids().real == os.getuid() else []
        except psutil.Error:
            continue
        if "aileron_service" in words and "--announce" in words[:-1]:
            yield process, Path(words[words.index("--announce") + 1])


def stop_all(home: Path, grace: float = 10.0) -> list[int]:
    """Stop every service process of `home`, whoever started it; their pids."""
    found = [
        RevisionProcess(Place(announce.parent), process)
        for process, announce in running_services()
        if announce.is_relative_to(home / "services")
    ]
    for service in found:
        service._signal(signal.SIGTERM)  # noqa: SLF001 all at once, then wait for each
    for service in found:
        service.stop(grace)
    return [service.pid for service in found]


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
