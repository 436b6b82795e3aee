"""Operations on real datasets, from version to version in a real data repository."""

from __future__ import annotations

import resource
from hashlib import md5
from pathlib import Path

import pytest
from plugins.datasets import Caller
from plugins.operations import Operations, Result, operations
from plugins.picture_folders import Gallery, gallery
from plugins.shared_data import shared
from plugins.text_sets import Library
from pydantic import SecretStr

from aileron.core.settings import Settings
from aileron.data.images import ImageDataset
from aileron.data.remote import DatasetRemote
from aileron.data.version import VersionConfig, VersionDataset
from aileron.data.versions import Versions

__all__ = ["gallery", "operations"]


@pytest.fixture
def caller(tmp_path: Path, ledger_url: str) -> Caller:
    home = tmp_path / "home"
    settings = Settings(workspace=tmp_path, home=home, ledger_url=SecretStr(ledger_url))
    return Caller(settings, tmp_path / "work")


def objects(versions: Versions) -> set[Path]:
    """The files in the remote."""
    return {path for path in Path(versions.remote.objects.path).rglob("*") if path.is_file()}


def test_insulators_from_version_to_version(
    gallery: Gallery, operations: Operations, caller: Caller, tmp_path: Path
) -> None:
    step, versions = VersionDataset(), Versions.of(caller.settings)

    def version(result: Result) -> tuple[str, int]:
        """The tag, and how many objects it added to the remote."""
        before = objects(versions)
        record = step.apply(caller, VersionConfig(), {"dataset": result.folder})
        assert step.observe(caller, VersionConfig(), {"dataset": result.folder}) == record
        return str(record["tag"]), len(objects(versions) - before)

    imported = gallery.ingest(shared("insulators"), name="insulators")
    whole = Result(imported.folder)
    first, _ = version(whole)
    renamed = operations.run("relabel", whole, rename={"defective": "缺陷"}, parent=first)
    assert version(renamed) == ("default/insulators@v2", 3), "card, samples and listing"
    parted = operations.run("resplit", renamed, parent="default/insulators@v2")
    assert version(parted) == ("default/insulators@v3", 3)
    once = operations.run("dedupe", parted)
    assert once.card.counts.rows == 359
    some = operations.run("sample", once, fraction=0.1, parent="default/insulators@v3")
    assert some.card.class_counts == {"缺陷": 12, "normal": 24}
    assert version(some) == ("default/insulators@v4", 3)
    compacted = operations.run("compact", some, parent="default/insulators@v4")
    assert version(compacted) == ("default/insulators@v5", 4), "one small shard as well"

    restored = versions.get("default", "insulators", 5, tmp_path / "restored")
    assert restored.card.parent == "default/insulators@v4"
    assert restored.card.digest == versions.show("default", "insulators", 4).digest
    for record in ImageDataset.read(tmp_path / "restored").records():
        path = shared("insulators") / record.sample_id
        assert ImageDataset.read(tmp_path / "restored").picture(record) == path.read_bytes()


def test_two_halves_of_the_insulators_are_the_whole(
    gallery: Gallery, operations: Operations
) -> None:
    whole = Result(gallery.ingest(shared("insulators"), name="insulators").folder)
    one, rest = (
        operations.run("sample", whole, fraction=0.5, seed=3, name=name, rest=name == "rest")
        for name in ("half", "rest")
    )
    assert not one.labels.keys() & rest.labels.keys()
    merged = operations.merge(one, rest, name="insulators")
    assert merged.card.digest == whole.card.digest


def test_hotel_reviews(operations: Operations, tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    source = library.new()
    [file] = list(shared("hotel_reviews_zh").glob("*.csv"))
    (source / file.name).hardlink_to(file)
    whole = Result(library.ingest(source, name="reviews").folder)
    total = whole.card.counts.rows
    short = [{"column": "characters", "op": "lt", "value": 50}]
    few = operations.run("filter", whole, where=short)
    many = operations.run("filter", whole, where=short, rest=True)
    assert few.card.counts.rows + many.card.counts.rows == total
    assert operations.merge(few, many).card.digest == whole.card.digest
    again = operations.merge(whole, few, ids="rename")
    assert again.card.counts.rows == total + few.card.counts.rows
    once = operations.run("dedupe", again)
    assert once.card.digest == whole.card.digest


def test_a_shard_that_the_version_before_has_is_not_read_again(
    tmp_path: Path,
) -> None:
    remote = DatasetRemote(str(tmp_path / "remote"))
    folder = tmp_path / "dataset"
    folder.mkdir()
    (folder / "same").write_bytes(b"12345")
    (folder / "longer").write_bytes(b"12345")
    known = dict(remote.files(remote.push(folder).md5))
    (folder / "same").write_bytes(b"54321")  # told apart by its bytes alone, which nobody reads
    (folder / "longer").write_bytes(b"123456")
    found = dict(remote.files(remote.push(folder, known).md5))
    assert found["same"] == known["same"]
    assert found["longer"] == md5(b"123456", usedforsecurity=False).hexdigest()


def test_memory_does_not_grow_with_the_media_that_are_rewritten(operations: Operations) -> None:
    """250 MB of pictures, of which one in two stays."""
    whole = operations.images([(number, ("cat",)) for number in range(250)], size=10_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    half = operations.run("sample", whole, fraction=0.5, name="half")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert half.card.counts.bytes == 125_000_000
    assert grown < 100, f"{grown:.0f} MB more"
