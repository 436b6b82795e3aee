"""An installation on databases of a team's own, that is backed up and restored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plugins.datasets import CARS, CARS_CONFIG, Workbench
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from aileron.backup import Backup, Restored, Target, back_up, restore
from aileron.core.settings import Settings
from aileron.data.versions import Versions

OTHER_TABLES = {
    "airflow": (
        "CREATE TABLE alembic_version (version_num text)",
        "CREATE TABLE dag_run (id int PRIMARY KEY)",
        "CREATE TABLE connection (id int, is_encrypted boolean, is_extra_encrypted boolean)",
        "CREATE TABLE variable (id int, is_encrypted boolean)",
        "INSERT INTO connection VALUES (1, true, false), (2, false, false)",
        "INSERT INTO variable VALUES (1, true)",
    ),
    "mlflow": (
        "CREATE TABLE alembic_version (version_num text)",
        "INSERT INTO alembic_version VALUES ('abc')",
        "CREATE TABLE registered_models (id int PRIMARY KEY)",
    ),
}


def execute(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@dataclass
class Site:
    """An installation on databases of a team's own."""

    settings: Settings
    environ: Mapping[str, str]

    @classmethod
    def of(cls, settings: Settings, ledger: str, airflow: str, mlflow: str) -> Site:
        environ = {
            "AILERON_LEDGER_URL": ledger,
            "AILERON_AIRFLOW_DATABASE_URL": airflow,
            "AILERON_MLFLOW_DATABASE_URL": mlflow,
        }
        return cls(settings.model_copy(update={"ledger_url": SecretStr(ledger)}), environ)

    def back_up(self, target: Target, *, secrets: bool = True) -> Backup:
        return back_up(self.settings, self.environ, target, "zhang", secrets=secrets)

    def restore(
        self, target: Target, number: int | None = None, *, into_existing_store: bool = False
    ) -> Restored:
        return restore(
            target, self.settings, self.environ, "wang", number, embedded=False,
            into_existing_store=into_existing_store,
        )  # fmt: skip


def publish(versions: Versions, workbench: Workbench, speed: int) -> None:
    """A version of dataset `cars` whose first car has that speed."""
    folder = workbench.ingest(CARS.replace("100", str(speed)), CARS_CONFIG)
    versions.publish(folder, "default", "zhang")
