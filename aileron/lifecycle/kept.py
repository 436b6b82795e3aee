"""Small JSON files under ``HOME/cache``: answers that are quicker to read than to make."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def read_kept(path: Path) -> Any:
    """The value kept at `path`, None if there is none or it cannot be read."""
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def keep(path: Path, value: Any) -> None:
    """Keep `value` at `path`, whole or not at all, whoever else writes there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        json.dump(value, file)
    Path(file.name).replace(path)


def stamps(files: Iterable[str]) -> list[list[Any]]:
    """``[file, stamp]`` of each: inode, size, times of change and of status change.

    The stamp is None if there is no such file. A program cannot set the last time, so a file
    put back with its old time of change counts as changed.
    """
    return [[file, _stamp(file)] for file in files]


def _stamp(file: str) -> list[int] | None:
    try:
        found = Path(file).stat()
    except FileNotFoundError:
        return None
    return [found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]
