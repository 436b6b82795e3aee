"""A store in a folder when the machine lets it down: full disk, power cut, kill."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aileron.core.errors import Unavailable
from aileron.core.ports import ArtifactKind
from aileron.store import Store, open_store
from aileron.store.store import manifest_key

KIND = ArtifactKind.DATASET


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "made"
    made.mkdir()
    (made / "a.bin").write_bytes(os.urandom(100_000))
    (made / "b.bin").write_bytes(os.urandom(100_000))
    return made


def manifests(store: Store) -> list[Path]:
    return list(Path(store.root).glob("manifests/*/*"))


def drafts(store: Store) -> list[Path]:
    return list(Path(store.root).glob("drafts/*"))


def test_what_manifests_cannot_be_listed_keeps_all_blobs(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, one = folder / "a.bin", folder.with_name("one")
    one.mkdir()
    (one / "a.bin").write_bytes(shared.read_bytes())
    kept, going = store.put(KIND, folder), store.put(KIND, one)
    for path in Path(store.root).glob("blobs/*/*"):
        os.utime(path, (0, 0))
    there = Path(store.root, manifest_key(kept.digest)).parent
    scandir = os.scandir

    def fail(path: str | Path) -> Any:
        if Path(path) == there:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", fail)
    with pytest.raises(Unavailable, match="Stale file handle"):
        store.remove([going], before=time.time())
    store.verify(kept)


@pytest.mark.parametrize("room", [0, 50_000, 100_000, 150_000, 200_000, 200_010])
def test_a_full_disk_publishes_nothing_and_a_retry_succeeds(
    store: Store,
    folder: Path,
    room: int,
    fill_disk: Callable[[Path, int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill_disk(Path(store.root), room)
    with pytest.raises(Unavailable, match="disk is full") as failure:
        store.put(KIND, folder)
    assert failure.value.retryable
    assert (manifests(store), drafts(store)) == ([], [])
    monkeypatch.undo()
    store.verify(store.put(KIND, folder))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    mounted = subprocess.run(["mount", *options], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("this account may not mount a file system")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_really_full_disk_is_told_and_publishes_nothing(small_disk: Path, folder: Path) -> None:
    store = open_store(str(small_disk / "store"))
    kept = store.put(KIND, folder)
    (folder / "b.bin").write_bytes(os.urandom(2_000_000))
    with pytest.raises(Unavailable, match="disk is full"):
        store.put(KIND, folder)
    assert len(manifests(store)) == 1
    store.verify(kept)


def test_a_full_target_disk_leaves_no_half_fetched_artifact(
    store: Store, folder: Path, small_disk: Path
) -> None:
    (folder / "c.bin").write_bytes(os.urandom(2_000_000))
    reference = store.put(KIND, folder)
    with pytest.raises(Unavailable, match="disk is full"):
        store.fetch(reference, small_disk / "out")
    assert list(small_disk.iterdir()) == []


def size(draft: Path) -> int:
    """In bytes; 0 of one that was published meanwhile."""
    try:
        return draft.stat().st_size
    except FileNotFoundError:
        return 0


def test_a_writer_killed_midway_leaves_no_manifest(store: Store, folder: Path) -> None:
    with (folder / "large.bin").open("wb") as file:
        file.truncate(4 << 30)
    code = (
        "import sys; from pathlib import Path; from aileron.store import open_store;"
        f"open_store({store.root!r}).put('dataset', Path({str(folder)!r}))"
    )
    writer = subprocess.Popen([sys.executable, "-c", code])
    try:
        deadline = time.monotonic() + 120
        while not any(size(path) > 1_000_000 for path in drafts(store)):
            assert writer.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    assert manifests(store) == []
    (folder / "large.bin").unlink()
    store.verify(store.put(KIND, folder))


def test_writers_of_the_same_content_do_not_disturb_each_other(store: Store, folder: Path) -> None:
    code = (
        "from pathlib import Path; from aileron.store import open_store;"
        f"s = open_store({store.root!r});"
        f"print({{s.put('dataset', Path({str(folder)!r})).digest for _ in range(30)}})"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = {writer.communicate(timeout=60)[0] for writer in writers}
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert len(said) == 1
    store.verify(store.put(KIND, folder))


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="Not a directory"):
        open_store(str(tmp_path / "file" / "store")).put(KIND, folder)


def test_fetching_from_a_folder_copies_no_bytes(store: Store, folder: Path) -> None:
    reference = store.put(KIND, folder)
    target = store.fetch(reference, Path(store.root).parent / "out")
    assert (target / "a.bin").stat().st_nlink == 2
    writable = store.fetch(reference, Path(store.root).parent / "out2", writable=True)
    assert (writable / "a.bin").stat().st_nlink == 1


def test_fetching_to_another_file_system_copies(
    store: Store, folder: Path, small_disk: Path
) -> None:
    target = store.fetch(store.put(KIND, folder), small_disk / "out")
    assert (target / "a.bin").read_bytes() == (folder / "a.bin").read_bytes()
    assert not (target / "a.bin").stat().st_mode & 0o222
