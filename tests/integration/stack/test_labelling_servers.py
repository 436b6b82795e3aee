"""Label Studio and the gate in the stack, where they are installed and where they are not."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from plugins.labelstudio import installed

from aileron.core.errors import Unavailable
from aileron.label.studio.client import Studio
from aileron.label.studio.server import DATABASE
from aileron.label.tickets import link
from aileron.stack.database import databases
from aileron.stack.stack import Stack

pytestmark = pytest.mark.timeout(1200)  # the first start makes all tables
MakeStack = Callable[..., Stack]


def test_without_the_environment_there_is_neither_server_nor_database(
    make_stack: MakeStack,
) -> None:
    stack = make_stack("gateway", "labelstudio", "labelling")
    settings = stack.start()
    assert {server.name for server in stack.status()} == {"postgres", "gateway"}
    assert settings.labelling_url is None
    with pytest.raises(Unavailable, match="make labelling"):
        Studio.of(settings)
    with pytest.raises(Unavailable, match="make labelling"):
        link(settings, "anna", "default", 1)
    port = int(settings.require("ledger_url").rpartition(":")[2].partition("/")[0])
    password = (settings.home / "secrets" / "postgres").read_text().strip()
    assert DATABASE not in databases(port, password)


def test_with_the_environment_both_run_and_answer(make_stack: MakeStack) -> None:
    stack = make_stack("labelstudio", "labelling", AILERON_LABELSTUDIO_ENV=installed())
    settings = stack.start()
    studio = Studio.of(settings)
    try:
        assert studio.untouched(timedelta(0)) == []
    finally:
        studio.close()
    url = settings.require("labelling_url")
    assert httpx.get(f"{url}/livez", trust_env=False).status_code == 200
    assert httpx.get(f"{url}/label/projects/1/data", trust_env=False).status_code == 401
    secret = settings.require("labelstudio_token")
    lines = [
        line
        for name in ("labelstudio", "labelling", "daemon")
        for line in (settings.home / "logs" / f"{name}.log").read_text().splitlines()
    ]
    assert not [line for line in lines if secret in line]
    for name in ("labelstudio", "labelling"):
        assert (settings.home / "secrets" / name).stat().st_mode & 0o077 == 0
    assert os.environ.get("AILERON_LABELSTUDIO_TOKEN") is None
