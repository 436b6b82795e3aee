"""Where things are: the workspace, the state directory, the servers.

Everything is read from the environment once, at the edge; nothing else in the domain reads
environment variables. ``NAME_FILE`` names a file that holds what ``NAME`` would: a secret that
a container gets as a file. `Settings.environment` gives the variables that make a child process
see the same settings. Secrets (passwords inside URLs, tokens) are in `Settings` only where
a process of the platform holds it; components' child processes never get one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, SecretStr

from aileron.core.errors import InvalidInput
from aileron.core.secrets import LocalSecrets, SecretRef

JobPlaces = Literal["anywhere", "pods"]
WORKSPACE_FOLDERS: Final = ("configs", "datasets", "dags", "bento")

SILENT: Final[Mapping[str, str]] = {
    "AILERON_TELEMETRY": "off",
    "BENTOML_DO_NOT_TRACK": "True",
    "DO_NOT_TRACK": "1",
    "DVC_NO_ANALYTICS": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "ITERATIVE_DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
}
"""Environment of every child process: no tool reports home."""


class Settings(BaseModel):
    """Paths and addresses of one installation."""

    model_config = ConfigDict(frozen=True)

    workspace: Path
    home: Path
    ledger_url: SecretStr | None = None
    """SQLAlchemy URL of Aileron's own PostgreSQL database."""
    mlflow_url: str | None = None
    airflow_url: str | None = None
    airflow_login_file: Path | None = None
    """File with user name and password of the account that triggers runs, as JSON."""
    gateway_url: str | None = None
    gateway_pool: str | None = None
    """The pool in which the gateway's pods are, if it is a Deployment: each of them is asked."""
    labelling_url: str | None = None
    """Where people label: the gate before Label Studio, without the path `/label`."""
    labelling_key: SecretStr | None = None
    """Signs the tickets with which people come to the gate."""
    labelstudio_url: str | None = None
    """Label Studio itself, which people do not reach."""
    labelstudio_token: SecretStr | None = None
    """API token and password of Label Studio's one account."""
    labelstudio_database_url: SecretStr | None = None
    """SQLAlchemy URL of Label Studio's database, which is read to see what was drawn."""
    store_uri: str | None = None
    """Root of the artifact store: a path or ``s3://bucket/prefix``; default ``HOME/store``."""
    dvc_remote: str | None = None
    """Where dataset bytes live: a path or a URL DVC knows; default ``HOME/dvc-remote``."""
    overlay: str | None = None
    """Which ``configs/environments/NAME.yaml`` holds; default ``default``, if there is one."""
    jobs: JobPlaces = "anywhere"
    """Where people's own code runs: with ``pods``, on this machine that of operators alone."""

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read ``AILERON_*``; what is unset comes from the running embedded stack.

        ``AILERON_WORKSPACE`` defaults to the nearest folder upwards that has ``configs/`` and
        ``datasets/``; ``AILERON_HOME`` to ``WORKSPACE/.aileron``. A started embedded stack
        leaves its addresses in ``HOME/stack.env``, lines of ``NAME=value``.

        Raises:
            InvalidInput: no workspace is found; a variable is given twice, as it is and as a file;
                or `AILERON_JOBS` is no word that it can be.
            Unavailable: such a file cannot be read.
        """
        environ = with_files(os.environ if environ is None else environ, _VARIABLES.values())
        workspace = Path(environ.get("AILERON_WORKSPACE") or find_workspace(Path.cwd())).resolve()
        home = Path(environ.get("AILERON_HOME") or workspace / ".aileron").resolve()
        known = read_env_file(home / "stack.env") | {
            name: value for name, value in environ.items() if name.startswith("AILERON_") and value
        }
        values = {
            field: known[variable] for field, variable in _VARIABLES.items() if variable in known
        }
        if values.get("jobs", "pods") not in get_args(JobPlaces):
            raise InvalidInput(
                "core.setting_wrong",
                variable=_VARIABLES["jobs"],
                found=values["jobs"],
                known=", ".join(get_args(JobPlaces)),
            )
        return cls.model_validate({"workspace": workspace, "home": home} | values)

    @property
    def store_root(self) -> str:
        return self.store_uri or str(self.home / "store")

    @property
    def data_repository(self) -> Path:
        """The bare Git repository of dataset versions."""
        return self.home / "data.git"

    @property
    def dataset_remote(self) -> str:
        return self.dvc_remote or str(self.home / "dvc-remote")

    def require(self, field: str) -> str:
        """The value of an address that must be known.

        Raises:
            InvalidInput: it is not; says which variable to set or to start the stack.
        """
        value = getattr(self, field)
        if value is None:
            raise InvalidInput("core.setting_missing", variable=_VARIABLES[field])
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)

    def environment(self) -> dict[str, str]:
        """Variables for a child process of the platform (secrets included), telemetry off."""
        values = {
            variable: self.require(field)
            for field, variable in _VARIABLES.items()
            if getattr(self, field) is not None
        }
        return {
            **SILENT,
            "AILERON_WORKSPACE": str(self.workspace),
            "AILERON_HOME": str(self.home),
            **values,
        }


_VARIABLES: Final[Mapping[str, str]] = {
    "ledger_url": "AILERON_LEDGER_URL",
    "mlflow_url": "AILERON_MLFLOW_URL",
    "airflow_url": "AILERON_AIRFLOW_URL",
    "airflow_login_file": "AILERON_AIRFLOW_LOGIN_FILE",
    "gateway_url": "AILERON_GATEWAY_URL",
    "gateway_pool": "AILERON_GATEWAY_POOL",
    "labelling_url": "AILERON_LABELLING_URL",
    "labelling_key": "AILERON_LABELLING_KEY",
    "labelstudio_url": "AILERON_LABELSTUDIO_URL",
    "labelstudio_token": "AILERON_LABELSTUDIO_TOKEN",
    "labelstudio_database_url": "AILERON_LABELSTUDIO_DATABASE_URL",
    "store_uri": "AILERON_STORE_URI",
    "dvc_remote": "AILERON_DVC_REMOTE",
    "overlay": "AILERON_ENVIRONMENT",
    "jobs": "AILERON_JOBS",
}


def with_files(environ: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """`environ`, with those of `names` that ``NAME_FILE`` gives; an empty variable is unset.

    Raises:
        InvalidInput: a name is given both as it is and as a file.
        Unavailable: a file cannot be read, or is empty.
    """
    found = dict(environ)
    for name in names:
        path = environ.get(f"{name}_FILE")
        if not path:
            continue
        if environ.get(name):
            raise InvalidInput("core.setting_twice", variable=name)
        secret = LocalSecrets(Path.cwd()).resolve(SecretRef(file=path))
        found[name] = secret.get_secret_value()
    return found


def find_workspace(start: Path) -> Path:
    """The nearest folder from `start` upwards that holds ``configs/`` and ``datasets/``."""
    for folder in (start, *start.parents):
        if (folder / "configs").is_dir() and (folder / "datasets").is_dir():
            return folder
    raise InvalidInput("core.no_workspace", start=str(start))


def read_env_file(path: Path) -> dict[str, str]:
    """Lines ``NAME=value`` of `path`; empty if there is no such file."""
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
