"""What work that broke off has left goes after a day; what is at work stays."""

from __future__ import annotations

import os
from pathlib import Path

from aileron.retention.leftovers import remove_leftovers

LONG_AGO = 1_600_000_000


def folder(home: Path, name: str) -> Path:
    (home / name / "blobs").mkdir(parents=True)
    (home / name / "blobs" / "layer").write_text("half of it")
    return home / name


def age(path: Path) -> None:
    for one in (*path.rglob("*"), path):
        os.utime(one, (LONG_AGO, LONG_AGO))


def test_only_half_pulled_images_that_nobody_writes_to_go(tmp_path: Path) -> None:
    dead, alive, other = (folder(tmp_path, name) for name in ("image-a", "image-b", "images"))
    for one in (dead, alive, other):
        age(one)
    (alive / "blobs" / "another").write_text("just written")
    age_of_top = alive.stat().st_mtime
    assert age_of_top == LONG_AGO
    assert remove_leftovers(tmp_path) == ["image-a"]
    assert alive.is_dir()
    assert other.is_dir()
    assert remove_leftovers(tmp_path) == []
