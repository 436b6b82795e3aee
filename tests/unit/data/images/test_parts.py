"""Pictures are divided like rows, and one picture is never in two parts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from plugins.datasets import Notebook
from plugins.picture_folders import Gallery, picture, two_classes

from aileron.core.errors import InvalidInput
from aileron.data import read_split
from aileron.data.images import ImageDataset
from aileron.data.images.repeats import joined_groups, originals
from aileron.data.split import SplitConfig, SplitDataset


def split(gallery: Gallery, dataset: Path, **options: object) -> tuple[Path, list[str]]:
    notebook = Notebook(gallery.new())
    config = SplitConfig.model_validate(options)
    return SplitDataset().run(notebook, config, {"dataset": dataset})["split"], notebook.lines


def test_each_class_has_its_share_of_each_part(gallery: Gallery) -> None:
    dataset = gallery.ingest_files(two_classes(20)).folder
    parted = ImageDataset.read(dataset, split(gallery, dataset)[0])
    assert parted.parts == ("train", "validation", "test")
    for name, size in (("train", 12), ("validation", 4), ("test", 4)):
        part = parted.part(name)
        assert Counter(part.labels) == {(0,): size, (1,): size}


def test_parts_together_are_the_dataset_and_keep_pictures_with_their_samples(
    gallery: Gallery,
) -> None:
    imported = gallery.ingest_files(two_classes(10))
    parted = ImageDataset.read(imported.folder, split(gallery, imported.folder)[0])
    seen: dict[str, bytes] = {}
    for name in parted.parts:
        part = parted.part(name)
        seen |= {sample: part.picture(i) for i, sample in enumerate(part.sample_ids)}
    assert seen == imported.contents


def test_given_parts_are_kept(gallery: Gallery) -> None:
    files = {
        f"{part}/{label}/{i}.png": picture(50 * p + 10 * c + i)
        for p, part in enumerate(("train", "test"))
        for c, label in enumerate(("cat", "dog"))
        for i in range(10)
    }
    dataset = gallery.ingest_files(files).folder
    parts, lines = split(gallery, dataset)
    chosen = read_split(parts)
    given = chosen[chosen.index.str.startswith("test/")]
    assert set(given) == {"test"}
    assert Counter(chosen[chosen.index.str.startswith("train/")]) == {"train": 16, "validation": 4}
    assert "test: as the dataset gives it; its fraction applies to nothing" in lines


def test_one_picture_is_never_in_two_parts(gallery: Gallery) -> None:
    files = two_classes(20)
    copies = {f"cat/copy{i}.png": files[f"cat/{i}.png"] for i in range(20)}
    dataset = gallery.ingest_files(files | copies).folder
    parts, lines = split(gallery, dataset)
    chosen = read_split(parts)
    for i in range(20):
        assert chosen[f"cat/{i}.png"] == chosen[f"cat/copy{i}.png"]
    assert any("samples go where another one of the same picture is" in line for line in lines)


def test_several_labels_are_divided_without_strata(gallery: Gallery) -> None:
    files = {f"{i}.png": picture(i) for i in range(20)}
    rows = "".join(f"{name},{'cat;dog' if i % 2 else 'dog'}\n" for i, name in enumerate(files))
    table = {"labels.csv": b"file,labels\n" + rows.encode()}
    dataset = gallery.ingest_files(files | table, label_type="multi").folder
    parted = ImageDataset.read(dataset, split(gallery, dataset)[0])
    assert [len(parted.part(name)) for name in parted.parts] == [12, 4, 4]
    assert set(parted.part("train").labels) <= {(0, 1), (1,)}


def test_a_split_of_another_dataset_is_refused(gallery: Gallery) -> None:
    one, other = (gallery.ingest_files(two_classes(n)).folder for n in (10, 11))
    with pytest.raises(InvalidInput, match="other samples"):
        ImageDataset.read(one, split(gallery, other)[0])


def test_pictures_are_joined_through_their_copies() -> None:
    ids = pa.array(["a", "b", "c", "a~1", "b~1", "b~1~2", "d~1", "c~0"])
    original = originals(ids)
    assert original.tolist() == [0, 1, 2, 0, 1, 1, 6, 7]
    # A copy of a shows what a copy of b shows, and c what another copy of b shows.
    assert joined_groups([[3, 4], [2, 5], [6, 7]], original) == [[0, 1, 2], [6, 7]]
