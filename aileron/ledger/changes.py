"""News of changes, by PostgreSQL's NOTIFY: gateway and supervisor act within milliseconds.

A notice says that something of a service changed, not what: the reader reads the rows anew.
A lost connection loses notices, so readers also look after each timeout.
"""

from __future__ import annotations

import asyncio
import json
import select as sockets
from collections.abc import AsyncIterator, Iterator
from typing import Final, Literal

from sqlalchemy import Connection, func, select

from aileron.ledger.database import Database, Record

CHANNEL: Final = "aileron"
ChangedTable = Literal["services", "revisions", "routes", "champions"]


class Change(Record):
    """Rows of `table` that belong to service (or champion's model) `name` changed."""

    table: ChangedTable
    project: str
    name: str


def notify(connection: Connection, table: ChangedTable, project: str, name: str) -> None:
    """Tell the listeners, if and when `connection`'s transaction commits."""
    payload = json.dumps({"table": table, "project": project, "name": name})
    connection.execute(select(func.pg_notify(CHANNEL, payload)))


def changes(database: Database, timeout: float) -> Iterator[Change | None]:
    """Changes as they come; None at once when listening begins and after each quiet `timeout`.

    Raises:
        Unavailable: the connection cannot be made, or broke. Ask again.
    """
    listener = Listener(database)
    try:
        yield None
        while True:
            if sockets.select([listener], [], [], timeout)[0]:
                yield from listener.received()
            else:
                yield None
    finally:
        listener.close()


async def changes_async(database: Database, timeout: float) -> AsyncIterator[Change | None]:
    """`changes` for an event loop."""
    listener = await asyncio.to_thread(Listener, database)
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(listener.fileno(), readable.set)
    try:
        yield None
        while True:
            try:
                await asyncio.wait_for(readable.wait(), timeout)
            except TimeoutError:
                yield None
                continue
            readable.clear()
            for change in listener.received():
                yield change
    finally:
        loop.remove_reader(listener.fileno())
        listener.close()


class Listener:
    """A connection of its own that listens on the channel; can be waited for like a socket."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.driver_connection()
        try:
            self._connection.autocommit = True
            self._connection.cursor().execute(f"LISTEN {CHANNEL}")
        except database.failures as error:
            self._connection.close()
            raise database.unavailable(error) from None
        self._descriptor = int(self._connection.fileno())

    def fileno(self) -> int:
        return self._descriptor

    def received(self) -> list[Change]:
        """What has come since the last call; does not wait."""
        try:
            self._connection.poll()
        except self._database.failures as error:
            raise self._database.unavailable(error) from None
        notices, self._connection.notifies[:] = list(self._connection.notifies), []
        return [Change.model_validate_json(notice.payload) for notice in notices]

    def close(self) -> None:
        self._connection.close()
