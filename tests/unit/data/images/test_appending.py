"""Importing a grown folder after its earlier version writes the new pictures alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugins.datasets import CARS, Notebook, Workbench, workbench
from plugins.picture_folders import Gallery, Imported, lay_out, picture, two_classes

from aileron.core.errors import InvalidInput
from aileron.data.images.ingest import IngestImages, IngestImagesConfig
from aileron.data.version_files import verify_dataset

__all__ = ["workbench"]


def ingest(gallery: Gallery, files: dict[str, bytes], parent: Path) -> Imported:
    notebook = Notebook(gallery.new())
    source = gallery.source(lay_out(gallery.new() / "pets", files))
    inputs = {"source": source, "parent": parent}
    outputs = IngestImages().run(notebook, IngestImagesConfig(name="pets"), inputs)
    return Imported(outputs["dataset"], notebook.lines)


def shards(imported: Imported) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in (imported.folder / "media").iterdir()}


def test_shards_of_the_version_before_stay_and_new_ones_are_added(gallery: Gallery) -> None:
    files = two_classes()
    first = gallery.ingest_files(files)
    grown = files | {"cat/new.png": picture(50), "dog/new.png": picture(51)}
    second = ingest(gallery, grown, first.folder)
    assert second.contents == grown
    assert shards(first).items() < shards(second).items()
    assert len(shards(second)) == 2
    verify_dataset(second.folder, second.card.digest)
    assert second.card.digest == gallery.ingest_files(grown).card.digest


def test_removed_pictures_stay_stored_until_the_dataset_is_compacted(gallery: Gallery) -> None:
    files = two_classes()
    first = gallery.ingest_files(files)
    del files["cat/0.png"]
    second = ingest(gallery, files, first.folder)
    assert second.contents == files
    assert shards(second) == shards(first)
    assert second.card.counts.pictures == 5


def test_only_pictures_can_be_added_to(gallery: Gallery, workbench: Workbench) -> None:
    with pytest.raises(InvalidInput, match="pictures"):
        ingest(gallery, two_classes(), workbench.ingest(CARS))
