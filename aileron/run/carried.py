"""A checkpoint in the artifact store, for a step that runs where the store is no folder.

On a shared volume the step works in the store's own folder. Else the files are brought down
before the step starts and kept when they have changed: a copy of one moment is uploaded whole, as
a new generation, before ``current.json`` names it. A pod that is killed meanwhile leaves the old.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import quote

from aileron.store import Store
from aileron.store.store import said

Fingerprint = dict[str, tuple[int, int, int]]
LONGEST_UNKEPT: Final = 30.0
"""After so long what never settles is kept all the same, seconds."""
COPIES: Final = 5
"""How often a copy is tried at a time: the step may write while it is made."""


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
        self._kept_at = time.monotonic()

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

    def keep_meanwhile(self) -> None:
        """Keep the files if they have changed, while the step may be writing them.

        Those that have changed since they were last looked at are given time to settle.

        Raises:
            Unavailable: the store is away, or this disk has no room for a copy.
        """
        before, self._seen = self._seen, self._fingerprint()
        overdue = time.monotonic() - self._kept_at > LONGEST_UNKEPT
        if self._is_direct or self._seen == self._kept or (self._seen != before and not overdue):
            return
        with TemporaryDirectory(dir=self.folder.parent) as name:
            copy = Path(name)
            try:
                files = self._copy_to(copy)
            except OSError as error:
                raise said(error, str(copy)) from None
            if files is not None:
                self._upload(files, copy)

    def keep(self) -> None:
        """Keep the files if they have changed; the step has ended."""
        files = self._fingerprint()
        if not self._is_direct and files != self._kept:
            self._upload(files, self.folder)

    def _copy_to(self, target: Path) -> Fingerprint | None:
        """Copy the files as they are at one moment; None if the step is always quicker."""
        for _ in range(COPIES):
            files = self._fingerprint()
            with suppress(FileNotFoundError):
                for name in files:
                    (target / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(self.folder / name, target / name)
                if self._fingerprint() == files:
                    return files
        return None

    def _upload(self, files: Fingerprint, folder: Path) -> None:
        old = self._current()["generation"]
        new = old + 1
        for name in files:
            self._store.write_object(self._key(new, name), folder / name)
        current = json.dumps({"generation": new, "files": sorted(files)})
        self._store.write_object(f"{self._prefix}current.json", current.encode())
        self._store.remove_objects(f"{self._prefix}{old}/")
        self._kept, self._kept_at = files, time.monotonic()

    def _current(self) -> dict[str, Any]:
        data = self._store.read_object(f"{self._prefix}current.json")
        found: dict[str, Any] = json.loads(data) if data else {"generation": 0, "files": []}
        return found

    def _key(self, generation: int, name: str) -> str:
        return f"{self._prefix}{generation}/{quote(name, errors='surrogateescape')}"

    def _fingerprint(self) -> Fingerprint:
        """Number, size and time of every file; one that goes meanwhile is none."""
        found = {}
        for parent, _, names in os.walk(self.folder):
            for path in (Path(parent, name) for name in names):
                with suppress(FileNotFoundError):
                    facts = path.stat()
                    if stat.S_ISREG(facts.st_mode):
                        name = path.relative_to(self.folder).as_posix()
                        found[name] = (facts.st_ino, facts.st_size, facts.st_mtime_ns)
        return found
