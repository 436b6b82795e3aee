"""Reading databases through SQLAlchemy: read-only, with an end in time, row by row.

PostgreSQL and MySQL keep the rows and send them in batches (a server-side cursor), so memory
stays flat. The account's own rights are the last word: give a connection one that only reads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aileron.core.errors import InvalidInput, Unavailable
from aileron.data.sources.connections import (
    Connections,
    Database,
    MysqlConnection,
    PostgresConnection,
    SqliteConnection,
)
from aileron.data.sources.select import checked_select
from aileron.data.sources.server_path import allowed_path
from aileron.data.sources.spec import SqlPlace

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, CursorResult, Engine

BATCH_ROWS: Final = 50_000
"""Also rows of one group of the Parquet file."""


@dataclass(frozen=True)
class Rows:
    """An open result: what the driver says of the columns, and the rows in batches."""

    description: Sequence[Sequence[Any]]
    """As PEP 249 has it: name, type code, ..., precision, scale, ..."""
    batches: Iterator[Sequence[Sequence[Any]]]

    @property
    def names(self) -> list[str]:
        return [str(column[0]) for column in self.description]


class Reader:
    """One database of a connection.

    Args:
        seconds: how long one statement may take.
    """

    def __init__(self, database: Database, connections: Connections, seconds: float) -> None:
        self.kind = database.kind
        self.where = where_of(database)
        self._database = database
        self._connections = connections
        self._seconds = seconds

    def statement(self, place: SqlPlace) -> str:
        """The SELECT that `place` means.

        Raises:
            InvalidInput: it is not one statement that only reads.
        """
        if place.select is not None:
            return checked_select(self.kind, place.select)
        quote = "`" if self.kind == "mysql" else '"'
        name = ".".join(f"{quote}{part}{quote}" for part in str(place.table).split("."))
        return f"SELECT * FROM {name}"  # noqa: S608 - its parts hold no quotes

    @contextmanager
    def rows(self, statement: str, batch: int = BATCH_ROWS) -> Iterator[Rows]:
        """Run `statement` in a read-only transaction.

        Raises:
            Unavailable: the database does not answer, or the statement took too long.
            InvalidInput: the database refuses the statement.
        """
        with self._connected() as connection, self._in_time(connection):
            options = {"stream_results": True, "max_row_buffer": batch, "no_parameters": True}
            result = connection.execution_options(**options).exec_driver_sql(statement)
            with result:
                yield Rows(_description(result), _batches(result, batch))

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        from sqlalchemy.exc import DBAPIError, SQLAlchemyError

        engine = self._engine()
        try:
            with engine.connect() as connection:
                for line in _opening(self.kind, self._seconds, connection):
                    connection.exec_driver_sql(line)
                yield connection
        except DBAPIError as error:
            raise self._said(error.orig, lost=error.connection_invalidated) from None
        except SQLAlchemyError as error:
            raise Unavailable(
                "data.sources.database_said", where=self.where, problem=str(error)[:300]
            ) from None
        except Exception as error:  # a driver raises its own while rows are read
            if _is_of_driver(error):
                raise self._said(error, lost=False) from None
            raise
        finally:
            engine.dispose()

    @contextmanager
    def _in_time(self, connection: Connection) -> Iterator[None]:
        """SQLite has no limit of time; a timer interrupts it."""
        if self.kind != "sqlite":
            yield
            return
        raw = connection.connection.driver_connection
        timer = threading.Timer(self._seconds, raw.interrupt) if raw else None
        if timer is not None:
            timer.daemon = True
            timer.start()
        try:
            yield
        finally:
            if timer is not None:
                timer.cancel()

    def _engine(self) -> Engine:
        from sqlalchemy import NullPool, create_engine

        url, arguments = self._address()
        try:
            return create_engine(url, poolclass=NullPool, connect_args=dict(arguments))
        except ImportError:
            raise Unavailable(
                "data.sources.no_driver", what=self.kind, package=_PACKAGES[self.kind]
            ) from None

    def _address(self) -> tuple[URL, Mapping[str, Any]]:
        from sqlalchemy import URL

        found, limits = self._database, self._connections.limits
        if isinstance(found, SqliteConnection):
            path = allowed_path(found.database, self._connections)
            query = {"mode": "ro", "uri": "true"}
            url = URL.create("sqlite", database=path.as_uri(), query=query)
            return url, {"timeout": limits.connect_seconds}
        url = URL.create(
            _DRIVERS[found.kind],
            username=found.user,
            password=self._connections.secret(found.password),
            host=found.host,
            port=found.port,
            database=found.database,
        )
        patience = max(1, round(limits.connect_seconds))
        if isinstance(found, PostgresConnection):
            options = "-c standard_conforming_strings=on -c default_transaction_read_only=on"
            more = {"sslmode": found.tls, "options": options, "application_name": "aileron"}
            return url, {"connect_timeout": patience, **more}
        return url, _mysql_arguments(found, patience, self._seconds)

    def _said(self, error: BaseException | None, *, lost: bool) -> Exception:
        """The driver's error: the statement's fault, or the server's."""
        numbers = error.args if error is not None else ()
        problem = " ".join(str(part) for part in numbers).strip()[:500] or "-"
        slow = ("statement timeout", "max_statement_time", "interrupted", "maximum statement")
        if any(mark in problem for mark in slow):
            return Unavailable(
                "data.sources.too_slow", where=self.where, seconds=f"{self._seconds:g}"
            )
        kind = type(error).__name__
        if not lost and kind not in ("OperationalError", "InterfaceError"):
            return InvalidInput("data.sources.database_said", where=self.where, problem=problem)
        return Unavailable("data.sources.database_said", where=self.where, problem=problem)


_DRIVERS: Final = {"postgresql": "postgresql+psycopg2", "mysql": "mysql+pymysql"}
_PACKAGES: Final = {"postgresql": "psycopg2-binary", "mysql": "pymysql", "sqlite": "sqlite3"}


def where_of(database: Database) -> str:
    """The address of a database, for sentences; without user and password."""
    if isinstance(database, SqliteConnection):
        return f"sqlite:{database.database}"
    return f"{database.kind}://{database.host}:{database.port}/{database.database}"


def _opening(kind: str, seconds: float, connection: Connection) -> Iterator[str]:
    """What makes the transaction read-only and gives it an end in time."""
    if kind == "postgresql":
        yield "SET TRANSACTION READ ONLY"
        yield f"SET LOCAL statement_timeout = {round(seconds * 1000)}"
    elif kind == "mysql":
        if getattr(connection.dialect, "is_mariadb", False):
            yield f"SET SESSION max_statement_time = {seconds:.3f}"
        else:
            yield f"SET SESSION max_execution_time = {round(seconds * 1000)}"
        yield "COMMIT"
        yield "START TRANSACTION READ ONLY"
    else:
        yield "PRAGMA query_only = ON"


def _mysql_arguments(found: MysqlConnection, patience: int, seconds: float) -> Mapping[str, Any]:
    import ssl

    secure = {"ssl": ssl.create_default_context()} if found.tls else {}
    return {
        "connect_timeout": patience,
        "read_timeout": round(seconds) + patience,
        "charset": "utf8mb4",
        "local_infile": False,
        **secure,
    }


def _description(result: CursorResult[Any]) -> Sequence[Sequence[Any]]:
    if result.cursor is None or result.cursor.description is None:
        raise InvalidInput("data.sources.no_rows")
    return list(result.cursor.description)


def _batches(result: CursorResult[Any], batch: int) -> Iterator[Sequence[Sequence[Any]]]:
    while rows := result.fetchmany(batch):
        yield rows


def _is_of_driver(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] in ("psycopg2", "pymysql", "sqlite3")
