"""What work that broke off has left in the state directory, which nothing names."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Final

IMAGES: Final = "image-*"
"""Folders in which an image is pulled or exported; each goes with the work that makes it."""
DEAD_SECONDS: Final = 24 * 3600.0
"""Nothing was written to it for so long."""


def remove_leftovers(home: Path) -> list[str]:
    """Delete them; returns their names."""
    before = time.time() - DEAD_SECONDS
    gone = [path for path in sorted(home.glob(IMAGES)) if path.is_dir() and _used(path) < before]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return [path.name for path in gone]


def _used(folder: Path) -> float:
    """When it was last written to; that of one which goes meanwhile does not count."""
    times = [0.0]
    for path in (folder, *folder.rglob("*")):
        try:
            times.append(path.lstat().st_mtime)
        except FileNotFoundError:
            continue
    return max(times)
