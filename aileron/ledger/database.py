"""The connection to PostgreSQL, and what the table modules share.

Each family of tables has one module: its tables, its frozen records, and a repository whose
methods are single transactions.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, Self, cast

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    URL,
    Column,
    Connection,
    DateTime,
    Engine,
    MetaData,
    Row,
    Table,
    create_engine,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.types import TypeDecorator

from aileron.core.errors import InvalidInput, Unavailable
from aileron.core.ports import Reference

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
    }
)

Json: Final = JSONB(none_as_null=True)
CONNECT: Final[Mapping[str, Any]] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 20_000,
    "application_name": "aileron",
}
_MISSING_TABLE_OR_COLUMN: Final = ("42P01", "42703")


class ReferenceColumn(TypeDecorator[Reference]):
    """A `Reference`, kept as JSON."""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: Reference | None, _: Any) -> Any:
        return None if value is None else value.model_dump(mode="json")

    def process_result_value(self, value: Any, _: Any) -> Reference | None:
        return None if value is None else Reference.model_validate(value)


class OutputsColumn(TypeDecorator[Mapping[str, Reference]]):
    """Port -> `Reference`, kept as JSON."""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Reference] | None, _: Any) -> Any:
        return {port: r.model_dump(mode="json") for port, r in (value or {}).items()}

    def process_result_value(self, value: Any, _: Any) -> dict[str, Reference]:
        return {port: Reference.model_validate(r) for port, r in (value or {}).items()}


def moment(name: str, *, optional: bool = False) -> Column[datetime]:
    """A point in time by the server's clock; set at insertion unless optional."""
    default = None if optional else func.clock_timestamp()
    return Column(name, DateTime(timezone=True), nullable=optional, server_default=default)


class Record(BaseModel):
    """A row as a frozen value; ``model_dump(mode="json")`` is its JSON form."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls.model_validate(dict(row._mapping))  # noqa: SLF001 (public, despite its name)


class Database:
    """An engine whose failures are sentences."""

    def __init__(self, url: str) -> None:
        parsed = _check(url)
        self.where = f"{parsed.host}:{parsed.port or 5432}/{parsed.database}"
        self.engine = create_engine(parsed, pool_pre_ping=True, connect_args=dict(CONNECT))
        _forget_connections_in_children(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection whose work is committed at the end, or not at all.

        Raises:
            Unavailable: the server cannot be reached, or the tables are not there yet.
        """
        with self.translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn the driver's failures into `Unavailable`."""
        try:
            yield
        except (OperationalError, InterfaceError) as error:
            raise self.unavailable(error.orig) from None
        except PoolTimeout as error:
            raise self.unavailable(error) from None
        except ProgrammingError as error:
            if getattr(error.orig, "pgcode", None) in _MISSING_TABLE_OR_COLUMN:
                raise Unavailable("ledger.not_migrated", where=self.where) from None
            raise

    def driver_connection(self) -> Any:
        """A connection of the driver, outside the pool; the caller closes it."""
        dialect = self.engine.dialect
        arguments, options = dialect.create_connect_args(self.engine.url)
        try:
            return dialect.connect(*arguments, **{**options, **CONNECT})
        except self.failures as error:
            raise self.unavailable(error) from None

    @property
    def failures(self) -> type[Exception]:
        """Base of the driver's own exceptions."""
        return cast("type[Exception]", self.engine.dialect.loaded_dbapi.Error)

    def unavailable(self, error: BaseException | None) -> Unavailable:
        problem = (str(error).strip().splitlines() or ["no reason given"])[0]
        return Unavailable("ledger.unavailable", where=self.where, problem=problem)


def lock_row(connection: Connection, table: Table, **key: Any) -> Row[Any] | None:
    """The row of `table` with that key, locked until the transaction ends."""
    return connection.execute(select(table).filter_by(**key).with_for_update()).one_or_none()


def lock_name(connection: Connection, name: str) -> None:
    """Let one transaction at a time work under `name`, where there is no row to lock yet."""
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def without_nul(text: str | None) -> str | None:
    """`text` as PostgreSQL can keep it: a child's last words may hold NUL bytes."""
    return None if text is None else text.replace("\x00", "")


def _check(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InvalidInput("ledger.bad_url") from None
    if parsed.get_backend_name() != "postgresql" or not parsed.database:
        raise InvalidInput("ledger.bad_url")
    return parsed


def _forget_connections_in_children(engine: Engine) -> None:
    """A forked child may not speak over its parent's connections: it opens its own."""
    reference = weakref.ref(engine)

    def forget() -> None:
        if (inherited := reference()) is not None:
            inherited.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
