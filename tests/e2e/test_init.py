"""`aileron init`, from a folder that has nothing to do with Aileron."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from plugins.command import PROGRAM

FOLDERS = {"bento", "configs", "dags", "datasets", "plugins"}


def aileron(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environ = {name: text for name, text in os.environ.items() if not name.startswith("AILERON_")}
    return subprocess.run(
        [str(PROGRAM), *words],
        cwd=cwd,
        env={**environ, "AILERON_LANG": "en"},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("exists", [True, False], ids=["empty", "absent"])
def test_a_new_workspace_is_complete_and_its_lifecycle_is_sound(
    foreign: Path, tmp_path: Path, exists: bool
) -> None:
    workspace = tmp_path / "mine"
    if exists:
        workspace.mkdir()
    made = aileron("init", str(workspace), cwd=foreign)
    assert made.returncode == 0, made.stderr
    assert "aileron lifecycle run breast_cancer" in made.stdout
    assert {path.name for path in workspace.iterdir() if path.is_dir()} == FOLDERS
    assert ".aileron/" in (workspace / ".gitignore").read_text().split()
    assert not [path for path in workspace.rglob("*") if path.name == "__pycache__"]
    linted = aileron("lifecycle", "lint", cwd=workspace)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert not list(foreign.iterdir()), "nothing was written where the command was called"


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(
    foreign: Path, tmp_path: Path
) -> None:
    workspace = tmp_path / "mine"
    workspace.mkdir()
    (workspace / "notes.txt").write_text("mine")
    refused = aileron("init", str(workspace), cwd=foreign)
    assert refused.returncode == 1
    assert str(workspace) in refused.stderr
    assert "empty" in refused.stderr
    assert [path.name for path in workspace.iterdir()] == ["notes.txt"]


def test_a_folder_named_relative_is_made_there(foreign: Path) -> None:
    assert aileron("init", "mine", cwd=foreign).returncode == 0
    assert (foreign / "mine" / "configs" / "lifecycles" / "breast_cancer.yaml").is_file()
