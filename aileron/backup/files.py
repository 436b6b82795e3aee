"""Which files of a state directory and of a workspace a backup has.

Of the state directory, all but what is kept otherwise and what can be made again: a folder
that a later version adds is in. Of the workspace, what Git does not ignore where it is in a
work tree, else all but hidden folders.
"""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final

SECRETS: Final = "secrets"
LEFT_OUT: Final = frozenset(
    {
        "postgres",  # dumped
        "store",
        "dvc-remote",
        "data.git",  # kept by their objects
        SECRETS,  # kept for its owner alone
        "backups",
        "cache",
        "environments",
        "gateway",
        "logs",
        "run",
        "services",  # made again
    }
)
"""Folders of ``AILERON_HOME`` that are no part of the area ``home``."""
PARSING: Final = ("airflow/logs/dag_processor", "airflow/logs/scheduler")
"""What Airflow logs of itself every few seconds; the logs of tasks lie beside it and are kept."""
PASSING: Final = ("stack.", "version-", ".")
"""What begins the names of files and folders that a running installation makes and removes."""
NO_CONTENT: Final = frozenset({"__pycache__", "node_modules"})


def home_files(home: Path, excluded: Collection[Path] = ()) -> Iterator[Path]:
    """The files of a state directory that go into a backup, relative to it; sorted by folder."""
    passed = {*excluded, *(home / folder for folder in PARSING)}
    for path in sorted(home.iterdir()):
        if path.name in LEFT_OUT or path.name.startswith(PASSING) or path in passed:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _plain(home, path, lambda folder: folder not in passed)
        elif _is_plain(path):
            yield path.relative_to(home)


def secret_files(home: Path) -> Iterator[Path]:
    """The files that only their owner may read, relative to the state directory."""
    folder = home / SECRETS
    if folder.is_dir():
        yield from _plain(home, folder, lambda _: True)


def workspace_files(workspace: Path, excluded: Collection[Path]) -> Iterator[Path]:
    """The files of a workspace that go into a backup, relative to it.

    Args:
        excluded: folders that are none of its content, such as the state directory.
    """
    listed = _known_to_git(workspace)
    if listed is None:
        yield from _plain(workspace, workspace, lambda folder: _is_content(folder, excluded))
        return
    for path in listed:
        whole = workspace / path
        if _is_plain(whole) and not any(whole.is_relative_to(folder) for folder in excluded):
            yield path


def is_private(path: Path) -> bool:
    """Whether its owner alone may read it: so a secret is kept."""
    return not path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)


def _is_content(folder: Path, excluded: Collection[Path]) -> bool:
    hidden = folder.name.startswith(".") or folder.name in NO_CONTENT
    return not hidden and folder not in excluded


def _plain(root: Path, folder: Path, enter: Callable[[Path], bool]) -> Iterator[Path]:
    """The plain files below `folder`, relative to `root`; what goes meanwhile is passed over."""
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            if enter(path):
                yield from _plain(root, path, enter)
        elif _is_plain(path):
            yield path.relative_to(root)


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _known_to_git(workspace: Path) -> list[Path] | None:
    """The files that Git tracks or would offer to; None if there is no work tree, or no Git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=workspace, capture_output=True, check=False)
    except FileNotFoundError:
        return None
    if done.returncode != 0:
        return None
    names = sorted(set(done.stdout.decode(errors="surrogateescape").split("\0")) - {""})
    return [Path(name) for name in names]
