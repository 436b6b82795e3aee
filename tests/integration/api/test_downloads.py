"""Files for one answer lie beside the installation's bytes, and go when they were sent."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from plugins.history import History
from plugins.own_images import layer, made

from aileron.api.downloads import FOLDER, OLD_SECONDS, sweep
from aileron.container.archive import read_archive
from aileron.core.ports import ArtifactKind


@pytest.fixture
def image(history: History) -> str:
    """A version that can be exported; its digest."""
    row = history.ledger.images.begin("default", "mine", {"pull": "r.example/a:1"})
    folder = history.settings.home / "made"
    found = made(folder, layer({"a": "1"}))
    reference = history.store.put(ArtifactKind.IMAGE, folder)
    history.ledger.images.finish(row.id, reference, found.digest, [], {}, "0.1.0")
    return found.digest


def test_an_image_is_sent_from_the_home_and_leaves_nothing(
    api: Any, image: str, history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    answer = api.ask("viewer", "GET", "images/mine/versions/1/archive")
    assert answer.status_code == 200, answer.text
    assert "mine-v1.tar" in answer.headers["content-disposition"]
    monkeypatch.undo()
    (tmp_path / "sent.tar").write_bytes(answer.content)
    assert read_archive(tmp_path / "sent.tar", tmp_path / "again", 1 << 30).digest == image
    assert list((history.settings.home / FOLDER).iterdir()) == []


def test_what_is_not_there_leaves_nothing_either(api: Any, image: str, history: History) -> None:
    answer = api.ask("viewer", "GET", "images/mine/versions/7/archive")
    assert answer.status_code == 404
    assert list((history.settings.home / FOLDER).iterdir()) == []


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    sweep(tmp_path)
    for name, age in (("old", OLD_SECONDS + 60), ("young", 60)):
        work = tmp_path / FOLDER / name
        work.mkdir(parents=True)
        (work / "file").write_text("x")
        moment = work.stat().st_mtime - age
        os.utime(work, (moment, moment))
    sweep(tmp_path)
    assert [work.name for work in (tmp_path / FOLDER).iterdir()] == ["young"]
