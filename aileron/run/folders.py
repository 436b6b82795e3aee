"""Folders of single executions: made, owned while in use, removed, swept after a crash."""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def execution_folder(home: Path) -> Iterator[Path]:
    """A new folder below ``home/run/work``, gone afterwards; only its owner may look inside.

    A lock on the folder lives as long as this process; `sweep` removes what has none.
    """
    root = home / "run" / "work"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(root)
    folder = root / uuid.uuid4().hex
    draft = root / f".{folder.name}"
    draft.mkdir(mode=0o700)
    handle = os.open(draft, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        draft.rename(folder)
        yield folder
    finally:
        remove(folder)
        os.close(handle)


def sweep(root: Path) -> None:
    """Remove folders whose owners have died."""
    for folder in root.iterdir():
        if folder.name.startswith("."):
            continue
        with suppress(FileNotFoundError, BlockingIOError):
            handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(folder)
            finally:
                os.close(handle)


def remove(folder: Path) -> None:
    """Remove a tree, read-only folders included; one that is gone is no fault."""
    for parent, names, _ in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=not folder.exists())
