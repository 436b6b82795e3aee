"""The API over an installation with a past, asked over ASGI as over a socket."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from plugins.fake_airflow import ReadsAtOnce
from plugins.history import History
from starlette.testclient import TestClient

from aileron.api.app import create_app
from aileron.api.identity import TokenIdentity
from aileron.client.local import Installation

BASE = "http://api"
BML = "/api/bml/rpc/2.0/easydl/pro/dataset/"
Call = Callable[..., dict[str, Any]]


class Api:
    """Requests in the name of tokens."""

    def __init__(self, http: TestClient, history: History) -> None:
        self.http = http
        self.history = history
        self.app: Any = http.app

    def ask(self, role: str, method: str, path: str, **options: Any) -> Any:
        """A request with the token of a person with that role; `path` below /api/v1, or whole."""
        headers = {"Authorization": f"Bearer {self.history.token(role)}"}
        headers |= options.pop("headers", {})
        whole = path if path.startswith("/") else f"/api/v1/{path}"
        return self.http.request(method, whole, headers=headers, **options)


@pytest.fixture
def api(history: History, installation: Installation) -> Iterator[Api]:
    app = create_app(installation, TokenIdentity(history.ledger), pages=False)
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as http:
        yield Api(http, history)


@pytest.fixture
def call(api: Any) -> Call:
    """``call("describeDatasets", {...}, role="viewer", status=200)``: the answer's document."""

    def ask(name: str, body: Any, *, role: str = "developer", status: int = 200) -> dict[str, Any]:
        token = api.history.token(role)
        answer = api.http.post(f"{BML}{name}?access_token={token}", json=body)
        assert answer.status_code == status, answer.text
        document: dict[str, Any] = answer.json()
        assert isinstance(document["log_id"], int)
        return document

    return ask


@pytest.fixture
def fruit(history: History) -> History:
    """Dataset `fruit` of two versions."""
    history.dataset_version(1, {"a": ("1", "pear")})
    history.dataset_version(2, {"a": ("1", "pear"), "b": ("2", "plum")})
    return history


@pytest.fixture
def rig(fruit: History) -> dict[str, str]:
    """Table `pumps` of connection `rig`, as BML names one."""
    folder = fruit.settings.workspace
    with sqlite3.connect(folder / "rig.db") as database:
        database.execute("CREATE TABLE pumps (id INTEGER, name TEXT, pressure REAL)")
        database.execute("INSERT INTO pumps VALUES (1, '泵', 2.5)")
    database.close()
    (folder / "configs/connections.yaml").write_text(
        f"apiVersion: aileron/v1\nkind: Connections\nallowed_paths: [{folder}]\n"
        f"connections:\n  rig: {{kind: sqlite, database: {folder}/rig.db}}\n",
        encoding="utf-8",
    )
    return {"data_source_type": "cloud_edap", "database_name": "rig", "table_name": "pumps"}


class Scheduler(ReadsAtOnce):
    """Stands for Airflow: keeps what it was asked to run."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.timed: list[tuple[str, dict[str, Any], Any]] = []
        """The same, with when it is to begin."""

    def trigger(self, dag: str, run: str, conf: dict[str, Any], after: Any = None) -> None:
        self.asked.append((dag, conf))
        self.timed.append((dag, conf, after))


@pytest.fixture
def scheduler(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Scheduler:
    found = Scheduler()
    monkeypatch.setitem(installation.__dict__, "airflow", found)
    monkeypatch.setattr(found, "close", lambda: None, raising=False)
    return found
