"""Which files are kept, of a state directory and of a workspace."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from aileron.backup.files import home_files, is_private, secret_files, workspace_files


def make(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


def test_of_a_state_directory_all_is_kept_that_cannot_be_made_again(tmp_path: Path) -> None:
    home = make(
        tmp_path,
        "postgres/cluster/PG_VERSION",
        "store/blobs/ab/ab",
        "cache/code.json",
        "logs/gateway.log",
        "stack.json",
        "version-abc/half.csv",
        "secrets/postgres",
        "backups/backups/000001.json",
        "airflow/logs/dag_processor/latest.log",
        "airflow/logs/dag_id=a/run/task.log",
        "mlflow-artifacts/1/model.bin",
        "something-of-a-later-version/file",
    )
    assert [str(path) for path in home_files(home)] == [
        "airflow/logs/dag_id=a/run/task.log",
        "mlflow-artifacts/1/model.bin",
        "something-of-a-later-version/file",
    ]
    assert [str(path) for path in secret_files(home)] == ["secrets/postgres"]


def test_links_are_followed_nowhere(tmp_path: Path) -> None:
    home = make(tmp_path / "home", "uploads/a")
    make(tmp_path / "other", "b")
    (home / "linked").symlink_to(tmp_path / "other")
    (home / "uploads" / "link").symlink_to(tmp_path / "other" / "b")
    assert [str(path) for path in home_files(home)] == ["uploads/a"]


@pytest.mark.parametrize("tracked", [True, False], ids=["with Git", "without"])
def test_of_a_workspace_what_people_wrote_is_kept(tmp_path: Path, tracked: bool) -> None:
    workspace = make(
        tmp_path, "configs/a.yaml", "dags/__pycache__/a.pyc", ".aileron/stack.json", "notes.txt"
    )
    make(workspace, "backups/backups/1.json")
    if tracked:
        (workspace / ".gitignore").write_text("__pycache__/\n.aileron/\n")
        subprocess.run(["git", "init", "--quiet"], cwd=workspace, check=True)
    excluded = {workspace / ".aileron", workspace / "backups"}
    found = {str(path) for path in workspace_files(workspace, excluded)}
    assert found - {".gitignore"} == {"configs/a.yaml", "notes.txt"}


def test_a_file_that_only_its_owner_may_read_is_private(tmp_path: Path) -> None:
    make(tmp_path, "open", "closed")
    (tmp_path / "open").chmod(0o640)
    (tmp_path / "closed").chmod(0o600)
    assert not is_private(tmp_path / "open")
    assert is_private(tmp_path / "closed")
