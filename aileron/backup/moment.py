"""One moment of several databases, as if the machine had lost its power then.

PostgreSQL has no snapshot of several databases. But what other databases say that follows from
the ledger follows from rows that are committed there, and every change of the ledger that
matters writes an event. So the table of events is held for the few milliseconds in which a
snapshot of each database is taken and the data repository's references are read: nobody can
do something in between that another snapshot does not know of. ADR 25 has the argument.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aileron.backup.databases import LEDGER, Urls, connect, query, revision_of
from aileron.core.errors import Unavailable

WAIT: Final = "2s"
"""So long writers may queue behind a backup that itself waits for one of them."""
ATTEMPTS: Final = 30


@dataclass(frozen=True)
class Snapshot:
    """One database as it was; others can read it while `Moment` holds it."""

    url: str
    id: str
    server: int
    revision: str | None


@dataclass(frozen=True)
class Moment:
    """What was true at one moment."""

    time: datetime
    pause_ms: float
    snapshots: Mapping[str, Snapshot]
    """By name of the database."""
    references: Mapping[str, str]
    """Of the data repository: reference -> commit."""
    installation: str
    open_runs: int


@contextmanager
def one_moment(urls: Urls, references: Callable[[], Mapping[str, str]]) -> Iterator[Moment]:
    """Hold the state of all databases and references of one moment; writers go on meanwhile.

    Raises:
        Unavailable: a server does not answer, the ledger has no tables, or it did not come to
            rest.
    """
    with ExitStack() as stack:
        readers = {name: _reader(stack, url) for name, url in urls.items()}
        holder = _connection(stack, urls[LEDGER])
        _require_tables(holder)
        _hold(holder)
        held = time.monotonic()
        ids = {name: _take(reader) for name, reader in readers.items()}
        known = dict(references())
        holder.rollback()
        pause_ms = round((time.monotonic() - held) * 1000, 1)
        ledger = readers[LEDGER]
        yield Moment(
            time=query(ledger, "SELECT transaction_timestamp()")[0][0],
            pause_ms=pause_ms,
            snapshots={
                name: Snapshot(
                    urls[name],
                    ids[name],
                    reader.server_version // 10_000,
                    revision_of(reader, name),
                )
                for name, reader in readers.items()
            },
            references=known,
            installation=_installation(ledger),
            open_runs=query(
                ledger, "SELECT count(*) FROM runs WHERE state IN ('planned', 'running')"
            )[0][0],
        )


def _connection(stack: ExitStack, url: str) -> Any:
    connection = connect(url)
    stack.callback(connection.close)
    return connection


def _reader(stack: ExitStack, url: str) -> Any:
    """A connection that sees one moment from its first query on, for as long as it is needed."""
    connection = _connection(stack, url)
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
    connection.commit()
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    return connection


def _require_tables(holder: Any) -> None:
    if query(holder, "SELECT to_regclass('events') IS NULL") == [(True,)]:
        raise Unavailable("backup.no_ledger_tables")
    holder.rollback()


def _hold(holder: Any) -> None:
    """Wait until no change of the ledger is under way, and let none begin."""
    import psycopg2  # type: ignore[import-untyped]

    for _ in range(ATTEMPTS):
        try:
            with holder.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
                cursor.execute("LOCK TABLE events IN EXCLUSIVE MODE")
        except psycopg2.errors.LockNotAvailable:
            holder.rollback()
        else:
            return
    raise Unavailable("backup.no_rest", attempts=ATTEMPTS, seconds=WAIT)


def _take(reader: Any) -> str:
    return str(query(reader, "SELECT pg_export_snapshot()")[0][0])


def _installation(ledger: Any) -> str:
    """Its name; empty in a ledger that is older than such names."""
    if query(ledger, "SELECT to_regclass('installation') IS NULL") == [(True,)]:
        return ""
    return str(query(ledger, "SELECT name FROM installation")[0][0])
