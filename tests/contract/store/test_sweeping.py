"""Removing while others write: nobody loses what they were told is there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import pytest

from aileron.core.errors import Refused, Unavailable
from aileron.core.ports import ArtifactKind, Reference
from aileron.store import Entry, Store, open_store
from aileron.store.s3 import S3Store

KIND = ArtifactKind.REPORT
IN_A_BUCKET = pytest.mark.parametrize("backend", ["s3"], indirect=True)
"""A folder has the locks of its machine, which end with who holds them."""


def sweep_all(store: Store, before: float, only: Reference | None = None) -> None:
    """As `aileron gc` does of a ledger that needs nothing, or only this one not."""
    with store.alone():
        stock = list(store.stock())
        manifests = [one for one in stock if one.key.startswith("manifests/")]
        dead = [one.key for one in manifests if one.written < before]
        live = {Path(one.key).stem for one in manifests if one.written >= before}
        needed = {digest for one in live for digest, _ in store.files_of(one)}
        files = [one for one in stock if one.key.startswith("blobs/") and one.written < before]
        loose = [one.key for one in files if Path(one.key).name not in needed]
        mine = {only.digest, *_files(store, only)} if only else None
        gone = [key for key in dead + loose if mine is None or Path(key).stem in mine]
        store.discard(gone)


def _files(store: Store, reference: Reference) -> list[str]:
    try:
        return [digest for digest, _ in store.files_of(reference.digest)]
    except FileNotFoundError:
        return []


def old(store: Store) -> float:
    """A time after which nothing has been written yet."""
    later = max((one.written for one in store.stock()), default=0.0)
    while time.time() <= later + 1.0:  # S3 knows seconds alone
        time.sleep(0.05)
    return int(later) + 1.0


def test_the_stock_tells_sizes_and_times(store: Store) -> None:
    began = time.time()
    store.put_json(KIND, "report.json", [1, 2])
    stock = {one.key.partition("/")[0]: one for one in store.stock()}
    assert set(stock) == {"manifests", "blobs"}
    assert stock["blobs"].size == len("[1,2]")
    assert abs(stock["blobs"].written - began) < 10
    (reference,) = {Path(stock["manifests"].key).stem}
    assert store.files_of(reference) == [(Path(stock["blobs"].key).name, 5)]


def test_what_was_claimed_counts_as_new(store: Store) -> None:
    used, unused = (store.put_json(KIND, "report.json", [n]) for n in range(2))
    before = old(store)
    assert store.claim(used)
    sweep_all(store, before)
    store.verify(used)
    assert not store.exists(unused)
    assert not store.claim(unused)


def test_what_is_published_again_counts_as_new(store: Store, tmp_path: Path) -> None:
    first = store.put_json(KIND, "report.json", [1])
    (tmp_path / "made").mkdir()
    fetched = store.fetch(first, tmp_path / "made" / "in")
    before = old(store)
    assert store.put(KIND, fetched) == first, "handed through, so it is not even copied"
    sweep_all(store, before)
    store.verify(first)


def test_whoever_publishes_while_a_sweep_is_under_way_loses_nothing(store: Store) -> None:
    again = store.put_json(KIND, "report.json", ["same"])
    before = old(store)
    removing = Event()
    discard = store.discard

    def slowly(keys: list[str]) -> None:
        removing.set()
        time.sleep(0.3)  # the others write now
        discard(keys)

    store.discard = slowly  # type: ignore[method-assign]
    others = open_store(store.root)
    with ThreadPoolExecutor(4) as pool:
        sweeping = pool.submit(sweep_all, store, before)
        assert removing.wait(20)
        made = [pool.submit(others.put_json, KIND, "report.json", ["same"]) for _ in range(2)]
        new = pool.submit(others.put_json, KIND, "report.json", ["new"])
        references = [one.result(60) for one in (*made, new)]
        sweeping.result(60)
    assert references[:2] == [again, again]
    for reference in references:
        store.verify(reference)


def test_whoever_claims_while_a_sweep_is_under_way_is_told_the_truth(store: Store) -> None:
    kept = store.put_json(KIND, "report.json", ["same"])
    before = old(store)
    removing = Event()
    discard = store.discard

    def slowly(keys: list[str]) -> None:
        removing.set()
        time.sleep(0.3)
        discard(keys)

    store.discard = slowly  # type: ignore[method-assign]
    others = open_store(store.root)
    with ThreadPoolExecutor(2) as pool:
        sweeping = pool.submit(sweep_all, store, before)
        assert removing.wait(20)
        claimed = pool.submit(others.claim, kept).result(60)
        sweeping.result(60)
    assert claimed == store.exists(kept)


def test_a_thousand_writers_and_sweepers_lose_nothing(store: Store) -> None:
    """All write and claim what is there and old, while it is swept, one thing after the other.

    What is old was written before they began: however slow the machine is, what they write is new.
    """
    count = 4 if isinstance(store, S3Store) else 120
    references = [store.put_json(KIND, "report.json", [number]) for number in range(count)]
    before = old(store)

    def write(_: int) -> None:
        mine = open_store(store.root)
        for number, reference in enumerate(references):
            assert mine.put_json(KIND, "report.json", [number]) == reference
            mine.verify(reference)

    def claim(_: int) -> None:
        mine = open_store(store.root)
        for reference in references:
            if mine.claim(reference):
                mine.verify(reference)

    def sweep() -> None:
        mine = open_store(store.root)
        for reference in references:
            sweep_all(mine, before, only=reference)

    with ThreadPoolExecutor(5) as pool:
        workers = [pool.submit(write, n) for n in range(2)] + [pool.submit(claim, 0)]
        workers.append(pool.submit(sweep))
        for worker in workers:
            worker.result(300)
    for reference in references:
        store.verify(reference)


COUNT = 150
WRITER = """
import sys
from aileron.core.ports import ArtifactKind
from aileron.store import open_store
store = open_store(sys.argv[1])
print("ready", flush=True)
for number in range(int(sys.argv[2])):
    store.verify(store.put_json(ArtifactKind.REPORT, "report.json", [number]))
"""


def test_processes_lose_nothing_either(tmp_path: Path) -> None:
    """What was there before is old, whatever the clock says: only the lock is between them."""
    store = open_store(str(tmp_path / "store"))
    references = [store.put_json(KIND, "report.json", [number]) for number in range(COUNT)]
    before = old(store)
    words = [sys.executable, "-c", WRITER, store.root, str(COUNT)]
    writers = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    for reference in references:
        sweep_all(store, before, only=reference)
    for writer in writers:
        _, said = writer.communicate(timeout=300)
        assert writer.returncode == 0, said
    for reference in references:
        store.verify(reference)


def test_blobs_that_were_removed_before_they_were_published_are_told(store: Store) -> None:
    with store.blob() as blob:
        blob.write(b"written long ago")
    before = old(store)
    sweep_all(store, before)
    entry = Entry(path="file", digest=blob.digest, size=blob.size)
    with pytest.raises(Unavailable, match="swept while this was written"):
        store.publish(KIND, [entry])


@IN_A_BUCKET
def test_a_put_whose_files_were_removed_meanwhile_writes_them_again(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, swept = S3Store._write_manifest, []

    def sweep_first(self: S3Store, key: str, data: bytes) -> None:
        if key.startswith("manifests/") and not swept:
            swept.append(key)
            sweep_all(open_store(store.root), time.time() + 60)
        write(self, key, data)

    monkeypatch.setattr(S3Store, "_write_manifest", sweep_first)
    store.verify(store.put(KIND, folder))
    assert swept


@IN_A_BUCKET
def test_whoever_died_while_removing_is_not_waited_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aileron.store import s3

    monkeypatch.setattr(s3, "DEAD_SECONDS", 0.5)
    with monkeypatch.context() as patch, store.alone():
        patch.setattr(S3Store, "_tell", lambda *_: None)  # it never says that it ended
    store.verify(store.put_json(KIND, "report.json", [1]))
    with store.alone():
        pass


@IN_A_BUCKET
def test_one_who_was_taken_for_dead_removes_nothing_more_and_leaves_the_other_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aileron.store import s3

    reference = store.put_json(KIND, "report.json", [1])
    keys = [one.key for one in store.stock()]
    other = open_store(store.root)
    assert isinstance(other, S3Store)
    with ExitStack() as late:
        with store.alone():
            monkeypatch.setattr(s3, "DEAD_SECONDS", -1.0)
            late.enter_context(other.alone())
            monkeypatch.undo()
            with pytest.raises(Unavailable, match="Somebody else removes"):
                store.discard(keys)
        assert other._told().by is not None, "the other one is still at work"
        store.verify(reference)
        other.discard(keys)
    assert not store.exists(reference)


@IN_A_BUCKET
def test_one_who_slept_too_long_stops_removing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aileron.store import s3

    reference = store.put_json(KIND, "report.json", [1])
    keys = [one.key for one in store.stock()]
    with store.alone():
        monkeypatch.setattr(s3, "LONGEST_SILENCE", -1.0)
        with pytest.raises(Unavailable, match="asleep"):
            store.discard(keys)
    store.verify(reference)


def test_a_folder_without_locks_is_not_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    store = open_store(str(tmp_path / "store"))
    reference = store.put_json(KIND, "report.json", [1])
    with pytest.raises(Refused, match="knows no locks"), store.alone():
        pass
    store.verify(reference)
