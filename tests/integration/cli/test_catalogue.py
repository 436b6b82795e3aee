"""The catalogue of datasets in the terminal."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from plugins.history import History

from aileron.cli import command
from aileron.core.errors import AileronError, Conflict

Aileron = Callable[..., str]


@pytest.fixture
def aileron(history: History, monkeypatch: pytest.MonkeyPatch) -> Aileron:
    """``aileron("dataset", "list")`` prints so; dataset `fruit` has two versions."""
    history.dataset_version(1, {"a": ("1", "pear")})
    history.dataset_version(2, {"a": ("1", "pear"), "b": ("2", "plum")})
    for name in [name for name in os.environ if name.startswith("AILERON_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "AILERON_WORKSPACE": str(history.settings.workspace),
        "AILERON_HOME": str(history.settings.home),
        "AILERON_LEDGER_URL": history.settings.require("ledger_url"),
        "AILERON_LANG": "en",
    }.items():
        monkeypatch.setenv(name, value)

    def run(*words: str, code: int = 0) -> str:
        done: Result = CliRunner().invoke(command, list(words))
        if isinstance(done.exception, AileronError):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_a_dataset_is_found_by_what_was_said_of_it(aileron: Aileron) -> None:
    aileron("dataset", "tag", "fruit", "orchard", "水果")
    aileron("dataset", "visibility", "fruit", "public")
    aileron("dataset", "favourite", "fruit")
    line = aileron("dataset", "list", "orch", "--favourite", "--tag", "水果").splitlines()[1]
    for word in ("fruit", "default", "public", "yes", "orchard, 水果"):
        assert word in line
    assert aileron("dataset", "list", "nuts") == "(none)\n"
    aileron("dataset", "favourite", "fruit", "--off")
    assert aileron("dataset", "list", "--favourite") == "(none)\n"
    aileron("dataset", "tag", "fruit", "--none")
    assert json.loads(aileron("dataset", "list", "--json"))[0]["tags"] == []
    aileron("dataset", "offline", "fruit")
    assert " no " in aileron("dataset", "list").splitlines()[1]
    aileron("dataset", "online", "fruit")
    assert "say --none" in aileron("dataset", "tag", "fruit", code=2)


def test_a_version_is_locked_deleted_restored_and_purged(aileron: Aileron) -> None:
    aileron("dataset", "lock", "fruit", "1", "--reason", "audit")
    assert ": audit" in aileron("dataset", "versions", "fruit")
    with pytest.raises(Conflict, match="audit"):
        aileron("dataset", "delete", "fruit", "--version", "1")
    aileron("dataset", "unlock", "fruit", "1")
    aileron("dataset", "delete", "fruit", "--version", "1")
    assert "fruit@v1" not in aileron("dataset", "versions", "fruit")
    assert "fruit@v1" in aileron("dataset", "versions", "fruit", "--deleted")
    assert "0 files, 0 bytes" in aileron("dataset", "purge")
    aileron("dataset", "restore", "fruit", "--version", "1")
    assert "fruit@v1" in aileron("dataset", "show", "fruit")
    aileron("dataset", "delete", "fruit")
    assert aileron("dataset", "list") == "(none)\n"
    assert "fruit" in aileron("dataset", "list", "--deleted")
    aileron("dataset", "restore", "fruit")
    assert "fruit@v2" in aileron("dataset", "versions", "fruit")


def test_shares_are_given_listed_and_taken_back(aileron: Aileron) -> None:
    aileron("dataset", "share", "fruit", "--with", "li")
    shown = aileron("dataset", "share", "fruit", "--with-project", "pumps", "--write")
    assert [line.split()[:3] for line in shown.splitlines()[1:]] == [
        ["li", "actor", "read"],
        ["pumps", "project", "write"],
    ]
    aileron("dataset", "unshare", "fruit", "--with", "li")
    assert "li" not in aileron("dataset", "share", "fruit").replace("lineage", "")
    assert "--with-project" in aileron("dataset", "unshare", "fruit", code=2)


def test_lineage_names_runs_and_models(aileron: Aileron, history: History) -> None:
    history.released(history.finished(history.trained("r1")))
    shown = aileron("dataset", "lineage", "fruit", "1")
    for words in ("default/fruit/r1", "default/fruit version 1", "champion", "revision 1", "live"):
        assert words in shown
