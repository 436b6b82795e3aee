"""Masks as PNGs, by number, palette and colour, and what is wrong with some of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from plugins.annotated import HEIGHT, WIDTH, MemoryTree, pixels
from plugins.said_of_pictures import everything, put
from plugins.spoiling import read_all

from aileron.core.errors import InvalidInput
from aileron.data.formats import Problems, Writing, find_format
from aileron.data.formats.images.geometry import box_of_polygons, decode_mask
from aileron.data.formats.records import Box, ImageSample, Label, Object

MASKS = find_format("mask_png", "image")
LABELMAP = b"# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:128,0,0::\ndog:0,128,0::\n"
WHERE = (slice(3, 8), slice(4, 12))
"""Rows and columns of what the masks here show."""


def png(value: int | Sequence[int], mode: str, palette: Sequence[int] = ()) -> bytes:
    """A mask that has `value` at `WHERE`."""
    values = np.zeros((HEIGHT, WIDTH) if isinstance(value, int) else (HEIGHT, WIDTH, 3), np.uint8)
    values[WHERE] = value
    picture = Image.fromarray(values)
    if mode == "P":
        picture.putpalette(palette)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def tree(mask: bytes, labelmap: bytes | None = LABELMAP, **more: bytes) -> MemoryTree:
    files = {"images/1.jpg": pixels(1), "masks/1.png": mask}
    listed = {} if labelmap is None else {"labelmap.txt": labelmap}
    return MemoryTree({**files, **listed, **more})


@pytest.mark.parametrize(
    "mask",
    [
        png(1, "L"),
        png((128, 0, 0), "RGB"),
        png(1, "P", (0, 0, 0, 128, 0, 0)),
        png(7, "P", (0, 0, 0, *(9, 9, 9) * 6, 128, 0, 0)),  # the palette's order is its own
    ],
    ids=["gray", "colours", "palette", "own palette"],
)
def test_a_class_is_a_number_a_colour_or_a_place_in_a_palette(mask: bytes) -> None:
    samples, problems = read_all(MASKS, tree(mask))
    assert not problems
    (cat,) = samples[0].objects
    assert (cat.label, cat.box) == ("cat", Box(4, 3, 8, 5))
    assert decode_mask(cat.mask, HEIGHT, WIDTH)[WHERE].all()


def test_without_a_list_classes_are_numbers() -> None:
    reading = MASKS.read(tree(png(3, "L"), None), None, Problems())
    assert not reading.known
    assert [thing.label for thing in next(reading.samples).objects] == ["3"]


def test_black_and_white_is_the_one_class() -> None:
    source = tree(png(255, "L"), None)
    source.files["classes.txt"] = "绝缘子\n".encode()
    samples, problems = read_all(MASKS, source)
    assert not problems
    assert [thing.label for thing in samples[0].objects] == ["绝缘子"]


def test_the_border_of_voc_is_no_class() -> None:
    for mask in (png(255, "L"), png((224, 224, 192), "RGB")):
        samples, problems = read_all(MASKS, tree(mask))
        assert not problems
        assert samples[0].objects == ()


def test_vocs_folders_and_lists_are_read() -> None:
    files = {
        "JPEGImages/a/1.jpg": pixels(1),
        "SegmentationClass/a/1.png": png((0, 128, 0), "RGB"),
        "SegmentationObject/a/1.png": png((9, 9, 9), "RGB"),
        "ImageSets/Segmentation/val.txt": b"a/1\n",
        "labelmap.txt": LABELMAP,
    }
    samples, problems = read_all(MASKS, MemoryTree(files))
    assert not problems
    assert [(s.sample_id, s.split) for s in samples] == [("a/1.jpg", "validation")]
    assert samples[0].objects[0].label == "dog"


def test_folders_of_parts_are_parts() -> None:
    files = {"train/images/1.png": pixels(1), "train/masks/1.png": png(1, "L")}
    files |= {"val/images/2.png": pixels(2), "val/masks/2.png": png(1, "L")}
    samples, _ = read_all(MASKS, MemoryTree({**files, "labelmap.txt": LABELMAP}))
    assert [(s.sample_id, s.split) for s in samples] == [
        ("1.png", "train"),
        ("2.png", "validation"),
    ]


def test_a_picture_without_a_mask_waits_for_annotation() -> None:
    source = tree(png(1, "L"))
    source.files["images/2.jpg"] = pixels(2)
    samples, _ = read_all(MASKS, source)
    assert [sample.annotated for sample in samples] == [True, False]


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (png(9, "L"), "colour 9"),
        (png((1, 2, 3), "RGB"), "colour 1,2,3"),
        (b"no png", "cannot be read"),
        (pixels(1)[:60], "cannot be read"),
    ],
)
def test_a_wrong_mask_leaves_its_picture_out(mask: bytes, said: str) -> None:
    samples, problems = read_all(MASKS, tree(mask))
    assert samples == []
    (problem,) = problems
    assert problem.file == "masks/1.png"
    assert said in problem.reason.render("en")


def test_a_mask_of_another_size_is_told() -> None:
    out = io.BytesIO()
    Image.new("L", (3, 4)).save(out, "PNG")
    _, problems = read_all(MASKS, tree(out.getvalue()))
    assert "3 x 4" in str(next(iter(problems)))


def test_a_mask_of_no_picture_is_told() -> None:
    source = tree(png(1, "L"))
    source.files["masks/2.png"] = png(1, "L")
    _, problems = read_all(MASKS, source)
    assert [problem.file for problem in problems] == ["masks/2.png"]


def test_a_wrong_line_of_the_labelmap_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"labelmap\.txt:2"):
        MASKS.read(tree(png(1, "L"), b"background:0,0,0::\ncat:red::\n"), None, Problems())


def test_outlines_become_pixels_and_the_last_one_covers() -> None:
    square = (2.0, 2.0, 12.0, 2.0, 12.0, 12.0, 2.0, 12.0)
    right = (8.0, 2.0, 18.0, 2.0, 18.0, 12.0, 8.0, 12.0)
    things = [
        Object(name, box_of_polygons([p]), (p,)) for name, p in (("cat", square), ("dog", right))
    ]
    sample = ImageSample("1.png", "1", WIDTH, HEIGHT, objects=tuple(things))
    made = MemoryTree()
    labels = (Label("cat"), Label("dog"))
    writing = Writing("semantic_segmentation", labels, [sample], lambda _: pixels(1))
    MASKS.write(writing, made)
    samples, _ = read_all(MASKS, made)
    assert [(o.label, o.box) for o in samples[0].objects] == [
        ("cat", Box(2, 2, 6, 10)),
        ("dog", Box(8, 2, 10, 10)),
    ]
    assert made.files["labelmap.txt"].splitlines()[2] == b"cat:128,0,0::"


def test_masks_come_back_as_they_were() -> None:
    first = everything()[0]
    masked = tuple(thing for thing in first.objects if thing.mask is not None)
    samples, problems = read_all(MASKS, put(MASKS, (replace(first, objects=masked),)))
    assert not problems
    assert [(o.label, o.mask) for o in samples[0].objects] == [(o.label, o.mask) for o in masked]


def test_more_classes_than_a_byte_holds_are_refused() -> None:
    labels = tuple(Label(f"c{i}") for i in range(300))
    with pytest.raises(InvalidInput, match="300 classes"):
        MASKS.write(Writing("semantic_segmentation", labels, [], lambda _: b""), MemoryTree())


def test_a_class_that_is_called_mask_is_no_mask() -> None:
    faces = MemoryTree({"mask/1.png": pixels(1), "no_mask/2.png": pixels(2)})
    assert not MASKS.recognises(faces)
