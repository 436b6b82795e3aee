"""Which files are kept, of a state directory and of a workspace."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from aileron.backup.files import (
    Passed,
    home_files,
    is_private,
    private_files,
    secret_files,
    workspace_files,
)


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
        "image-abc/layer.tar",
        ".restoring/home/store/x",
        "lost+found/x",
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


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=folder,
                   check=True, capture_output=True)  # fmt: skip


def found(workspace: Path) -> set[str]:
    return {path.as_posix() for path in workspace_files(workspace, ())}


def test_a_workspace_that_a_repository_around_it_ignores_is_kept(tmp_path: Path) -> None:
    git(make(tmp_path / "outer", "sites/a/notes.txt", "tracked.txt"), "init", "--quiet")
    (tmp_path / "outer" / ".gitignore").write_text("sites/\n")
    workspace = tmp_path / "outer" / "sites" / "a"
    assert found(workspace) == {"notes.txt"}
    make(workspace, "forced.txt")
    git(workspace, "add", "--force", "forced.txt")
    assert found(workspace) == {"notes.txt", "forced.txt"}


def test_repositories_and_submodules_inside_a_workspace_are_kept(tmp_path: Path) -> None:
    workspace = make(tmp_path / "work", "a.txt", "nested/b.txt", "nested/ignored.txt")
    (workspace / "nested" / ".gitignore").write_text("ignored.txt\n")
    library = make(tmp_path / "library", "c.txt")
    for folder in (workspace, workspace / "nested", library):
        git(folder, "init", "--quiet")
    git(library, "add", ".")
    git(library, "commit", "--quiet", "-m", "x")
    git(workspace, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add",
        str(library), "library")  # fmt: skip
    assert found(workspace) - {".gitmodules"} == {
        "a.txt", "library/c.txt", "nested/.gitignore", "nested/b.txt",
    }  # fmt: skip


@pytest.mark.parametrize("tracked", [True, False], ids=["with Git", "without"])
def test_links_of_a_workspace_are_told(tmp_path: Path, tracked: bool) -> None:
    workspace = make(tmp_path / "work", "a.txt", "folder/b.txt")
    (workspace / "folder" / "link").symlink_to("b.txt")
    (workspace / "data").symlink_to("folder")
    if tracked:
        git(workspace, "init", "--quiet")
    passed = Passed()
    assert set(workspace_files(workspace, (), passed)) == {Path("a.txt"), Path("folder/b.txt")}
    assert set(passed.links) == {Path("folder/link"), Path("data")}


def test_a_folder_that_cannot_be_listed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, passed = make(tmp_path / "work", "a.txt", "closed/b.txt"), Passed()
    iterdir = Path.iterdir

    def refuse(path: Path) -> Iterator[Path]:
        if path.name == "closed":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert list(workspace_files(workspace, (), passed)) == [Path("a.txt")]
    assert [str(error.filename) for error in passed.unreadable] == [str(workspace / "closed")]


def private(root: Path, **options: bool) -> set[str]:
    paths = [path.relative_to(root) for path in root.rglob("*") if path.is_file()]
    kept = [path for path in paths if not path.is_relative_to(".git")]
    return {path.as_posix() for path in private_files(root, kept, **options)}


def test_a_closed_file_among_open_ones_is_private_unless_git_has_it(tmp_path: Path) -> None:
    root = make(tmp_path, "open", "closed", "tracked.txt", "tracked.key")
    for name in ("closed", "tracked.txt", "tracked.key"):
        (root / name).chmod(0o600)
    git(root, "init", "--quiet")
    git(root, "add", "tracked.txt", "tracked.key")
    assert private(root, by_name=False) == {"closed", "tracked.key"}


def test_where_every_file_is_closed_names_tell_which_are_secrets(tmp_path: Path) -> None:
    root = make(tmp_path, "configs/a.yaml", "dags/b.py", ".env", "api/download.key", "my_token")
    for path in root.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    assert private(root, by_name=False) == {".env", "api/download.key", "my_token"}


def test_of_a_state_directory_names_tell_in_any_case(tmp_path: Path) -> None:
    root = make(tmp_path, "api/download.key", "uploads/large.csv", "open.key", "open.txt")
    for name in ("api/download.key", "uploads/large.csv"):
        (root / name).chmod(0o600)
    for name in ("open.key", "open.txt"):
        (root / name).chmod(0o644)
    assert private(root, by_name=True) == {"api/download.key"}


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
