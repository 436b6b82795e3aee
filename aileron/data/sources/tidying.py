"""What may go of what people sent and of what was fetched, once nobody has used it for long.

Only age is judged here, and only what is meant to go away: `aileron.client` knows what runs and
definitions name, and keeps that.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aileron.data.sources.connections import Limits
from aileron.data.sources.drafts import FOLDER as DRAFTS
from aileron.data.sources.fetch import CACHE
from aileron.data.sources.git import CACHE as REPOSITORIES
from aileron.data.sources.uploads import Upload, Uploads


def old_uploads(home: Path, limits: Limits) -> Iterator[Upload]:
    """Those that were abandoned, and finished ones that nothing has named for long."""
    uploads, now = Uploads(home, limits), datetime.now(UTC)
    for one in uploads.all():
        kept = timedelta(days=limits.upload_days)
        ends = one.used + kept if one.complete else uploads.expires(one)
        if ends < now:
            yield one


def old_downloads(home: Path, limits: Limits) -> Iterator[Path]:
    """Folders of sources elsewhere, repositories included, that nobody has read for long."""
    before = (datetime.now(UTC) - timedelta(days=limits.download_days)).timestamp()
    locks = (lock for cache in (CACHE, REPOSITORIES) for lock in (home / cache).glob("*/lock"))
    for lock in locks:
        if lock.stat().st_mtime < before:
            yield lock.parent


def remove_download(folder: Path) -> bool:
    """Delete it, unless somebody is fetching into it."""
    with (folder / "lock").open("r") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        shutil.rmtree(folder, ignore_errors=True)
    return True


def draft_size(home: Path, folder: str, number: int) -> int:
    """Bytes of a draft's samples on the disk; 0 if they are gone."""
    return size_of(home / DRAFTS / folder / str(number))


def size_of(folder: Path) -> int:
    """Bytes of all files below, each counted once."""
    found = {}
    for above, _, names in os.walk(folder):
        for name in names:
            facts = (Path(above) / name).lstat()
            found[facts.st_ino] = facts.st_size
    return sum(found.values())
