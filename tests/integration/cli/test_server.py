"""`aileron server prepare` after an upgrade: tables of an earlier MLflow, and of a later one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr
from sqlalchemy import NullPool, create_engine

from aileron.backup.upgrade import known_revisions
from aileron.cli import server
from aileron.core.errors import Refused
from aileron.core.settings import Settings
from aileron.stack.outside import ensure_database
from aileron.stack.postgres import EmbeddedPostgres

EARLY = "451aebb31d03"
"""MLflow's first migration."""


@pytest.fixture(autouse=True)
def _no_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.airflow, "command", lambda *_: (sys.executable, "-c", ""))


def test_mlflow_makes_its_first_tables_itself_and_has_earlier_ones_migrated(
    postgres: EmbeddedPostgres, ledger_url: str, tmp_path: Path
) -> None:
    url = postgres.url("mlflow_of_a_server")
    ensure_database(url)
    known = {"AILERON_MLFLOW_DATABASE_URL": url}
    settings = Settings(workspace=tmp_path, home=tmp_path, ledger_url=SecretStr(ledger_url))
    server.migrate(settings, known)
    assert server.revisions({"mlflow": url}) == {"mlflow": None}
    make_early_tables(url)
    assert server.revisions({"mlflow": url}) == {"mlflow": EARLY}
    server.migrate(settings, known)
    after = server.revisions({"mlflow": url})["mlflow"]
    assert after in known_revisions("mlflow") - {EARLY}
    execute(url, "UPDATE alembic_version SET version_num = 'f00dfeedcafe'")
    with pytest.raises(Refused, match="later version"):
        server.migrate(settings, known)


def test_it_says_that_all_is_prepared_when_it_is_and_no_more_when_it_refuses(
    postgres: EmbeddedPostgres, ledger_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(server, "_run", lambda words, *_: ran.append(words[-1]))
    url = postgres.url("mlflow_of_another")
    places = {"AILERON_WORKSPACE": tmp_path / "workspace", "AILERON_HOME": tmp_path / "state"}
    urls = {"AILERON_LEDGER_URL": ledger_url, "AILERON_MLFLOW_DATABASE_URL": url}
    for name, value in {**places, **urls}.items():
        monkeypatch.setenv(name, str(value))
    note = tmp_path / "state" / server.NOTE
    for _ in range(2):
        done = CliRunner().invoke(server.prepare, catch_exceptions=False)
        assert done.output.splitlines()[-1].startswith("prepared: ")
        assert server.is_prepared(note)
        assert ran.pop() == "aileron_airflow.roles"
    ran.clear()
    execute(url, "CREATE TABLE alembic_version (version_num text)")
    execute(url, "INSERT INTO alembic_version VALUES ('f00dfeedcafe')")
    with pytest.raises(Refused, match="later version"):
        CliRunner().invoke(server.prepare, catch_exceptions=False)
    assert (note.exists(), ran) == (False, [])


def make_early_tables(url: str) -> None:
    from alembic import command
    from mlflow.store.db.utils import _get_alembic_config
    from mlflow.store.tracking.dbmodels.initial_models import Base

    engine = create_engine(url, poolclass=NullPool)
    Base.metadata.create_all(engine)
    config = _get_alembic_config(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, EARLY)


def execute(url: str, sql: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.exec_driver_sql(sql)
