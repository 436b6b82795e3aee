"""Which files of a state directory and of a workspace a backup has.

Of the state directory, all but what is kept otherwise and what can be made again: a folder
that a later version adds is in. Of the workspace, what Git does not ignore where it is in a
work tree, else all but hidden folders. What is passed over and nobody may expect to be is told.
"""

from __future__ import annotations

import fnmatch
import os
import stat
import subprocess
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
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
        "labelstudio",  # what it holds is in its database
        "logs",
        "run",
        "services",  # made again
        "lost+found",  # the file system's own, of a state directory that is a volume
    }
)
"""Folders of ``AILERON_HOME`` that are no part of the area ``home``."""
PARSING: Final = ("airflow/logs/dag_processor", "airflow/logs/scheduler")
"""What Airflow logs of itself every few seconds; the logs of tasks lie beside it and are kept."""
PASSING: Final = ("stack.", "version-", "image-", ".")
"""What begins the names of files and folders that a running installation makes and removes."""
NO_CONTENT: Final = frozenset({"__pycache__", "node_modules", "lost+found"})
SECRET_NAMES: Final = (
    "*.key", "*.pem", "*.p12", "*.pfx", "*.kdbx", "*.env", ".env*", ".netrc", ".pgpass", "id_*",
    "*secret*", "*password*", "*passwd*", "*token*", "*credential*", "*fernet*", "*kubeconfig*",
)  # fmt: skip
"""What files with secrets are called, in lower case."""


@dataclass
class Passed:
    """What is not in a backup though it lies among what is, in order."""

    links: list[Path] = field(default_factory=list)
    """Symbolic links, relative; they are followed nowhere."""
    unreadable: list[OSError] = field(default_factory=list)
    """Folders that cannot be listed."""


def home_files(
    home: Path, excluded: Collection[Path] = (), passed: Passed | None = None
) -> Iterator[Path]:
    """The files of a state directory that go into a backup, relative to it; sorted by folder.

    Args:
        excluded: folders that are none of its content, resolved as `home` is.
        passed: told what else lies there.
    """
    without = {*excluded, *(home / folder for folder in PARSING)}
    passed = passed or Passed()
    for path in _listed(home, passed):
        if path.name in LEFT_OUT or path.name.startswith(PASSING) or path in without:
            continue
        yield from _each(home, path, lambda folder: folder not in without, passed)


def secret_files(home: Path, passed: Passed | None = None) -> Iterator[Path]:
    """The files of the folder of secrets, relative to the state directory."""
    folder = home / SECRETS
    if folder.is_dir():
        yield from _plain(home, folder, lambda _: True, passed or Passed())


def workspace_files(
    workspace: Path, excluded: Collection[Path], passed: Passed | None = None
) -> Iterator[Path]:
    """The files of a workspace that go into a backup, relative to it.

    A repository inside of it, a submodule too, is walked as a work tree of its own.

    Args:
        excluded: folders that are none of its content, such as the state directory, resolved
            as `workspace` is.
        passed: told what else lies there.
    """
    passed = passed or Passed()
    listed = _known_to_git(workspace)
    if listed is None:
        enter: Callable[[Path], bool] = lambda folder: _is_content(folder, excluded)  # noqa: E731
        yield from _plain(workspace, workspace, enter, passed)
        return
    for path in listed:
        whole = workspace / path
        if any(whole.is_relative_to(folder) for folder in excluded):
            continue
        if whole.is_symlink():
            passed.links.append(path)
        elif whole.is_dir():
            inner = Passed()
            yield from (path / each for each in workspace_files(whole, excluded, inner))
            passed.links += [path / each for each in inner.links]
            passed.unreadable += inner.unreadable
        elif whole.is_file():
            yield path


def private_files(root: Path, paths: Iterable[Path], *, by_name: bool) -> set[Path]:
    """Those of `paths`, relative to `root`, that are secrets.

    A secret is a file that its owner alone may read. Where that says nothing, its name has to
    say so, too: `by_name`; or no file at all may be read by others, as with a umask of 077.
    What Git tracks is no secret either unless its name says so.
    """
    found = list(paths)
    closed = {path for path in found if is_private(root / path)}
    if not by_name and len(closed) < len(found):
        tracked = _tracked(root) if closed else frozenset()
        return {path for path in closed if path not in tracked or has_secret_name(path)}
    return {path for path in closed if has_secret_name(path)}


def is_private(path: Path) -> bool:
    """Whether its owner alone may read it; what is gone is not."""
    try:
        return not path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)
    except OSError:
        return False


def has_secret_name(path: Path) -> bool:
    """Whether it is called as files with secrets are."""
    return any(fnmatch.fnmatch(path.name.lower(), pattern) for pattern in SECRET_NAMES)


def _is_content(folder: Path, excluded: Collection[Path]) -> bool:
    hidden = folder.name.startswith(".") or folder.name in NO_CONTENT
    return not hidden and folder not in excluded


def _plain(
    root: Path, folder: Path, enter: Callable[[Path], bool], passed: Passed
) -> Iterator[Path]:
    """The plain files below `folder`, relative to `root`."""
    for path in _listed(folder, passed):
        yield from _each(root, path, enter, passed)


def _listed(folder: Path, passed: Passed) -> list[Path]:
    """What is in a folder; one that goes meanwhile is passed over."""
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        passed.unreadable.append(error)
        return []


def _each(root: Path, path: Path, enter: Callable[[Path], bool], passed: Passed) -> Iterator[Path]:
    if path.is_symlink():
        passed.links.append(path.relative_to(root))
    elif path.is_dir():
        if enter(path):
            yield from _plain(root, path, enter, passed)
    elif path.is_file():
        yield path.relative_to(root)


def _known_to_git(workspace: Path) -> list[Path] | None:
    """The files that Git tracks or would offer to; None if there is no work tree, or no Git.

    Nor is there one where a repository around the workspace ignores it as a whole.
    """
    if _git(workspace, "check-ignore", "--quiet", "--no-index", ".") is not None:
        return None
    command = "ls-files", "-z", "--cached", "--others", "--exclude-standard"
    listed = _git(workspace, *command)
    return None if not listed else _paths(listed)


def _tracked(workspace: Path) -> frozenset[Path]:
    return frozenset(_paths(_git(workspace, "ls-files", "-z", "--cached") or b""))


def _git(workspace: Path, *words: str) -> bytes | None:
    """What it says; None if it fails, or is not there."""
    try:
        done = subprocess.run(["git", *words], cwd=workspace, capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def _paths(listed: bytes) -> list[Path]:
    names = (os.fsdecode(name) for name in listed.split(b"\0"))
    return [Path(name) for name in sorted({*names} - {""})]
