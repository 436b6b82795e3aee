"""PostgreSQL's own ``pg_dump`` and ``pg_restore``: which one fits a server, and running it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Final

from sqlalchemy import URL, make_url

from aileron.core.errors import StepFailed, Unavailable
from aileron.stack.postgres import wheel_program
from aileron.store.store import PIECE

INSTALLED: Final = Path("/usr/lib/postgresql")
"""Where Debian has the programs of each major version."""


TIMEOUT_VERSION: Final = 17
"""Programs from here on begin by setting `transaction_timeout`, which servers before refuse."""


def fitting(name: str, server: int, dumped: int = 0) -> tuple[Path, int]:
    """The oldest program `name` that is none older than `server` or `dumped`, and its version.

    Args:
        dumped: the version of the ``pg_dump`` that wrote what is to be read.

    Raises:
        Unavailable: there is none, or what it makes could not be restored to such a server.
    """
    wanted = max(server, dumped)
    found = {version: path for path, version in _programs(name) if version >= wanted}
    if not found:
        raise Unavailable("backup.no_program", program=name, version=wanted)
    oldest = min(found)
    if server < TIMEOUT_VERSION <= oldest:
        raise Unavailable("backup.later_program", program=name, version=oldest, server=server)
    return found[oldest], oldest


def dump(url: str, program: Path, snapshot: str) -> Iterator[bytes]:
    """The dump of a database as `snapshot` shows it, in pieces.

    Raises:
        StepFailed: it could not be read to its end.
    """
    arguments = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}")
    with _started(program, arguments, url, stdout=subprocess.PIPE) as process:
        complaints = _Complaints(process.stderr)
        assert process.stdout is not None  # noqa: S101 (it is piped)
        while piece := process.stdout.read(PIECE):
            yield piece
        _check(process, complaints, url)


def load(url: str, program: Path, pieces: Iterable[bytes]) -> None:
    """Fill an empty database from a dump, all of it or nothing.

    Raises:
        StepFailed: the server refused it.
    """
    arguments = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    with _started(program, arguments, url, stdin=subprocess.PIPE) as process:
        complaints = _Complaints(process.stderr)
        assert process.stdin is not None  # noqa: S101 (it is piped)
        with suppress(BrokenPipeError):  # it ended early, and says why
            for piece in pieces:
                process.stdin.write(piece)
        with suppress(BrokenPipeError):
            process.stdin.close()
        _check(process, complaints, url)


@cache
def _programs(name: str) -> tuple[tuple[Path, int], ...]:
    """Every program of that name on this machine, with its major version; later ones win."""
    candidates = [*INSTALLED.glob(f"*/bin/{name}")]
    if on_path := shutil.which(name):
        candidates.append(Path(on_path))
    with suppress(Unavailable):
        candidates.append(wheel_program(name))
    return tuple((path, version) for path in candidates if (version := _version(path)))


def _version(program: Path) -> int | None:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(found[1]) if found else None


def _started(
    program: Path,
    arguments: tuple[str, ...],
    url: str,
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """The program at work on the database; the password is in its environment alone."""
    parsed = make_url(url)
    return subprocess.Popen(
        [program, *arguments, f"--dbname={_conninfo(parsed)}"],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, "PGPASSWORD": parsed.password or "", "LC_ALL": "C"},
    )


def _conninfo(url: URL) -> str:
    from psycopg2.extensions import make_dsn  # type: ignore[import-untyped]

    arguments = url.set(drivername="postgresql").translate_connect_args(
        username="user", database="dbname"
    )
    arguments.pop("password", None)
    return str(make_dsn(**arguments, **url.query))


def _check(process: subprocess.Popen[bytes], complaints: _Complaints, url: str) -> None:
    if process.wait() != 0:
        database, problem = make_url(url).database, complaints.text
        raise StepFailed("backup.database_failed", where=database, problem=problem)


class _Complaints:
    """What a program writes to its standard error, read so that it never waits for a reader."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._stream = stream
        self._data = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        if self._stream is not None:
            self._data = self._stream.read()

    @property
    def text(self) -> str:
        self._thread.join()
        return self._data.decode(errors="replace").strip()[-1000:] or "-"
