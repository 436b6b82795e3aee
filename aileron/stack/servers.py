"""The servers of the embedded stack: what each runs, needs and listens on."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from aileron import __version__
from aileron.core.settings import Settings
from aileron.label.studio import server as labelstudio
from aileron.stack import airflow, mlflow_server
from aileron.stack.health import AirflowHealth, Probe, answers, outlives
from aileron.stack.ports import HOST
from aileron.stack.postgres import ROLE
from aileron.stack.secret_files import SecretFiles

POSTGRES: Final = "postgres"
DATABASES: Final = "databases"
DATABASE_NAMES: Final = frozenset({"airflow", "mlflow", "aileron"})
LABELLING_NAMES: Final = frozenset({"labelstudio", "labelling"})
"""Servers that run only where `make labelling` has installed Label Studio."""
LABELLING_SECRETS: Final = ("labelling_key", "labelstudio_token", "labelstudio_database_url")
"""Settings that the gate and the API have, and nobody else."""
AIRFLOW_TABLES: Final = "airflow-tables"
LEDGER_TABLES: Final = "ledger-tables"
LAUNCHER: Final = "launcher"

SERVER_NAMES: Final = frozenset(
    {
        POSTGRES,
        "api-server",
        "scheduler",
        "dag-processor",
        "triggerer",
        "mlflow",
        "gateway",
        "supervisor",
        *LABELLING_NAMES,
    }
)
DAG_PROCESSOR: Final = (sys.executable, "-P", "-m", "aileron_airflow.dag_processor")
"""Airflow's, with what every reading of a DAG file imports."""
JOB_NAMES: Final = frozenset({DATABASES, AIRFLOW_TABLES, LEDGER_TABLES, LAUNCHER})


@dataclass(frozen=True)
class Server:
    """One process of the stack.

    Args:
        environment: what the server needs beside the caller's variables.
        needs: servers and jobs that must be ready before this one is launched.
        tier: servers of a higher tier are stopped before those of a lower one.
        grace: seconds between asking it to stop and killing it.
        patience: seconds from launch to healthy; then it is killed and tried again.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    probe: Probe
    needs: tuple[str, ...]
    tier: int
    address: str | None = None
    grace: float = 10.0
    patience: float = 120.0

    @property
    def fingerprint(self) -> str:
        """Digest of what would be launched."""
        what = [self.command, sorted(self.environment.items()), __version__]
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()


@dataclass(frozen=True)
class Addresses:
    """Where the servers of one start listen."""

    ports: Mapping[str, int]
    postgres_password: str = field(repr=False)

    def url(self, server: str) -> str:
        return f"http://{HOST}:{self.ports[server]}"

    def database_url(self, name: str) -> str:
        login = f"aileron:{self.postgres_password}"
        return f"postgresql+psycopg2://{login}@{HOST}:{self.ports[POSTGRES]}/{name}"

    def settings(self, settings: Settings, secrets: SecretFiles) -> Settings:
        """`settings` with the addresses of this stack."""
        update: dict[str, Any] = {
            "ledger_url": SecretStr(self.database_url("aileron")),
            "mlflow_url": self.url("mlflow"),
            "airflow_url": self.url("airflow"),
            "airflow_login_file": secrets.airflow_login(),
            "gateway_url": self.url("gateway"),
        }
        if labelstudio.is_installed():
            update |= {
                "labelling_url": self.url("labelling"),
                "labelling_key": SecretStr(secrets.token("labelling")),
                "labelstudio_url": self.url("labelstudio"),
                "labelstudio_token": SecretStr(secrets.hex_token("labelstudio")),
                "labelstudio_database_url": SecretStr(self.database_url(labelstudio.DATABASE)),
            }
        return settings.model_copy(update=update)


def all_servers(settings: Settings, addresses: Addresses, secrets: SecretFiles) -> list[Server]:
    """Every server but PostgreSQL; `settings` are those of this stack."""
    base = plain_environment(settings)
    return [
        *_airflow_servers(settings, addresses, secrets, base),
        _mlflow(settings, addresses, base),
        _gateway(addresses, base),
        _supervisor(base),
        *(_labelling_servers(settings, addresses) if labelstudio.is_installed() else ()),
    ]


def plain_environment(settings: Settings) -> dict[str, str]:
    """The settings as variables, without what opens labelling."""
    without: dict[str, Any] = dict.fromkeys(LABELLING_SECRETS)
    return settings.model_copy(update=without).environment()


def _airflow_servers(
    settings: Settings, addresses: Addresses, secrets: SecretFiles, base: Mapping[str, str]
) -> list[Server]:
    port = addresses.ports["airflow"]
    url = addresses.url("airflow")
    database_url = addresses.database_url(airflow.DATABASE)
    env = {**base, **airflow.environment(settings, secrets, database_url, port)}
    health = AirflowHealth(url)

    def component(name: str, command: tuple[str, ...], grace: float, *needs: str) -> Server:
        probe = health.beats(name.replace("-", "_"))
        return Server(name, command, env, probe, (AIRFLOW_TABLES, *needs), tier=2, grace=grace)

    scheduler = airflow.command("scheduler", "--skip-serve-logs")
    return [
        Server(
            "api-server",
            airflow.command("api-server"),
            {**env, **settings.environment()},
            # The first call to the execution API builds it; better now than in the first task.
            answers(f"{url}/api/v2/version", f"{url}/execution/health"),
            (AIRFLOW_TABLES,),
            tier=1,
            address=url,
            grace=3,  # a browser may hold a log stream open
        ),
        # Logs are read from this machine's disk: no log server beside the components.
        # The scheduler alone has something to finish: the tasks its workers run.
        # Of tasks that were at work when the machine went down, each try fails without the API.
        component("scheduler", scheduler, 15, "api-server"),
        component("dag-processor", DAG_PROCESSOR, 3),
        component("triggerer", airflow.command("triggerer", "--skip-serve-logs"), 3),
    ]


def _mlflow(settings: Settings, addresses: Addresses, base: Mapping[str, str]) -> Server:
    port = addresses.ports["mlflow"]
    artifacts = settings.home / "mlflow-artifacts"
    env = mlflow_server.server_environment(addresses.database_url("mlflow"), artifacts, port)
    return Server(
        "mlflow",
        (sys.executable, "-P", "-m", "aileron.stack.mlflow_server", "--port", str(port)),
        {**base, **env},
        answers(f"{addresses.url('mlflow')}/health"),
        (DATABASES,),
        tier=1,
        address=addresses.url("mlflow"),
    )


def _gateway(addresses: Addresses, base: Mapping[str, str]) -> Server:
    url = addresses.url("gateway")
    return Server(
        "gateway",
        (sys.executable, "-P", "-m", "aileron.gateway", "--port", str(addresses.ports["gateway"])),
        base,
        answers(f"{url}/readyz"),
        (LEDGER_TABLES,),
        tier=2,
        address=url,
    )


def _supervisor(base: Mapping[str, str]) -> Server:
    return Server(
        "supervisor",
        (sys.executable, "-P", "-m", "aileron.deploy.supervisor"),
        base,
        outlives(1.0),
        (LEDGER_TABLES,),
        tier=2,
        grace=30,
    )


def _labelling_servers(settings: Settings, addresses: Addresses) -> list[Server]:
    """Label Studio, which people do not reach, and the gate, by which they come to it."""
    inside, outside = addresses.url("labelstudio"), addresses.url("labelling")
    database = {
        "host": HOST,
        "port": str(addresses.ports[POSTGRES]),
        "name": labelstudio.DATABASE,
        "user": ROLE,
        "password": addresses.postgres_password,
    }
    env = labelstudio.variables(
        folder=settings.home / "labelstudio",
        database=database,
        token=settings.require("labelstudio_token"),
        url=f"{outside}{labelstudio.PREFIX}",
    )
    gate = (sys.executable, "-P", "-m", "aileron.api.labelling")
    return [
        Server(
            "labelstudio",
            labelstudio.command(addresses.ports["labelstudio"]),
            env,
            answers(f"{inside}/health"),
            (DATABASES,),
            tier=1,
            address=inside,
            patience=540,  # its first start makes all of its tables
        ),
        Server(
            "labelling",
            (*gate, "--port", str(addresses.ports["labelling"])),
            settings.environment(),
            answers(f"{outside}/livez"),
            (LEDGER_TABLES, "labelstudio"),
            tier=2,
            address=outside,
        ),
    ]


def launch_environment(server: Server, environ: Mapping[str, str]) -> dict[str, str]:
    """What `server` is launched with: the caller's variables, and its own over them.

    A proxy for the outside world must not see calls between servers of one machine.
    """
    known = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    hosts = ",".join(filter(None, [known, HOST, "localhost"]))
    return {**environ, "NO_PROXY": hosts, "no_proxy": hosts, **server.environment}


def log_file(home: Path, name: str) -> Path:
    """Where server or job `name` writes its output."""
    return home / "logs" / f"{name}.log"
