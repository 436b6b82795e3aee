"""Container images in the terminal."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plugins.history import History
from plugins.own_images import layer, made

from aileron.cli import command
from aileron.core.errors import AileronError, InvalidInput, NotFound
from aileron.core.ports import ArtifactKind

Aileron = Callable[..., str]
POINT = {
    "rule": "bash",
    "message_id": "container.has_bash",
    "values": {},
    "sentence": "bash is there.",
}


@pytest.fixture
def aileron(history: History, monkeypatch: pytest.MonkeyPatch) -> Aileron:
    """``aileron("image", "list")`` prints so; image `mine` has a ready and a refused version."""
    for met in (True, False):
        row = history.ledger.images.begin("default", "mine", {"pull": "r.example/a:1"})
        folder = history.settings.home / f"made-{row.id}"
        image = made(folder, layer({"a": str(met)}))
        reference = history.store.put(ArtifactKind.IMAGE, folder)
        point = POINT | {"passed": met} | ({} if met else {"message_id": "container.no_bash"})
        history.ledger.images.finish(row.id, reference, image.digest, [point], {}, "0.1.0")
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


def test_images_are_listed_shown_checked_exported_and_deleted(
    aileron: Aileron, tmp_path: Path
) -> None:
    (listed,) = json.loads(aileron("image", "list", "--json"))
    assert (listed["name"], listed["latest"], listed["state"]) == ("mine", 1, "refused")
    assert "pull r.example/a:1" in aileron("image", "show", "mine")
    assert "bash is there." in aileron("image", "check", "mine")
    assert "There is no bash" in aileron("image", "check", "mine@v2", code=1)
    said = json.loads(aileron("image", "export", "mine", str(tmp_path / "a.tar"), "--json"))
    assert said["loaded_as"].startswith("localhost/aileron/default/mine:v1-")
    assert (tmp_path / "a.tar").is_file()
    with pytest.raises(InvalidInput, match="names no version"):
        aileron("image", "delete", "mine")
    with pytest.raises(InvalidInput, match="no version 7; there are v2, v1"):
        aileron("image", "log", "mine@v7")
    aileron("image", "delete", "mine@v2")
    with pytest.raises(NotFound):
        aileron("image", "show", "other")


def test_a_build_is_asked_for_in_the_words_of_the_options(aileron: Aileron, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("numpy\n-e .\n")
    words = ("image", "build", "new", "--base", "mine")
    with pytest.raises(InvalidInput, match="is no package"):
        aileron(*words, "--requirements", str(tmp_path / "requirements.txt"))
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    with pytest.raises(InvalidInput, match="a Dockerfile says itself"):
        aileron("image", "build", "new", "--dockerfile", str(tmp_path / "Dockerfile"), "--pip", "a")
    with pytest.raises(InvalidInput, match="no registry"):
        aileron("image", "pull", "new", "r.example/a:1", "--no-wait")
