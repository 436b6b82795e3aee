"""The MLflow server as one process: ``python -m aileron.stack.mlflow_server --port PORT``.

``mlflow server`` runs the same application in a second process below its command line; here
the command line is left out, which saves half the memory and half the start-up. Paths and
the database come in the variables that ``mlflow server`` itself sets for that process.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aileron.stack.ports import HOST

_BACKEND: Final = "_MLFLOW_SERVER_FILE_STORE"
_ARTIFACT_ROOT: Final = "_MLFLOW_SERVER_ARTIFACT_ROOT"


def server_environment(database_url: str, artifacts: Path, port: int) -> Mapping[str, str]:
    """Variables of the server process. No job runner, loopback host names only."""
    return {
        _BACKEND: database_url,
        "_MLFLOW_SERVER_REGISTRY_STORE": database_url,
        _ARTIFACT_ROOT: "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": artifacts.as_uri(),
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        "_MLFLOW_SGI_NAME": "uvicorn",
        "_MLFLOW_IN_JOB_EXECUTOR": "false",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_SERVER_ALLOWED_HOSTS": f"{HOST}:{port},localhost:{port}",
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    }


def main(arguments: list[str]) -> None:
    """Make or check the tables, then serve until a signal comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args(arguments).port

    import uvicorn
    from mlflow.server.fastapi_app import app
    from mlflow.server.handlers import initialize_backend_stores

    initialize_backend_stores(
        os.environ[_BACKEND], os.environ[_BACKEND], os.environ[_ARTIFACT_ROOT]
    )
    uvicorn.run(
        app,
        host=HOST,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
