"""What is kept of ./output, whatever the code made of it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from plugins.job_models import ADDS, write_job_model
from plugins.tables import RecordingContext

from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind
from aileron.store import Store, open_store
from aileron.train.job.artefact import write_model
from aileron.train.job.metrics import Curves, Measured
from aileron.train.job.results import keep_files
from aileron.train.job.spec import JobWork

ODD = ("two\nlines.txt", "bell\x07.txt", os.fsdecode(b"caf\xe9.txt"))
"""Names that a file can have here, and no file of the store."""


@pytest.fixture
def output(tmp_path: Path) -> Path:
    folder = tmp_path / "job" / "output"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


def kept(output: Path, tmp_path: Path) -> tuple[dict[str, Any], list[str]]:
    lines: list[str] = []
    keep_files(output, tmp_path / "kept", lines.append)
    return json.loads((tmp_path / "kept" / "files.json").read_text(encoding="utf-8")), lines


def test_names_that_the_store_refuses_cost_no_other_file(
    output: Path, tmp_path: Path, store: Store
) -> None:
    good = ("good.txt", "deep \u3000 good/\u51c6.txt")
    for name in (*ODD, *good):
        (output / name).parent.mkdir(exist_ok=True)
        (output / name).write_text("kept")
    listing, lines = kept(output, tmp_path)
    assert {file["path"] for file in listing["files"]} == set(good)
    left_out = {r"two\nlines.txt", r"bell\x07.txt", r"caf\udce9.txt"}
    assert set(listing["left_out"]) == left_out
    assert all(any(name in line for line in lines) for name in left_out)
    assert store.put(ArtifactKind.FILES, tmp_path / "kept")


def test_a_models_files_are_those_that_the_store_takes(tmp_path: Path, store: Store) -> None:
    odd = dict.fromkeys(ODD, "x")
    model = write_job_model(
        tmp_path, code={"serve.py": ADDS, **odd}, output={"more.txt": "1", **odd}
    )
    listed = [one["path"] for one in json.loads((model / "model.json").read_text())["files"]]
    assert listed == ["code/serve.py", "files/more.txt"]
    assert store.put(ArtifactKind.MODEL, model)


def test_of_an_output_that_is_a_link_nothing_is_taken(output: Path, tmp_path: Path) -> None:
    others = tmp_path / "others"
    others.mkdir()
    (others / "model.pt").write_text("of another")
    (output.parent / "runs").mkdir()
    (output.parent / "runs" / "events.out.tfevents.1").write_bytes(b"")
    output.rmdir()
    output.symlink_to(others)
    Curves(RecordingContext(tmp_path), output.parent).finish()
    listing, lines = kept(output, tmp_path)
    assert (listing["files"], listing["left_out"]) == ([], [])
    assert "./output is a link" in lines[0]
    assert [path.name for path in others.iterdir()] == ["model.pt"]
    work = JobWork(command="true", framework="pytorch")
    with pytest.raises(InvalidInput, match="is a link"):
        write_model(RecordingContext(tmp_path), work, None, output, Measured())


def test_links_and_files_that_are_none_are_left_out(output: Path, tmp_path: Path) -> None:
    (output / "users").symlink_to("/etc/passwd")
    (output / "folder").symlink_to("/etc")
    os.mkfifo(output / "pipe")
    listing, _ = kept(output, tmp_path)
    assert (listing["files"], sorted(listing["left_out"])) == ([], ["folder", "pipe", "users"])
