"""What every store promises; each kind of store runs the same suite."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from pathlib import Path

import pytest
from plugins.stores import Backend

from aileron.core.errors import InvalidInput, NotFound, Refused, StepFailed
from aileron.core.ports import ArtifactKind, Reference
from aileron.store import Entry, Store, open_store
from aileron.store.local import LocalStore
from aileron.store.manifest import is_safe
from aileron.store.owner import claim_if_empty, owner_of
from aileron.store.store import blob_key, manifest_key

KIND = ArtifactKind.MODEL
LATER = time.time() + 24 * 3600
"""As if all that these tests write had been written long before."""


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_fetched_artifact_equals_what_was_put(store: Store, folder: Path, tmp_path: Path) -> None:
    reference = store.put(KIND, folder)
    target = store.fetch(reference, tmp_path / "a" / "b")
    assert contents(target) == contents(folder)
    assert reference.kind is KIND
    assert reference.size == sum(len(data) for data in contents(folder).values())


def test_equal_contents_have_equal_references(
    store: Store, folder: Path, tmp_path: Path, backend: Backend
) -> None:
    first = store.put(KIND, folder)
    kept = backend.names()
    for path in folder.rglob("*"):
        os.utime(path, (0, 0))
    (folder / "an empty folder").mkdir()
    assert store.put(KIND, folder) == first
    assert backend.names() == kept


def test_any_change_changes_the_reference(store: Store, folder: Path) -> None:
    before = store.put(KIND, folder)
    (folder / "serve.sh").chmod(0o644)
    not_executable = store.put(KIND, folder)
    (folder / "model.json").rename(folder / "model2.json")
    renamed = store.put(KIND, folder)
    assert len({before.digest, not_executable.digest, renamed.digest}) == 3


def test_a_reference_outlives_a_move_of_the_store(store: Store, folder: Path) -> None:
    assert store.root not in store.put(KIND, folder).uri


def test_fetched_files_are_read_only_unless_asked(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    reference = store.put(KIND, folder)
    for path in store.fetch(reference, tmp_path / "read").rglob("*"):
        if path.is_file():
            assert not path.stat().st_mode & stat.S_IWUSR
    target = store.fetch(reference, tmp_path / "write", writable=True)
    (target / "model.json").write_text("changed")
    store.verify(reference)


def test_executable_files_stay_executable(store: Store, folder: Path, tmp_path: Path) -> None:
    target = store.fetch(store.put(KIND, folder), tmp_path / "out")
    modes = {p.name for p in target.rglob("*") if p.is_file() and p.stat().st_mode & 0o111}
    assert modes == {"serve.sh"}


def test_a_fetch_does_not_overwrite_files(store: Store, folder: Path, tmp_path: Path) -> None:
    reference = store.put(KIND, folder)
    (tmp_path / "empty").mkdir()
    store.fetch(reference, tmp_path / "empty")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine").write_text("precious")
    with pytest.raises(InvalidInput, match="already holds files"):
        store.fetch(reference, tmp_path / "used")
    assert contents(tmp_path / "used") == {"mine": b"precious"}
    assert not list(tmp_path.glob(".used.*"))


def test_json_comes_back_as_it_was(store: Store) -> None:
    value = {"accepted": True, "reasons": [1.5, None, "准确率"]}
    reference = store.put_json(ArtifactKind.VERDICT, "verdict.json", value)
    assert store.read_json(reference, "verdict.json") == value
    with pytest.raises(NotFound, match=r"report\.json"):
        store.read_json(reference, "report.json")


def test_a_blob_is_written_in_pieces(store: Store, tmp_path: Path) -> None:
    with store.blob() as blob:
        for _ in range(40):
            blob.write(b"0123456789abcdef" * 8192)
    assert blob.size == 40 * 16 * 8192
    reference = store.publish(KIND, [Entry(path="big", digest=blob.digest, size=blob.size)])
    fetched = store.fetch(reference, tmp_path / "out") / "big"
    assert fetched.stat().st_size == blob.size


def test_a_blob_whose_writer_failed_never_was(store: Store, backend: Backend) -> None:
    def fail_midway() -> None:
        with store.blob() as blob:
            blob.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_midway()
    assert backend.names() == []


def test_what_was_never_put_is_not_there(store: Store, tmp_path: Path) -> None:
    unknown = Reference(kind=KIND, uri=f"artifact:{'0' * 64}", digest="0" * 64, size=0)
    assert not store.exists(unknown)
    with pytest.raises(NotFound, match="not in the store"):
        store.fetch(unknown, tmp_path / "out")
    with pytest.raises(NotFound):
        store.verify(unknown)


def test_a_lost_file_is_named(store: Store, backend: Backend, folder: Path, tmp_path: Path) -> None:
    reference = store.put(KIND, folder)
    assert store.exists(reference)
    entry = store.manifest(reference).entry("model.json")
    assert entry is not None
    backend.lose(blob_key(entry.digest))
    assert not store.exists(reference)
    for use in (store.verify, lambda r: store.fetch(r, tmp_path / "out")):
        with pytest.raises(NotFound, match=r"model\.json"):
            use(reference)
    assert not (tmp_path / "out").exists()


def test_a_damaged_file_is_named_and_healed_by_putting_it_again(
    store: Store, backend: Backend, folder: Path, tmp_path: Path
) -> None:
    reference = store.put(KIND, folder)
    entry = store.manifest(reference).entry("model.json")
    assert entry is not None
    backend.damage(blob_key(entry.digest), b"x" * entry.size)
    for use in (
        store.verify,
        lambda r: store.fetch(r, tmp_path / "out"),
        lambda r: store.read_bytes(r, "model.json"),
    ):
        with pytest.raises(StepFailed, match=r"model\.json"):
            use(reference)
    assert not (tmp_path / "out").exists()
    store.put(KIND, folder)
    store.verify(reference)


def test_a_file_of_another_size_is_noticed_without_reading_it(
    store: Store, backend: Backend, folder: Path
) -> None:
    reference = store.put(KIND, folder)
    entry = store.manifest(reference).entry("model.json")
    assert entry is not None
    backend.damage(blob_key(entry.digest), b"")
    assert not store.exists(reference)


def test_a_damaged_manifest_is_noticed(store: Store, backend: Backend, folder: Path) -> None:
    reference = store.put(KIND, folder)
    backend.damage(manifest_key(reference.digest), b'{"format_version":1,"files":[]}')
    assert not store.exists(reference)
    with pytest.raises(StepFailed, match="manifest"):
        store.verify(reference)


@pytest.mark.parametrize(
    "path", ["../escape", "/etc/passwd", "a/../../b", "a//b", "./a", "", ".", "a\nb", "a/"]
)
def test_a_manifest_cannot_lead_out_of_the_artifact(
    store: Store, backend: Backend, tmp_path: Path, path: str
) -> None:
    with store.blob() as blob:
        blob.write(b"evil")
    entry = Entry(path=path, digest=blob.digest, size=4)
    with pytest.raises(Refused, match="could leave the artifact"):
        store.publish(KIND, [entry])
    data = json.dumps({"format_version": 1, "files": [entry.model_dump()]}).encode()
    digest = hashlib.sha256(data).hexdigest()
    backend.damage(manifest_key(digest), data)
    planted = Reference(kind=KIND, uri=f"artifact:{digest}", digest=digest, size=4)
    with pytest.raises(Refused, match="could leave the artifact"):
        store.fetch(planted, tmp_path / "deep" / "out")
    assert not list(tmp_path.rglob("escape"))


def test_a_file_cannot_also_be_a_folder(store: Store) -> None:
    with store.blob() as blob:
        blob.write(b"x")
    entries = [Entry(path=path, digest=blob.digest, size=1) for path in ("a", "a/b")]
    with pytest.raises(Refused):
        store.publish(KIND, entries)
    with pytest.raises(Refused):
        store.publish(KIND, [entries[0], entries[0]])


def test_a_manifest_of_a_later_format_is_refused_in_words(store: Store, backend: Backend) -> None:
    data = b'{"format_version":2,"files":[]}'
    digest = hashlib.sha256(data).hexdigest()
    backend.damage(manifest_key(digest), data)
    reference = Reference(kind=KIND, uri=f"artifact:{digest}", digest=digest, size=0)
    with pytest.raises(StepFailed, match="Upgrade Aileron"):
        store.manifest(reference)


def test_links_and_empty_folders_are_refused(store: Store, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InvalidInput, match="no files"):
        store.put(KIND, empty)
    (empty / "link").symlink_to("/etc/passwd")
    with pytest.raises(InvalidInput, match="link"):
        store.put(KIND, empty)
    with pytest.raises(InvalidInput, match="no such folder"):
        store.put(KIND, tmp_path / "nowhere")


def test_a_reference_of_another_form_is_refused(store: Store) -> None:
    foreign = Reference(kind=KIND, uri="s3://elsewhere/x", digest="0" * 64, size=0)
    with pytest.raises(InvalidInput, match="artifact:DIGEST"):
        store.manifest(foreign)


def test_a_removed_artifact_takes_along_what_no_other_one_has(
    store: Store, backend: Backend, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = store.put(KIND, folder)
    (folder / "model.json").write_text('{"format_version": 2}')
    stays = store.put(KIND, folder)
    before = backend.names()
    assert store.remove([going], before=LATER).bytes == 0, (
        "what was written lately may be another one's"
    )
    assert not store.exists(going)
    again = tmp_path / "again"
    store.fetch(stays, again, writable=True)
    (again / "model.json").write_text('{"format_version": 1}')
    assert store.put(KIND, again) == going
    assert backend.names() == before
    monkeypatch.setattr("aileron.store.store.GRACE_SECONDS", -60.0)
    for dry_run in (True, False):
        removed = store.remove([going, going], before=LATER, dry_run=dry_run)
        assert (removed.artifacts, removed.bytes) == (1, len('{"format_version": 1}'))
        assert store.exists(going) is dry_run
    assert len(backend.names()) == len(before) - 2
    store.verify(stays)
    assert store.remove([going], before=LATER).artifacts == 0
    assert store.remove([stays], before=LATER).artifacts == 1
    assert backend.names() == []


def test_what_was_claimed_since_its_remover_asked_stays(store: Store) -> None:
    asked = time.time()
    used = store.put_json(KIND, "model.json", [1])
    assert store.remove([used], before=asked).artifacts == 0
    store.verify(used)
    assert store.remove([used], before=time.time() + 2).artifacts == 1


def test_an_artifact_that_lost_a_file_is_taken_again(
    store: Store, backend: Backend, folder: Path, tmp_path: Path
) -> None:
    source = open_store(str(tmp_path / "source"))
    reference = source.put(KIND, folder)
    whole = store.take(source, reference)
    assert whole == reference.size
    assert store.take(source, reference) == 0
    entry = source.manifest(reference).files[0]
    backend.lose(blob_key(entry.digest))
    assert store.take(source, reference) == entry.size
    store.verify(reference)


def test_a_store_is_empty_until_it_has_an_artifact_and_when_it_was_cleared(
    store: Store, backend: Backend
) -> None:
    assert store.is_empty
    assert claim_if_empty(store, "mine")
    assert store.is_empty
    store.put_json(KIND, "model.json", [1])
    assert not store.is_empty
    assert claim_if_empty(store, "mine")
    with pytest.raises(Refused, match="another installation"):
        claim_if_empty(store, "theirs")
    store.clear()
    assert (store.is_empty, owner_of(store), backend.names()) == (True, None, [])


def test_a_store_with_artifacts_and_no_owner_is_not_claimed_by_who_starts(store: Store) -> None:
    store.put_json(KIND, "model.json", [1])
    assert not claim_if_empty(store, "mine")
    assert owner_of(store) is None


@pytest.mark.parametrize("name", ["the\u3000best", "a\u00a0b", "zero\u200bwidth", "数据.csv"])
def test_files_may_have_any_name_that_is_text(store: Store, tmp_path: Path, name: str) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / name).write_text("x")
    reference = store.put(KIND, tmp_path / "made")
    assert (store.fetch(reference, tmp_path / "got") / name).read_text() == "x"


@pytest.mark.parametrize("name", ["a\nb", "bell\x07", "half\udcff", "no\U000e0fffone"])
def test_a_name_with_control_characters_or_halves_is_refused(name: str) -> None:
    assert not is_safe(name)


def test_nothing_is_removed_while_another_manifest_cannot_be_read(
    store: Store, backend: Backend, folder: Path
) -> None:
    going = store.put(KIND, folder)
    (folder / "model.json").write_text("{}")
    other = store.put(KIND, folder)
    backend.damage(manifest_key(other.digest), b"{")
    with pytest.raises(StepFailed):
        store.remove([going], before=LATER)
    assert store.exists(going)


def test_objects_of_executions_are_written_read_listed_and_removed(
    store: Store, tmp_path: Path
) -> None:
    big = tmp_path / "big"
    big.write_bytes(b"0123456789" * 300_000)
    store.write_object("executions/a/log/1.txt", b"one")
    store.write_object("executions/a/log/1.txt", b"another")
    store.write_object("executions/a/big", big)
    store.write_object("executions/ab/x", b"")
    assert store.read_object("executions/a/log/1.txt") == b"another"
    assert store.read_object("executions/a/log/2.txt") is None
    store.fetch_object("executions/a/big", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == big.read_bytes()
    with pytest.raises(NotFound, match="executions/none"):
        store.fetch_object("executions/none", tmp_path / "none")
    assert store.object_keys("executions/a/") == ["executions/a/big", "executions/a/log/1.txt"]
    assert time.time() - (store.object_written("executions/a/big") or 0) < 60
    store.remove_objects("executions/a/")
    assert store.object_keys("executions/") == ["executions/ab/x"]
    assert store.object_keys("executions/nothing/") == []
    assert store.object_written("executions/a/big") is None


@pytest.mark.parametrize(
    "key",
    ["blobs/aa/x", "executions/../blobs/x", "executionsx/a", "/executions/x", "executions//x"],
)
def test_objects_cannot_lie_elsewhere(store: Store, backend: Backend, key: str) -> None:
    for use in (
        lambda: store.write_object(key, b""),
        lambda: store.read_object(key),
        lambda: store.remove_objects(f"{key}/"),
    ):
        with pytest.raises(Refused, match="no object of an execution"):
            use()
    assert backend.names() == []


def test_an_artifact_of_another_store_is_taken_once(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    other = LocalStore(str(tmp_path / "other"))
    reference = other.put(KIND, folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert not store.has(reference.digest)
    assert store.take(other, reference) == size
    assert store.has(reference.digest)
    assert store.take(other, reference) == 0
    assert list(store.artifacts()) == [reference.digest]
    store.verify(reference)


def test_nothing_is_taken_of_an_artifact_that_is_damaged(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    source = LocalStore(str(tmp_path / "other"))
    reference = source.put(KIND, folder)
    entry = source.manifest(reference).entry("model.json")
    assert entry is not None
    blob = source.folder / blob_key(entry.digest)
    blob.chmod(0o600)
    blob.write_bytes(b"x" * entry.size)
    with pytest.raises(StepFailed, match=r"model\.json"):
        store.take(source, reference)
    assert not store.has(reference.digest)


def test_a_file_that_is_there_is_not_written_again(
    store: Store, backend: Backend, folder: Path
) -> None:
    first = store.add_file(folder / "serve.sh", "serve.sh")
    before = backend.names()
    assert store.add_file(folder / "serve.sh", "again.sh").digest == first.digest
    assert backend.names() == before
    assert store.read_bytes(store.publish(KIND, [first]), "serve.sh") == b"#!/bin/sh\n"
