"""A file that a step hands from an input to an output is neither copied nor written again."""

from __future__ import annotations

from pathlib import Path

import pytest

from aileron.core.errors import StepFailed
from aileron.core.ports import ArtifactKind, Reference
from aileron.data.layout import hand_over
from aileron.store import Store, local, open_store
from aileron.store.store import blob_key


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


def handed_through(store: Store, folder: Path) -> tuple[Reference, Path]:
    """An artifact with a large file, and an output that has that file and another one."""
    first = folder / "first"
    first.mkdir()
    (first / "shard").write_bytes(b"large")
    reference = store.put(ArtifactKind.DATASET, first)
    taken = store.fetch(reference, folder / "input")
    output = folder / "output"
    output.mkdir()
    hand_over(taken / "shard", output / "shard")
    (output / "samples").write_text("new")
    return reference, output


@pytest.mark.parametrize("remembered", [True, False])
def test_it_is_kept_as_it_is(store: Store, tmp_path: Path, remembered: bool) -> None:
    reference, output = handed_through(store, tmp_path)
    if not remembered:  # another process lays it out
        local._LAID_OUT.clear()
    [entry] = store.manifest(reference).files
    blob = Path(store.root) / blob_key(entry.digest)
    before = blob.stat().st_ino
    made = store.put(ArtifactKind.DATASET, output)
    assert blob.stat().st_ino == before == (output / "shard").stat().st_ino
    assert {one.path for one in store.manifest(made).files} == {"shard", "samples"}
    store.verify(made)


def test_another_store_gets_the_bytes(store: Store, tmp_path: Path) -> None:
    _, output = handed_through(store, tmp_path)
    other = open_store(str(tmp_path / "other"))
    other.verify(other.put(ArtifactKind.DATASET, output))


def test_what_is_linked_to_something_else_is_read(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "a").write_bytes(b"mine")
    (folder / "b").hardlink_to(folder / "a")
    store.verify(store.put(ArtifactKind.DATASET, folder))


def test_a_damaged_blob_is_noticed_before_it_is_handed_through(
    store: Store, tmp_path: Path
) -> None:
    reference, _ = handed_through(store, tmp_path)
    [entry] = store.manifest(reference).files
    blob = Path(store.root) / blob_key(entry.digest)
    blob.chmod(0o644)
    blob.write_bytes(b"other")
    with pytest.raises(StepFailed):
        store.fetch(reference, tmp_path / "again")
