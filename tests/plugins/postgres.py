"""Fixtures that need PostgreSQL: one embedded server per session, one database per test.

A fresh database is a copy of a migrated template, which takes about 50 ms.
"""

from __future__ import annotations

import itertools
import random
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine

from aileron.ledger import Ledger
from aileron.stack.postgres import EmbeddedPostgres

TEMPLATE = "ledger_template"
_numbers = itertools.count(1)


def free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kept_port() -> int:
    """A loopback port that is free now, and that nobody gets who asks for any: it may be left and
    taken again."""
    for port in random.sample(range(20_000, 30_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A running server, stopped and deleted at the end of the session."""
    folder = Path(tempfile.mkdtemp(prefix="aileron-postgres-"))
    server = EmbeddedPostgres(folder, durable=False)
    try:
        server.start(free_port())
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def ledger_template(postgres: EmbeddedPostgres) -> str:
    """The name of a migrated database to copy."""
    postgres.ensure_database(TEMPLATE)
    ledger = Ledger(postgres.url(TEMPLATE))
    ledger.migrate()
    ledger.close()
    return TEMPLATE


@pytest.fixture
def ledger_url(postgres: EmbeddedPostgres, ledger_template: str) -> Iterator[str]:
    """The URL of a fresh, migrated database, dropped after the test."""
    name = f"ledger_{next(_numbers)}"
    _administer(postgres, f"CREATE DATABASE {name} TEMPLATE {ledger_template} STRATEGY FILE_COPY")
    yield postgres.url(name)
    _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """A ledger of its own for one test."""
    ledger = Ledger(ledger_url)
    yield ledger
    ledger.close()


def _administer(postgres: EmbeddedPostgres, statement: str) -> None:
    engine = create_engine(
        postgres.url("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
