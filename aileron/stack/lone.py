"""The embedded PostgreSQL alone, for work on the databases of a stack that may be down."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aileron.stack.ports import CUSTOMARY, choose, variable
from aileron.stack.postgres import EmbeddedPostgres
from aileron.stack.secret_files import SecretFiles


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """One start or stop of the stack of `home` at a time."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "stack.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def embedded_postgres(home: Path) -> EmbeddedPostgres:
    """The PostgreSQL server of a state directory."""
    password = SecretFiles(home / "secrets").postgres_password_file
    return EmbeddedPostgres(home / "postgres", password_file=password)


@contextmanager
def lone_postgres(home: Path) -> Iterator[EmbeddedPostgres]:
    """The running PostgreSQL server of `home`, its data made if there are none.

    Where it does not run it is started for the while, on any free port, and no stack starts
    meanwhile.

    Raises:
        Unavailable: it does not start.
    """
    server = embedded_postgres(home)
    if server.is_running():
        yield server
        return
    with locked(home):
        server.start(choose(dict.fromkeys(map(variable, CUSTOMARY), "0"), {})["postgres"])
        try:
            yield server
        finally:
            server.stop()
