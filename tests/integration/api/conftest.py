"""The API over an installation with a past, asked over ASGI as over a socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from plugins.history import History
from starlette.testclient import TestClient

from aileron.api.app import create_app
from aileron.api.identity import TokenIdentity
from aileron.client.local import Installation

BASE = "http://api"


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
