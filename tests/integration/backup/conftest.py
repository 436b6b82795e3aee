"""An installation with a past, its three databases, a dataset in the repository, and a target."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plugins.backups import OTHER_TABLES, Site, execute, publish
from plugins.datasets import Workbench, workbench
from plugins.history import History
from plugins.postgres import _administer, _numbers

from aileron.backup import Target
from aileron.core.settings import Settings
from aileron.data.versions import Versions
from aileron.stack.postgres import EmbeddedPostgres

__all__ = ["workbench"]
MakeDatabase = Callable[[], str]


@pytest.fixture
def make_database(postgres: EmbeddedPostgres) -> Iterator[MakeDatabase]:
    """Makes empty databases; returns the URL of each."""
    names: list[str] = []

    def make() -> str:
        names.append(f"backup_{next(_numbers)}")
        postgres.ensure_database(names[-1])
        return postgres.url(names[-1])

    yield make
    for name in names:
        _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def site(history: History, ledger_url: str, make_database: MakeDatabase) -> Site:
    """One with a released model, a run that is going, a dataset version, secrets and files."""
    airflow, mlflow = make_database(), make_database()
    execute(airflow, *OTHER_TABLES["airflow"])
    execute(mlflow, *OTHER_TABLES["mlflow"])
    history.released(history.finished(history.trained("r1")))
    history.begun("r2")
    home = history.settings.home
    (home / "secrets").mkdir(mode=0o700)
    _private(home / "secrets" / "airflow-fernet", "key")
    (home / "uploads").mkdir()
    (home / "uploads" / "picture.png").write_bytes(b"\x89PNG")
    (home / "logs").mkdir()
    (home / "logs" / "gateway.log").write_text("noise")
    _private(history.workspace.folder / "password.txt", "secret")
    return Site.of(history.settings, ledger_url, airflow, mlflow)


@pytest.fixture
def versions(site: Site, workbench: Workbench) -> Versions:
    """The dataset versions of `site`, of which there is one."""
    versions = Versions.of(site.settings)
    publish(versions, workbench, 100)
    return versions


@pytest.fixture
def elsewhere(tmp_path: Path, make_database: MakeDatabase) -> Site:
    """Where nothing is yet."""
    folder = tmp_path / "elsewhere"
    settings = Settings(workspace=folder, home=folder / ".aileron")
    return Site.of(settings, make_database(), make_database(), make_database())


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target(str(tmp_path / "backups"))


def _private(path: Path, content: str) -> None:
    path.touch(mode=0o600)
    path.write_text(content)


@pytest.fixture
def bucket(far_s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a new bucket."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", far_s3)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    import boto3

    name = f"backups-{next(_numbers)}"
    boto3.client("s3").create_bucket(Bucket=name)
    return f"s3://{name}"
