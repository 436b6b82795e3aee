"""The ledger as a whole: migrations, faults of the server, forks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from plugins.postgres import free_port
from sqlalchemy import create_engine, text

from aileron.core.errors import InvalidInput, Unavailable
from aileron.ledger import Ledger
from aileron.ledger.database import metadata
from aileron.ledger.migrate import VERSION_TABLE
from aileron.stack.postgres import EmbeddedPostgres


@pytest.fixture
def empty_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database without tables."""
    postgres.ensure_database("empty")
    url = postgres.url("empty")
    yield url
    engine = create_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE empty WITH (FORCE)"))
    engine.dispose()


def test_the_migrations_make_exactly_the_tables_of_the_code(ledger: Ledger) -> None:
    with ledger._database.engine.connect() as connection:
        options = {"version_table": VERSION_TABLE, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(ledger: Ledger) -> None:
    ledger.events.append("default", "alice", "test.done", "test:1")
    ledger.migrate()
    assert len(ledger.events.list("default")) == 1


def test_processes_that_migrate_at_once_all_succeed(empty_url: str) -> None:
    code = "import sys; from aileron.ledger import Ledger; Ledger(sys.argv[1]).migrate()"
    migrations = [subprocess.Popen([sys.executable, "-c", code, empty_url]) for _ in range(3)]
    assert [migration.wait(60) for migration in migrations] == [0, 0, 0]
    Ledger(empty_url).ping()


def test_a_database_without_tables_says_how_to_make_them(empty_url: str) -> None:
    ledger = Ledger(empty_url)
    for use in (ledger.ping, lambda: ledger.runs.list("default")):
        with pytest.raises(Unavailable, match="make up"):
            use()


def test_a_server_that_is_down_is_a_sentence_without_the_password() -> None:
    ledger = Ledger(f"postgresql://aileron:s3cret@127.0.0.1:{free_port()}/ledger")
    for use in (ledger.ping, ledger.migrate, lambda: next(ledger.changes())):
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1.*does not answer") as failure:
            use()
        assert "s3cret" not in str(failure.value)
        assert failure.value.retryable


def test_the_ledger_works_on_after_the_server_ended_its_connections(
    ledger: Ledger, postgres: EmbeddedPostgres
) -> None:
    ledger.events.append("default", "alice", "test.done", "test:1")
    engine = create_engine(postgres.url("postgres"))
    with engine.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": ledger._database.engine.url.database},
        )
    engine.dispose()
    assert len(ledger.events.list("default")) == 1


@pytest.mark.parametrize("url", ["", "sqlite:///x.db", "not a url", "postgresql://host:1"])
def test_a_url_of_something_else_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="postgresql://USER"):
        Ledger(url)


def test_events_are_found_by_subject_and_correlation(ledger: Ledger) -> None:
    append = ledger.acting("bob", correlation="run_7").events.append
    append("default", "bob", "thing.made", "thing:1", None, {"size": 3})
    append("default", "bob", "thing.sold", "thing:2", {"size": 3}, None, correlation="run_8")
    append("elsewhere", "bob", "thing.made", "thing:1")
    assert [e.verb for e in ledger.events.list("default")] == ["thing.sold", "thing.made"]
    assert [e.verb for e in ledger.events.list("default", subject="thing:1")] == ["thing.made"]
    (found,) = ledger.events.list("default", correlation="run_7")
    assert (found.actor, found.before, found.after) == ("bob", None, {"size": 3})
    assert len(ledger.events.list("default", limit=1)) == 1


def test_a_forked_child_leaves_its_parents_connections_alone(ledger: Ledger) -> None:
    ledger.events.append("default", "parent", "test.done", "test:1")
    child = os.fork()
    if child == 0:
        try:
            ledger.events.append("default", "child", "test.done", "test:1")
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    ledger.events.append("default", "parent", "test.done", "test:1")
    assert [e.actor for e in ledger.events.list("default")] == ["parent", "child", "parent"]


def test_importing_the_ledger_imports_no_migration_tool() -> None:
    code = "import sys, aileron.ledger; print('alembic' in sys.modules, 'psycopg2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"
