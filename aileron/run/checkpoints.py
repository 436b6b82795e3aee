"""Folders in which long components leave how far they got, one per project and cache key.

They outlive tries that failed or were killed and are removed once the node has succeeded.
What nobody has touched for two weeks belongs to work that was given up, and is swept.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from aileron.run.folders import remove

KEPT_SECONDS: Final = 14 * 24 * 3600.0


class Checkpoints:
    """The checkpoint folders of one state directory."""

    def __init__(self, home: Path) -> None:
        self._root = home / "checkpoints"

    def folder(self, project: str, key: str) -> Path:
        """Where work with cache key `key` leaves its checkpoints; the step makes it."""
        return self._root / project / key

    def remove(self, project: str, key: str) -> None:
        """The work is done, and its checkpoints are of no more use."""
        folder = self.folder(project, key)
        if folder.exists():
            remove(folder)

    def sweep(self, kept_seconds: float = KEPT_SECONDS) -> None:
        """Remove the folders that nothing was written to for so long."""
        oldest = time.time() - kept_seconds
        for folder in self._root.glob("*/*"):
            with suppress(FileNotFoundError):  # another engine removed it
                if folder.stat().st_mtime < oldest:
                    remove(folder)
