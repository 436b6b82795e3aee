"""What the servers of the embedded stack are launched with."""

from __future__ import annotations

from pathlib import Path

import pytest

from aileron.core.settings import Settings
from aileron.label.studio.server import STAMP, VARIABLE
from aileron.stack.ports import CUSTOMARY
from aileron.stack.secret_files import SecretFiles
from aileron.stack.servers import SERVER_NAMES, Addresses, all_servers

KEY = "AILERON_LABELLING_KEY"
TOKEN = "AILERON_LABELSTUDIO_TOKEN"
DATABASE = "AILERON_LABELSTUDIO_DATABASE_URL"


def test_only_who_needs_it_gets_what_opens_labelling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / STAMP).touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    secrets = SecretFiles(tmp_path / "secrets")
    addresses = Addresses(CUSTOMARY, secrets.postgres_password())
    settings = addresses.settings(Settings(workspace=tmp_path, home=tmp_path), secrets)
    servers = {one.name: one for one in all_servers(settings, addresses, secrets)}
    assert servers.keys() == SERVER_NAMES - {"postgres"}
    key, token = settings.require("labelling_key"), settings.require("labelstudio_token")
    for name, server in servers.items():
        given = server.environment
        named = {variable for variable in (KEY, TOKEN, DATABASE) if given.get(variable)}
        assert named == ({KEY, TOKEN, DATABASE} if name in ("api-server", "labelling") else set())
        holds_key, holds_token = key in given.values(), token in given.values()
        assert holds_key == (name in ("api-server", "labelling")), name
        assert holds_token == (name in ("api-server", "labelling", "labelstudio")), name
        assert not any(key in part or token in part for part in server.command)
        if name != "labelstudio":
            assert given["AILERON_LEDGER_URL"] == settings.require("ledger_url")
