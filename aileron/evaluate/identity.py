"""The digest under which the store knows an artifact, from its directory alone."""

from __future__ import annotations

import os
from pathlib import Path

from aileron.core.digest import digest_file
from aileron.store import Entry, Manifest


def artifact_digest(folder: Path) -> str:
    """What `aileron.store.Store.put` would give as the reference's digest."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return Manifest.of(
        Entry(
            path=path.relative_to(folder).as_posix(),
            digest=digest_file(path),
            size=path.stat().st_size,
            executable=os.access(path, os.X_OK),
        )
        for path in files
    ).digest
