"""The MLflow server as one process: ``python -m aileron.stack.mlflow_server --port PORT``.

``mlflow server`` runs the same application in a second process below its command line; here
the command line is left out, which saves half the memory and half the start-up. Paths and
the database come in the variables that ``mlflow server`` itself sets for that process; of a
server of its own, from AILERON_MLFLOW_DATABASE_URL (or the file that ..._FILE names) and
``--artifacts``.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.core.settings import with_files
from aileron.stack.ports import HOST

DATABASE_URL: Final = "AILERON_MLFLOW_DATABASE_URL"
BACKEND: Final = "_MLFLOW_SERVER_FILE_STORE"
_ARTIFACT_ROOT: Final = "_MLFLOW_SERVER_ARTIFACT_ROOT"


def server_environment(
    database_url: str, artifacts: Path | str, port: int, hosts: Sequence[str] = ()
) -> Mapping[str, str]:
    """Variables of the server process. No job runner.

    Args:
        artifacts: where they lie: a folder, or ``s3://bucket/prefix``.
        hosts: names, each with its port, by which others may call it; loopback's are known.
    """
    folder = artifacts.as_uri() if isinstance(artifacts, Path) else artifacts
    return {
        BACKEND: database_url,
        "_MLFLOW_SERVER_REGISTRY_STORE": database_url,
        _ARTIFACT_ROOT: "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": folder,
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        "_MLFLOW_SGI_NAME": "uvicorn",
        "_MLFLOW_IN_JOB_EXECUTOR": "false",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_SERVER_ALLOWED_HOSTS": ",".join((f"{HOST}:{port}", f"localhost:{port}", *hosts)),
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    }


def own_environment(
    environ: Mapping[str, str], artifacts: str | None, port: int, hosts: Sequence[str]
) -> Mapping[str, str]:
    """The same for a server of its own; nothing where the stack has set them already.

    Raises:
        InvalidInput: it is not said where its database or its artifacts are.
        Unavailable: the file with the database's URL cannot be read.
    """
    if artifacts is None and BACKEND in environ:
        return {}
    url = with_files(environ, [DATABASE_URL]).get(DATABASE_URL)
    if not url:
        raise InvalidInput("core.setting_missing", variable=DATABASE_URL)
    if artifacts is None:
        raise InvalidInput("core.setting_missing", variable="--artifacts")
    place = artifacts if "://" in artifacts else Path(artifacts).absolute()
    return server_environment(url, place, port, hosts)


def main(arguments: list[str]) -> None:
    """Make or check the tables, then serve until a signal comes."""
    given = _parser().parse_args(arguments)
    os.environ.update(own_environment(os.environ, given.artifacts, given.port, given.allow_host))

    import uvicorn
    from mlflow.server.fastapi_app import app
    from mlflow.server.handlers import initialize_backend_stores

    initialize_backend_stores(os.environ[BACKEND], os.environ[BACKEND], os.environ[_ARTIFACT_ROOT])
    uvicorn.run(
        app,
        host=given.host,
        port=given.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="aileron.stack.mlflow_server")
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--artifacts", help="a folder, or s3://bucket/prefix")
    parser.add_argument("--allow-host", action="append", default=[], metavar="NAME:PORT")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
