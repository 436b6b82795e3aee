"""The boxes on the insulator photographs: in from Pascal VOC, out to other formats, the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugins.picture_folders import Gallery, Imported
from plugins.shared_data import shared

from aileron.data.export import export
from aileron.data.formats import Problems, find_format
from aileron.data.trees.tree import open_tree


@pytest.fixture(scope="module")
def insulators(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    gallery = Gallery(tmp_path_factory.mktemp("gallery"))
    return gallery.ingest(shared("insulators"), name="insulators", task="detection")


def test_every_photograph_comes_in_with_its_boxes(insulators: Imported) -> None:
    card = insulators.card
    assert card.classes == ("defect", "insulator")
    assert (card.counts.rows, card.counts.refused, card.counts.waiting) == (360, 0, 0)
    assert card.class_counts["defect"] == 120
    assert card.counts.objects >= 480
    assert "read as voc" in insulators.lines


@pytest.mark.parametrize("name", ["coco", "cvat", "yolo", "datumaro"])
def test_what_goes_out_says_the_same(insulators: Imported, tmp_path: Path, name: str) -> None:
    format_ = find_format(name)
    export(insulators.folder, tmp_path / "out.zip", format_)
    tree = open_tree(tmp_path / "out.zip", tmp_path)
    problems = Problems()
    found = sorted(format_.read(tree, "detection", problems).samples, key=lambda s: s.sample_id)
    assert list(problems) == []
    wanted = sorted(insulators.dataset.records(), key=lambda record: record.sample_id)
    for sample, record in zip(found, wanted, strict=True):
        drawn = [(thing.label, *thing.box) for thing in sample.objects]
        there = [(thing.label, *thing.box) for thing in record.objects]
        for one, other in zip(sorted(drawn), sorted(there), strict=True):
            assert one[0] == other[0]
            assert one[1:] == pytest.approx(other[1:], abs=0.02)
