"""`aileron.client()`: a function that is a package too, and costs nothing until it is called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import aileron
from aileron.client import Client, LocalClient, RemoteClient
from aileron.core.errors import InvalidInput, Unavailable

WORKSPACE = Path(__file__).parents[3]


def test_importing_the_package_loads_nothing_else() -> None:
    code = (
        "import sys; before = set(sys.modules); import aileron, aileron.client;"
        "print(sorted(m.split('.')[0] for m in set(sys.modules) - before"
        " if m.split('.')[0] not in sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(eval(done.stdout)) == {"aileron"}


def test_without_an_address_the_installation_here_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AILERON_API_URL", raising=False)
    monkeypatch.setenv("AILERON_WORKSPACE", str(WORKSPACE))
    with aileron.client() as client:
        assert isinstance(client, LocalClient)
        assert client.session().role == "admin"


def test_an_address_means_the_installation_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AILERON_API_URL", "http://127.0.0.1:9/aileron/")
    monkeypatch.setenv("AILERON_API_TOKEN", "ail_secret")
    with aileron.client() as client:
        assert isinstance(client, RemoteClient)
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9/aileron: The API does not answer"):
            client.session()


@pytest.mark.parametrize("url", ["localhost:8090", "http://host:port", "ftp://host"])
def test_what_is_not_an_address_is_said_so(url: str) -> None:
    with RemoteClient(url) as client, pytest.raises(InvalidInput, match="not an address"):
        client.models()


def test_the_secret_is_in_no_text_of_the_client() -> None:
    client = RemoteClient("http://127.0.0.1:9", "ail_secret")
    assert "secret" not in repr(client)
    with pytest.raises(Unavailable) as caught:
        client.models()
    assert "ail_secret" not in str(caught.value)
    client.close()


def test_both_clients_have_every_verb_documented() -> None:
    verbs = [name for name in vars(Client) if not name.startswith("_")]
    assert len(verbs) > 30
    for name in verbs:
        assert getattr(Client, name).__doc__, name
    assert LocalClient.__abstractmethods__ == RemoteClient.__abstractmethods__ == frozenset()


def test_the_package_is_found_under_its_own_name() -> None:
    import aileron.client as package

    assert aileron.client is package
    assert Path(package.__file__ or "").parent.name == "client"
    with pytest.raises(AttributeError):
        _ = package.nothing
    with pytest.raises(AttributeError):
        _ = aileron.nothing  # type: ignore[attr-defined]
