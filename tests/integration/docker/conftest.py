"""A server of docker/compose.yaml, part by part, on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugins.compose import Server, make_secrets
from plugins.postgres import free_port

from aileron.stack.postgres import EmbeddedPostgres

PORTS = {"api-server": 8080, "mlflow": 5000, "gateway": 8000, "api": 8090}


@pytest.fixture(scope="module")
def compose(
    postgres: EmbeddedPostgres, far_s3: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Prepared as `prepare` does it; nothing runs yet."""
    folder = tmp_path_factory.mktemp("server")
    password = postgres.password_file.read_text().strip()
    assert postgres.port is not None
    make_secrets(folder / "secrets", password, postgres.port)
    server = Server(folder, places(folder, far_s3))
    server.run("prepare")
    yield server
    server.stop()


def places(folder: Path, s3: str) -> dict[str, str]:
    """What the file names -> where it is here."""
    ports = {port: str(free_port()) for port in PORTS.values()}
    found = {"http://s3:8333": s3, "/run/secrets": str(folder / "secrets")}
    found |= {"/workspace": str(folder / "workspace"), "/state": str(folder / "state")}
    found |= {"/tmp/gateway": str(folder / "gateway"), "0.0.0.0": "127.0.0.1"}
    found |= {f"{name}:{port}": f"127.0.0.1:{ports[port]}" for name, port in PORTS.items()}
    return found | {str(port): here for port, here in ports.items()}


@pytest.fixture(scope="module")
def admin(compose: Server) -> dict[str, str]:
    """User name and password of the first person."""
    login: dict[str, str] = json.loads((compose.folder / "secrets/admin_login").read_text())
    return login
