"""A file that is given to the store becomes its own, unless somebody else has a hold on it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from aileron.core.digest import digest_file
from aileron.core.ports import ArtifactKind, Reference
from aileron.store import Store, open_store
from aileron.store.store import blob_key


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    path = tmp_path / "output" / "shard"
    path.parent.mkdir()
    path.write_bytes(b"large")
    return path


def blob_of(store: Store, reference: Reference) -> Path:
    [entry] = store.manifest(reference).files
    return Path(store.root) / blob_key(entry.digest)


def test_it_is_not_copied_and_can_be_read_only(store: Store, shard: Path) -> None:
    made = store.put(ArtifactKind.DATASET, shard.parent, given=True)
    blob = blob_of(store, made)
    assert blob.samefile(shard)
    assert blob.stat().st_mode & 0o777 == 0o444
    assert not list((Path(store.root) / "drafts").iterdir())
    store.verify(made)


def test_its_reference_is_that_of_a_copy(store: Store, shard: Path, tmp_path: Path) -> None:
    other = open_store(str(tmp_path / "other"))
    copied = other.put(ArtifactKind.DATASET, shard.parent)
    assert store.put(ArtifactKind.DATASET, shard.parent, given=True) == copied


def test_a_file_that_is_still_written_to_is_copied(store: Store, shard: Path) -> None:
    with shard.open("ab") as writer:
        made = store.put(ArtifactKind.DATASET, shard.parent, given=True)
        writer.write(b"more")
    store.verify(made)
    assert not blob_of(store, made).samefile(shard)


def test_a_file_that_has_another_name_is_copied(store: Store, shard: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").hardlink_to(shard)
    made = store.put(ArtifactKind.DATASET, shard.parent, given=True)
    (tmp_path / "mine").write_bytes(b"other")
    store.verify(made)


def test_a_file_of_another_file_system_is_copied(
    store: Store, shard: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    made = store.put(ArtifactKind.DATASET, shard.parent, given=True)
    store.verify(made)
    assert not blob_of(store, made).samefile(shard)


def test_a_program_stays_one(store: Store, shard: Path, tmp_path: Path) -> None:
    shard.chmod(0o755)
    made = store.put(ArtifactKind.PACKAGE, shard.parent, given=True)
    taken = store.fetch(made, tmp_path / "taken") / "shard"
    assert taken.stat().st_mode & 0o111


def test_an_old_file_that_is_given_is_no_draft_that_broke_off(
    store: Store, shard: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweep removes drafts by their age; this one is a link, and its bytes may be years old."""
    os.utime(shard, (0, 0))
    seen: list[float] = []

    def look(path: Path) -> str:
        seen.extend(one.written for one in store.stock() if one.key.startswith("drafts/"))
        return digest_file(path)

    monkeypatch.setattr("aileron.store.local.digest_file", look)
    store.put(ArtifactKind.DATASET, shard.parent, given=True)
    assert len(seen) == 1
    assert time.time() - seen[0] < 60
