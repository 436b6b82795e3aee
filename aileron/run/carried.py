"""A checkpoint in the artifact store, for a step that runs where the store is no folder.

On a shared volume the step works in the store's own folder. Else the files are brought down
before the step starts and kept whenever they have changed: a new generation is uploaded whole
before ``current.json`` names it, so that a pod which is killed meanwhile leaves the old one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aileron.store import Store

Fingerprint = dict[str, tuple[int, int]]


class Checkpoint:
    """The checkpoint below `prefix` of a store.

    Args:
        local: where its files go if the store is no folder.
    """

    def __init__(self, store: Store, prefix: str, local: Path) -> None:
        self._store = store
        self._prefix = prefix
        direct = store.direct_folder(prefix)
        self._is_direct = direct is not None
        self.folder = direct or local
        """Where the step finds it and leaves it."""
        self._kept: Fingerprint = {}
        self._seen: Fingerprint = {}

    def bring(self) -> None:
        """Lay out what an earlier try has kept."""
        if self._is_direct:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        current = self._current()
        for name in current["files"]:
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            self._store.fetch_object(self._key(current["generation"], name), target)
        self._kept = self._seen = self._fingerprint()

    def keep_if_settled(self) -> None:
        """Keep the files if they have changed, but not since they were last looked at."""
        before, self._seen = self._seen, self._fingerprint()
        if self._seen == before:
            self.keep()

    def keep(self) -> None:
        """Keep the files if they have changed."""
        files = self._fingerprint()
        if self._is_direct or files == self._kept:
            return
        old = self._current()["generation"]
        new = old + 1
        for name in files:
            self._store.write_object(self._key(new, name), self.folder / name)
        if self._fingerprint() != files:  # the step was writing: what came up is of two states
            return
        current = json.dumps({"generation": new, "files": sorted(files)})
        self._store.write_object(f"{self._prefix}current.json", current.encode())
        self._store.remove_objects(f"{self._prefix}{old}/")
        self._kept = files

    def _current(self) -> dict[str, Any]:
        data = self._store.read_object(f"{self._prefix}current.json")
        found: dict[str, Any] = json.loads(data) if data else {"generation": 0, "files": []}
        return found

    def _key(self, generation: int, name: str) -> str:
        return f"{self._prefix}{generation}/{name}"

    def _fingerprint(self) -> Fingerprint:
        """Size and time of every file."""
        found = {}
        for path in self.folder.rglob("*"):
            if path.is_file():
                facts = path.stat()
                name = path.relative_to(self.folder).as_posix()
                found[name] = (facts.st_size, facts.st_mtime_ns)
        return found
