"""Where a revision's files lie on the machine that runs it: ``HOME/services/...``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aileron.ledger import Revision

LAST_BYTES = 16_384


@dataclass(frozen=True)
class Place:
    """One revision's files. The log lies beside the folder, so that it outlives it."""

    folder: Path

    @classmethod
    def of(cls, home: Path, project: str, service: str, number: int) -> Place:
        return cls(home / "services" / project / service / str(number))

    @classmethod
    def of_revision(cls, home: Path, revision: Revision) -> Place:
        return cls.of(home, revision.project, revision.service, revision.number)

    @property
    def package(self) -> Path:
        """The package, read-only, as the store has it."""
        return self.folder / "package"

    @property
    def announce(self) -> Path:
        """Written by the process once it is ready; its name marks the process's command line."""
        return self.folder / "announce.json"

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")

    def remove(self) -> None:
        """Delete all but the log."""
        shutil.rmtree(self.folder, ignore_errors=True)


def announce_files(home: Path) -> Iterator[Path]:
    """Those of all revisions that were ever started here."""
    return (home / "services").glob("*/*/*/announce.json")


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, for an error message; empty if there is none."""
    if not log.is_file():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - LAST_BYTES))
        text = file.read().decode("utf-8", errors="replace")
    return "\n".join(text.strip().splitlines()[-count:])
