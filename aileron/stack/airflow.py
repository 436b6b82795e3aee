"""Airflow's part of the stack, as environment variables and commands; never imported here."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

from aileron.core.settings import Settings
from aileron.stack.ports import HOST
from aileron.stack.record import write_private
from aileron.stack.secret_files import SecretFiles

DATABASE: Final = "airflow"


def command(*arguments: str) -> tuple[str, ...]:
    """``airflow ARGUMENTS`` of this environment; the working directory is not importable."""
    return (sys.executable, "-P", "-m", "airflow", *arguments)


def airflow_home(settings: Settings) -> Path:
    return settings.home / "airflow"


def configuration(settings: Settings) -> Path:
    """The workspace's ``airflow.cfg``, else the one in this package."""
    own = settings.workspace / "airflow.cfg"
    return own if own.is_file() else Path(__file__).with_name("airflow.cfg")


def environment(
    settings: Settings, secrets: SecretFiles, database_url: str, port: int
) -> Mapping[str, str]:
    """What ``airflow.cfg`` leaves open: paths, addresses, secrets."""
    return {
        "AIRFLOW_HOME": str(airflow_home(settings)),
        "AIRFLOW_CONFIG": str(configuration(settings)),
        "AIRFLOW__API__BASE_URL": f"http://{HOST}:{port}",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__SECRET_KEY": secrets.token("airflow-session"),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token("airflow-jwt"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.workspace / "dags"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{HOST}:{port}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": secrets.fernet_key("airflow-fernet"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(settings.workspace / "plugins"),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(secrets.airflow_passwords()),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database_url,
    }


class Migration:
    """Remembers which Airflow migrated the database, so that a start can skip 10 seconds.

    Skipped only if the same Airflow version did it and the database still is at the
    revision that this left it at.

    Args:
        revision: asks the database.
    """

    def __init__(self, settings: Settings, revision: Callable[[], str | None]) -> None:
        self._note = airflow_home(settings) / "migrated.json"
        self._revision = revision

    def is_done(self) -> bool:
        if not self._note.is_file():
            return False
        noted = json.loads(self._note.read_text(encoding="utf-8"))
        return bool(noted == self._now())

    def remember(self) -> None:
        write_private(self._note, json.dumps(self._now()))

    def _now(self) -> dict[str, str | None]:
        return {"airflow": version("apache-airflow-core"), "revision": self._revision()}
