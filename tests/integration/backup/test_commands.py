"""`aileron backup` and `aileron restore` as the terminal has them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plugins.backups import Site

from aileron.cli import command
from aileron.core.errors import AileronError

Terminal = Callable[..., Result]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """``terminal(site, "backup", "...")``, in the environment of that installation."""

    def run(site: Site, *words: str, code: int = 0) -> Result:
        for name in [name for name in os.environ if name.startswith("AILERON_")]:
            monkeypatch.delenv(name)
        settings: Mapping[str, str] = {
            "AILERON_WORKSPACE": str(site.settings.workspace),
            "AILERON_HOME": str(site.settings.home),
        }
        for name, value in {**settings, **site.environ, "AILERON_LANG": "en"}.items():
            monkeypatch.setenv(name, value)
        done = CliRunner().invoke(command, list(words))
        if isinstance(done.exception, AileronError):
            raise done.exception
        assert done.exit_code == code, done.output
        return done

    return run


def test_a_backup_is_made_listed_read_again_and_restored(
    terminal: Terminal, site: Site, elsewhere: Site, tmp_path: Path
) -> None:
    target = str(tmp_path / "kept")
    said = terminal(site, "backup", target).output
    assert "000001.secrets.json" in said
    assert "only you can read it" in said
    second = json.loads(terminal(site, "backup", target, "--without-secrets", "--json").stdout)
    assert (second["number"], second["secrets"], second["missing"]) == (2, [], [])
    listed = json.loads(terminal(site, "backup", target, "--list", "--json").stdout)
    assert [one["number"] for one in listed] == [2, 1]
    checked = json.loads(terminal(site, "backup", target, "--verify", "--at", "1", "--json").stdout)
    assert checked == {"number": 1, "whole": True, "wrong": []}
    restored = terminal(elsewhere, "restore", target).output
    assert "2 connections and variables of Airflow" in restored
    assert "open_runs  1" in restored
    assert "aileron stack up" in restored


def test_urls_may_be_in_files_and_what_is_damaged_gives_exit_status_one(
    terminal: Terminal, site: Site, tmp_path: Path
) -> None:
    environ = {}
    for name, url in site.environ.items():
        (tmp_path / name).write_text(url)
        environ[f"{name}_FILE"] = str(tmp_path / name)
    site = Site(site.settings, environ)
    target = tmp_path / "kept"
    terminal(site, "backup", str(target))
    for blob in (target / "blobs").rglob("*/*"):
        blob.chmod(0o600)
        blob.write_bytes(b"")
    wrong = terminal(site, "backup", str(target), "--verify", "--json", code=1)
    assert not json.loads(wrong.stdout)["whole"]


@pytest.mark.parametrize(
    "words",
    [
        ("--at", "3"),
        ("--at", "3", "--list"),
        ("--list", "--verify"),
        ("--list", "--without-secrets"),
        ("--verify", "--without-secrets"),
    ],
)
def test_options_that_would_do_nothing_are_refused(words: tuple[str, ...], tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["backup", str(tmp_path / "kept"), *words])
    assert done.exit_code == 2
    assert not (tmp_path / "kept").exists()
