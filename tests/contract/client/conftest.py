"""Both clients of one installation: from here, and over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from plugins.api import Speaking
from plugins.history import History
from starlette.testclient import TestClient

from aileron.api.app import create_app
from aileron.api.identity import TokenIdentity
from aileron.client import Client, LocalClient, RemoteClient
from aileron.client.local import Installation
from aileron.core.access import Actor, Role
from aileron.core.errors import Language


@pytest.fixture
def role() -> Role:
    """Of whoever asks; files whose tests need another one say so."""
    return Role.VIEWER


@pytest.fixture
def http(history: History, installation: Installation, role: Role) -> Iterator[TestClient]:
    """The asker's connection."""
    app = create_app(installation, TokenIdentity(history.ledger), pages=False)
    headers = {"Authorization": f"Bearer {history.token(role)}"}
    with TestClient(app, base_url="http://api", headers=headers) as http:
        yield http


@pytest.fixture(params=["local", "remote"])
def speaking(
    request: pytest.FixtureRequest,
    history: History,
    installation: Installation,
    role: Role,
    http: TestClient,
) -> Speaking:
    """A client in a language."""

    def speak(language: Language) -> Client:
        if request.param == "local":
            return LocalClient(installation, Actor(name="li", role=role), language=language)
        return RemoteClient("http://api", history.token(role), language=language, http=http)

    return speak


@pytest.fixture
def client(speaking: Speaking) -> Client:
    """A client in English."""
    return speaking("en")
