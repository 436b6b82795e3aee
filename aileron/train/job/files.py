"""Files as a job's code writes them: changing while they are looked at, under any name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from aileron.store.manifest import is_safe


def files_below(folder: Path) -> Iterator[Path]:
    """Everything below `folder` but folders, links to folders included, in no order.

    What vanishes meanwhile, as a rotated checkpoint does, is left out. Links are not followed.
    """
    for top, folders, names in os.walk(folder):  # which passes over what cannot be listed
        yield from (Path(top, name) for name in names)
        yield from (path for path in (Path(top, name) for name in folders) if path.is_symlink())


def shown(path: str) -> str:
    """`path` for a log: if the store would not take it, in ASCII, with the rest escaped."""
    return path if is_safe(path) else ascii(path)[1:-1]
