"""Pictures with what is drawn on them: imported from any format, versioned, and exported again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from plugins.annotated import HEIGHT, POINT_NAMES, WIDTH, MemoryTree, medium
from plugins.picture_folders import Gallery, Imported, picture, two_classes

from aileron.core.errors import InvalidInput
from aileron.data.export import export
from aileron.data.formats import Problems, Writing, find_format
from aileron.data.formats.images.geometry import box_of_mask, encode_mask
from aileron.data.formats.records import Box, ImageSample, KeyPoint, Label, Object, Task
from aileron.data.formats.traits import Trait
from aileron.data.images.dataset import ImageDataset
from aileron.data.images.verify import stored_digest
from aileron.data.split import read_labels
from aileron.data.trees.tree import open_tree

CAR = Object("car", Box(2, 3, 10, 8), attributes={"colour": "red", "parked": True})
TREE = Object("tree", Box(0, 0, 6, 6), polygons=((0.0, 0.0, 6.0, 0.0, 6.0, 6.0),))
STREET = (
    ImageSample("a/0.png", "0", WIDTH, HEIGHT, objects=(CAR, TREE), split="train"),
    ImageSample("a/1.png", "1", WIDTH, HEIGHT, objects=(CAR,), split="test"),
    ImageSample("b.png", "2", WIDTH, HEIGHT, objects=(), split="train"),
)
LABELS = (Label("car"), Label("tree"), Label("zebra"))


def files(
    name: str,
    samples: tuple[ImageSample, ...] = STREET,
    task: Task = "detection",
    labels: tuple[Label, ...] = LABELS,
) -> dict[str, bytes]:
    """The files of a format that say what `samples` say."""
    tree = MemoryTree()
    find_format(name).write(Writing(task, labels, samples, medium), tree)
    return tree.files


def said(imported: Imported) -> dict[str, ImageSample]:
    return {record.sample_id: record for record in imported.dataset.records()}


@pytest.fixture
def street(gallery: Gallery) -> Imported:
    return gallery.ingest_files(files("coco"), task="detection")


def test_objects_come_in_with_their_pictures(street: Imported) -> None:
    card = street.card
    assert (card.task, card.classes) == ("detection", ("car", "tree", "zebra"))
    assert card.class_counts == {"car": 2, "tree": 1, "zebra": 0}
    assert (card.counts.rows, card.counts.objects, card.counts.waiting) == (3, 3, 0)
    assert "read as coco" in street.lines
    records = said(street)
    assert records["a/0.png"].objects == (CAR, TREE)
    assert records["a/1.png"].split == "test"
    assert street.contents["b.png"] == medium(STREET[2])


@pytest.mark.parametrize("name", ["coco", "cvat", "datumaro", "voc", "yolo", "label_studio"])
def test_whatever_the_format_the_boxes_are_the_same(gallery: Gallery, name: str) -> None:
    plain = tuple(
        ImageSample(
            sample.sample_id,
            sample.media,
            WIDTH,
            HEIGHT,
            objects=tuple(Object(thing.label, thing.box) for thing in sample.objects),
        )
        for sample in STREET[:2]
    )
    imported = gallery.ingest_files(files(name, plain), task="detection")
    boxes = {
        content: [thing.box for thing in record.objects]
        for record, content in zip(
            imported.dataset.records(), imported.contents.values(), strict=True
        )
    }
    for sample in plain:
        found = boxes[medium(sample)]
        for box, wanted in zip(sorted(found), sorted(o.box for o in sample.objects), strict=True):
            assert box == pytest.approx(wanted, abs=0.02)


def test_masks_and_key_points_come_in_whole(gallery: Gallery) -> None:
    import numpy as np

    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[3:9, 4:20] = True
    counts = encode_mask(pixels)
    leaf = Object("tree", box_of_mask(counts, HEIGHT, WIDTH), mask=counts)
    masked = (ImageSample("0.png", "0", WIDTH, HEIGHT, objects=(leaf,)),)
    segmented = gallery.ingest_files(
        files("coco", masked, "instance_segmentation"), task="instance_segmentation"
    )
    assert said(segmented)["0.png"].objects == (leaf,)
    points = (KeyPoint(1, 2, 2), KeyPoint(3, 4, 1), KeyPoint(0, 0, 0))
    person = Object("person", Box(1, 1, 9, 9), points=points)
    label = Label("person", POINT_NAMES, ((0, 1), (1, 2)))
    posed = (ImageSample("0.png", "0", WIDTH, HEIGHT, objects=(person,)),)
    found = gallery.ingest_files(files("coco", posed, "key_points", (label,)), task="key_points")
    assert said(found)["0.png"].objects == (person,)
    assert found.card.labels == (label,)


def test_the_digest_is_of_what_is_drawn_too(gallery: Gallery, street: Imported) -> None:
    again = gallery.ingest_files(files("coco"), task="detection")
    assert again.card.digest == street.card.digest
    assert stored_digest(street.folder, street.card) == street.card.digest
    moved = Object("car", Box(2, 3, 10, 9), attributes=CAR.attributes)
    other = (STREET[0], ImageSample("a/1.png", "1", WIDTH, HEIGHT, objects=(moved,), split="test"))
    changed = gallery.ingest_files(files("coco", (*other, STREET[2])), task="detection")
    assert changed.card.digest != street.card.digest
    media = [sorted((one.folder / "media").iterdir()) for one in (street, changed)]
    assert [[path.read_bytes() for path in paths] for paths in media[:1]] == [
        [path.read_bytes() for path in media[1]]
    ], "relabelling leaves media untouched"


def test_what_was_imported_is_exported_again(street: Imported, tmp_path: Path) -> None:
    losses = export(street.folder, tmp_path / "street.zip", find_format("coco"))
    assert losses == {}
    tree = open_tree(tmp_path / "street.zip", tmp_path)
    reading = find_format("coco").read(tree, None, Problems())
    found = {sample.sample_id: sample for sample in reading.samples}
    assert {key: one.objects for key, one in found.items()} == {
        key: one.objects for key, one in said(street).items()
    }
    assert tree.read(found["a/1.png"].media) == medium(STREET[1])


def test_an_export_warns_of_what_is_lost_and_refuses_what_has_no_place(
    street: Imported, tmp_path: Path
) -> None:
    losses = export(street.folder, tmp_path / "yolo", find_format("yolo"))
    assert set(losses) == {Trait.POLYGONS, Trait.OBJECT_ATTRIBUTES}
    with pytest.raises(InvalidInput, match="image_folders cannot hold detection"):
        export(street.folder, tmp_path / "folders", find_format("image_folders"))
    with pytest.raises(InvalidInput, match="bml_json cannot hold"):
        export(street.folder, tmp_path / "bml", find_format("bml_json"))
    assert not {"folders", "bml"} & {path.name for path in tmp_path.iterdir()}


def test_a_faulty_object_leaves_its_picture_out_with_the_reason(gallery: Gallery) -> None:
    outside = Object("car", Box(35, 3, 30, 8))
    samples = (*STREET, ImageSample("c.png", "3", WIDTH, HEIGHT, objects=(outside,)))
    imported = gallery.ingest_files(files("coco", samples), task="detection", max_refused=0.3)
    assert "c.png" not in said(imported)
    (reason,) = imported.reasons.values()
    assert "outside the picture of 40 x 30 pixels" in reason
    with pytest.raises(InvalidInput, match="1 of 4 samples cannot be used"):
        gallery.ingest_files(files("coco", samples), task="detection", max_refused=0)


def test_annotations_of_a_picture_of_another_size_are_refused(gallery: Gallery) -> None:
    wrong = files("coco") | {"images/a/1.png": picture(1, (12, 9))}
    imported = gallery.ingest_files(wrong, task="detection", max_refused=0.5)
    assert "of 40 x 30 pixels, and this one has 12 x 9" in "".join(imported.reasons.values())


def test_boxes_are_no_classes(gallery: Gallery) -> None:
    with pytest.raises(InvalidInput, match="`task: detection`"):
        gallery.ingest_files(files("coco"))


def test_folders_of_classes_are_classes_whatever_lies_beside_the_pictures(
    gallery: Gallery,
) -> None:
    notes = files("bml_xml", tuple(replace(one, split=None) for one in STREET[:1]))
    (note,) = (content for name, content in notes.items() if name.endswith(".xml"))
    described = two_classes() | {"cat/0.xml": note, "dog/0.xml": note}
    assert gallery.ingest_files(described).card.class_counts == {"cat": 3, "dog": 3}


def test_pictures_that_wait_for_annotation_are_kept_and_not_learnt_from(
    gallery: Gallery,
) -> None:
    named = [("cat", 0), ("cat", 1), ("dog", 2), ("dog", 3)]
    samples = tuple(ImageSample(f"{n}.png", str(n), WIDTH, HEIGHT, (label,)) for label, n in named)
    waiting = ImageSample("9.png", "9", WIDTH, HEIGHT, annotated=False)
    labels = (Label("cat"), Label("dog"))
    made = files("bml_json", (*samples, waiting), "classification", labels)
    imported = gallery.ingest_files(made, format="bml_json")
    assert (imported.card.counts.rows, imported.card.counts.waiting) == (5, 1)
    assert imported.card.classes == ("cat", "dog")
    every = ImageDataset.read(imported.folder)
    assert [record.annotated for record in every.records()] == [True] * 4 + [False]


def test_a_split_of_objects_is_not_by_class(street: Imported) -> None:
    labels = read_labels(street.folder)
    assert not labels.exclusive
    assert labels.ids.to_pylist() == ["a/0.png", "a/1.png", "b.png"]


def test_pictures_of_no_format_are_refused_with_the_formats_that_there_are(
    gallery: Gallery,
) -> None:
    with pytest.raises(InvalidInput, match="coco") as error:
        gallery.ingest_files({"a.png": picture(0), "b.png": picture(1)}, task="detection")
    assert "format" in str(error.value)
