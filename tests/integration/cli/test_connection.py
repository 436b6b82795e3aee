"""`aileron connection` and `aileron dataset upload`, which the ledger's events tell of."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plugins.allowed import write_connections

from aileron.cli import command


@pytest.fixture
def folder(tmp_path: Path, ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a database, and an FTP server that is away."""
    with sqlite3.connect(tmp_path / "farm.db") as made:
        made.execute("CREATE TABLE cows (id INTEGER, name TEXT)")
        made.execute("INSERT INTO cows VALUES (1, '奶牛'), (2, 'ox')")
    made.close()
    farm = {"kind": "sqlite", "database": f"{tmp_path}/farm.db"}
    away = {"kind": "ftp", "host": "127.0.0.1", "port": 9, "user": "li", "password": {"env": "NO"}}
    servers = {"farm": farm, "away": away}
    write_connections(tmp_path, allowed_paths=[str(tmp_path)], connections=servers)
    for name in ("AILERON_API_URL", "AILERON_HOME", "NO"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AILERON_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("AILERON_LEDGER_URL", ledger_url)
    monkeypatch.setenv("AILERON_LANG", "en")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(command, words)


def test_connections_are_listed(folder: Path) -> None:
    lines = run("connection", "list").output.splitlines()
    assert lines[0].split() == ["name", "kind", "place", "user", "secret"]
    assert lines[1].split() == ["away", "ftp", "ftp://127.0.0.1:9", "li", "env", "NO"]


def test_a_test_exits_with_what_it_found(folder: Path) -> None:
    found = run("connection", "test", "farm")
    assert (found.exit_code, found.output[:11]) == (0, "It answers:")
    found = run("connection", "test", "away")
    assert found.exit_code == 1
    assert "environment variable NO" in found.stderr


def test_a_preview_is_a_table(folder: Path) -> None:
    found = run("connection", "preview", "farm", "--table", "cows", "--limit", "1")
    assert found.output.splitlines() == ["id (int64)  name (text)", "1           奶牛", "..."]
    found = run("connection", "preview", "farm", "--select", "SELECT 1 AS n", "--json")
    assert json.loads(found.output)["rows"] == [["1"]]


def test_a_file_is_uploaded(folder: Path) -> None:
    (folder / "rows.csv").write_text("a\n1\n")
    upload_id = run("dataset", "upload", str(folder / "rows.csv")).output.strip()
    kept = folder / ".aileron" / "uploads" / upload_id / "content"
    assert kept.read_text() == "a\n1\n"
    assert upload_id in run("dataset", "uploads").output


def test_what_is_old_and_unused_would_be_removed(folder: Path) -> None:
    (folder / "rows.csv").write_text("a\n1\n")
    run("dataset", "upload", str(folder / "rows.csv"))
    lines = run("dataset", "tidy", "--dry-run").output.splitlines()
    assert [line.split() for line in lines if line.startswith("bytes")] == [["bytes", "0"]]
    assert json.loads(run("dataset", "tidy", "--json").output)["uploads"] == []
