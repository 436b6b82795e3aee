"""The steps of stage `data` keep their promises on pictures, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugins.picture_folders import Gallery, gallery, lay_out, picture, two_classes

from aileron.data.images.ingest import IngestImages
from aileron.data.split import SplitDataset
from aileron.data.validate import ValidateDataset
from aileron.run.conformance import Case, check_component

__all__ = ["gallery"]


@pytest.fixture
def dataset(gallery: Gallery) -> Path:
    return gallery.ingest_files(two_classes(10)).folder


def test_ingest_images_is_a_component(gallery: Gallery, tmp_path: Path) -> None:
    source = gallery.source(lay_out(tmp_path / "pets", two_classes()))
    table = {"labels.csv": b"file,labels\na.png,x;y\n", "a.png": picture()}
    several = gallery.source(lay_out(tmp_path / "several", table))
    spoiled = gallery.source(lay_out(tmp_path / "spoiled", {**two_classes(), "cat/x.png": b"x"}))
    empty, text = gallery.new(), gallery.new()
    (text / "pets.zip").write_bytes(b"no archive")
    check_component(
        IngestImages,
        [
            Case({"name": "pets"}, {"source": source}),
            Case({"name": "pets", "classes": ["dog", "cat"]}, {"source": source}),
            Case({"name": "pets", "label_type": "multi"}, {"source": several}),
            Case({"name": "pets", "repeats": "drop"}, {"source": source}),
            Case({"name": "pets", "max_refused": 0.5}, {"source": spoiled}),
        ],
        refused=[
            Case({"name": "pets"}, {"source": empty}),
            Case({"name": "pets"}, {"source": text}),
            Case({"name": "pets", "on_problem": "refuse"}, {"source": spoiled}),
            Case({"name": "pets", "label_type": "multi"}, {"source": source}),
            Case({"name": "pets", "classes": ["dog"]}, {"source": source}),
            Case({"classes": ["dog", "cat"]}, {"source": source}),
        ],
    )


def test_validate_is_a_component_of_pictures(dataset: Path) -> None:
    known = {"column": "label", "value_set": ["cat", "dog"]}
    expected = {"type": "expect_column_values_to_be_in_set", "kwargs": known}
    no_column = {**expected, "kwargs": {**known, "column": "colour"}}
    few = {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 1}}
    check_component(
        ValidateDataset,
        [Case({"expectations": [expected]}, {"dataset": dataset})],
        refused=[
            Case({"expectations": [no_column]}, {"dataset": dataset}),
            Case({"expectations": [few]}, {"dataset": dataset}),
        ],
    )


def test_split_is_a_component_of_pictures(dataset: Path, gallery: Gallery) -> None:
    tiny = gallery.ingest_files({"cat/1.png": picture(1), "dog/1.png": picture(2)}).folder
    check_component(
        SplitDataset,
        [Case({}, {"dataset": dataset}), Case({"stratify": False}, {"dataset": dataset}, seed=1)],
        refused=[Case({}, {"dataset": tiny})],
    )
