"""Reading a backup again, every byte of it."""

from __future__ import annotations

from collections.abc import Iterator

from aileron.backup.record import Area, Backup
from aileron.backup.target import Target
from aileron.backup.writing import ARTIFACTS_FILE, artifact
from aileron.core.errors import AileronError
from aileron.core.ports import Reference


def verify(target: Target, backup: Backup) -> Iterator[str]:
    """What is missing or damaged of the backup, in sentences; nothing if it is whole."""
    seen: set[str] = set()
    for area in backup.areas.values():
        yield from _broken(target, area.reference, seen)
    try:
        target.read_secrets(backup)
        kept = backup.areas[Area.ARTIFACTS].reference
        digests = target.store.read_json(kept, ARTIFACTS_FILE)
    except AileronError as error:
        yield str(error)
        return
    for digest in digests:
        yield from _broken(target, artifact(digest), seen)


def _broken(target: Target, reference: Reference, seen: set[str]) -> Iterator[str]:
    try:
        target.store.verify(reference, seen)
    except AileronError as error:
        yield str(error)
