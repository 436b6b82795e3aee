"""Pictures are prepared and multiplied into a new dataset, with a report."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from plugins.datasets import Notebook
from plugins.operations import Operations, Result
from plugins.painted import HEIGHT, WIDTH, painted

from aileron.core.errors import InvalidInput
from aileron.data import read_split
from aileron.data.formats.records import ImageSample, Object
from aileron.data.images import ImageDataset
from aileron.data.preparing.images.augment import AugmentConfig
from aileron.data.preparing.images.prepare import PrepareImagesConfig
from aileron.data.preparing.images.preview import preview
from aileron.data.split import SplitConfig, SplitDataset

STRONG = {
    "flip": "both", "rotate": 30, "scale": 0.3, "crop": 0.3, "hue": 20, "blur": 1, "noise": 5,
    "cut_out": 2, "mosaic": 0.5,
}  # fmt: skip


@pytest.fixture
def lamps(tmp_path: Path) -> Result:
    return Result(painted(tmp_path / "lamps"))


def records(result: Result) -> dict[str, ImageSample]:
    return {record.sample_id: record for record in ImageDataset.read(result.folder).records()}


def image(result: Result, sample: str) -> Image.Image:
    dataset = ImageDataset.read(result.folder)
    return Image.open(io.BytesIO(dataset.picture(records(result)[sample])))


def on_the_lamp(picture: Image.Image, one: Object) -> float:
    """Share of the pixels of an object's box that are bright."""
    box = one.box
    levels = np.asarray(picture.convert("RGB"))[:, :, 0]
    inside = levels[int(box.y) : round(box.y + box.height), int(box.x) : round(box.x + box.width)]
    return float((inside > 120).mean())


def test_pictures_are_changed_in_order(operations: Operations, lamps: Result) -> None:
    steps = [
        {"operation": "rotate", "degrees": 90},
        {"operation": "resize", "width": 64, "height": 64, "fit": "pad", "fill": 0},
        {"operation": "flip"},
        {"operation": "convert", "mode": "gray", "format": "jpeg"},
    ]
    done = operations.run("prepare_images", lamps, operations=steps)
    assert done.parts == lamps.parts
    assert done.card.made is not None
    assert done.card.made.operation == "data.prepare_images"
    for sample, record in records(done).items():
        picture = image(done, sample)
        assert (picture.size, picture.mode, picture.format) == ((64, 64), "L", "JPEG")
        assert on_the_lamp(picture, record.objects[0]) > 0.9
        left, right = record.objects[0].points
        assert left.x < right.x


@pytest.mark.parametrize(
    ("fit", "size"),
    [("stretch", (30, 30)), ("inside", (30, 20)), ("pad", (30, 30)), ("cover", (30, 30))],
)
def test_a_size_can_be_met_in_four_ways(
    operations: Operations, lamps: Result, fit: str, size: tuple[int, int]
) -> None:
    resize = {"operation": "resize", "width": 30, "height": 30, "fit": fit}
    done = operations.run("prepare_images", lamps, operations=[resize])
    assert image(done, "s000").size == size


def test_a_picture_that_nothing_changes_keeps_its_bytes(
    operations: Operations, lamps: Result
) -> None:
    steps = [{"operation": "resize", "width": WIDTH, "height": HEIGHT}]
    done = operations.run("prepare_images", lamps, operations=steps)
    assert done.card.digest == lamps.card.digest
    assert "6 pictures, 6 stay as they were" in done.lines


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_file_keeps_its_format(operations: Operations, tmp_path: Path, form: str) -> None:
    lamps = Result(painted(tmp_path / "lamps", form=form))
    done = operations.run("prepare_images", lamps, operations=[{"operation": "flip"}])
    assert image(done, "s001").format == form


def test_a_crop_beside_the_picture_names_the_sample(operations: Operations, lamps: Result) -> None:
    crop = {"operation": "crop", "x": WIDTH, "y": 0, "width": 5, "height": 5}
    with pytest.raises(InvalidInput, match=r"nothing of sample s00\d"):
        operations.run("prepare_images", lamps, operations=[crop])


def test_what_is_no_picture_names_the_sample(operations: Operations) -> None:
    junk = operations.images((n, ("good",)) for n in range(2))
    with pytest.raises(InvalidInput, match=r"sample s000\d cannot be decoded"):
        operations.run("prepare_images", junk, operations=[{"operation": "flip"}])


def test_copies_are_made_of_train_alone(operations: Operations, lamps: Result) -> None:
    done = operations.run("augment", lamps, copies=2)
    new = done.parts.keys() - lamps.parts.keys()
    assert sorted(new) == [f"s{n:03d}~{c}" for n in (0, 1, 3, 4) for c in (1, 2)]
    assert {done.parts[name] for name in new} == {"train"}
    before, after = records(lamps), records(done)
    assert {name: after[name] for name in before} == before
    assert "8 copies of 4 pictures" in done.lines


def test_the_shards_of_the_pictures_are_kept(operations: Operations, lamps: Result) -> None:
    done = operations.run("augment", lamps)
    media = {name: digest for name, digest in lamps.files.items() if name.startswith("media/")}
    assert media.items() <= done.files.items()


def test_boxes_of_copies_are_where_the_lamps_are(operations: Operations, lamps: Result) -> None:
    done = operations.run("augment", lamps, copies=3, flip="both", rotate=20, scale=0.3, hue=0)
    copies = {name: record for name, record in records(done).items() if "~" in name}
    shares = [on_the_lamp(image(done, n), o) for n, r in copies.items() for o in r.objects]
    assert len(shares) >= 10
    assert min(shares) > 0.45  # the rest is the ground in the corners of a turned rectangle


def test_an_equal_seed_gives_equal_bytes(operations: Operations, lamps: Result) -> None:
    config: dict[str, Any] = {"copies": 2, **STRONG}
    one = operations.run("augment", lamps, seed=4, **config)
    assert operations.run("augment", lamps, seed=4, **config).files == one.files
    assert operations.run("augment", lamps, seed=5, **config).files != one.files


def test_a_copy_does_not_depend_on_the_other_samples(
    operations: Operations, tmp_path: Path, lamps: Result
) -> None:
    many = Result(painted(tmp_path / "many", 12))
    config: dict[str, Any] = STRONG | {"mosaic": 0}
    few, more = (operations.run("augment", one, **config) for one in (lamps, many))
    here, there = records(few), records(more)
    assert all(here[name] == there[name] for name in here)


def test_a_mosaic_shows_the_objects_of_four(operations: Operations, lamps: Result) -> None:
    config = {"mosaic": 1, "rotate": 0, "scale": 0, "crop": 0, "visible": 0.1}
    done = operations.run("augment", lamps, copies=4, **config)
    copies = [record for name, record in records(done).items() if "~" in name]
    assert max(len(record.objects) for record in copies) >= 3
    for record in copies:
        picture = image(done, record.sample_id)
        for one in record.objects:
            assert on_the_lamp(picture, one) > 0.5


def test_objects_that_a_hole_covers_are_left_out(operations: Operations, lamps: Result) -> None:
    config = {"rotate": 0, "scale": 0, "crop": 0, "cut_out": 64, "cut_out_size": 1}
    done = operations.run("augment", lamps, **config)
    assert all(not record.objects for name, record in records(done).items() if "~" in name)


def test_of_parts_that_nobody_is_in_nothing_is_copied(
    operations: Operations, tmp_path: Path
) -> None:
    loose = Result(painted(tmp_path / "loose", parts=(None,)))
    with pytest.raises(InvalidInput, match="resplit"):
        operations.run("augment", loose, parts=["train"])


def test_a_later_split_keeps_copies_with_their_originals(
    operations: Operations, tmp_path: Path
) -> None:
    loose = Result(painted(tmp_path / "loose", parts=(None,)))
    done = operations.run("augment", loose, copies=2)
    again = operations.run("augment", done)  # copies of copies
    assert again.card.counts.rows == 6 * loose.card.counts.rows
    for seed in range(5):
        context = Notebook(tmp_path / f"split{seed}", seed)
        config = SplitConfig(test=0.34, validation=0.17)
        folder = SplitDataset().run(context, config, {"dataset": again.folder})["split"]
        parts = read_split(folder)
        counts = Counter(part for sample, part in parts.items() if "~" not in sample)
        assert counts == {"train": 3, "validation": 1, "test": 2}
        assert all(part == parts[sample.partition("~")[0]] for sample, part in parts.items())
        assert "30 copies go where their originals are" in context.lines


def test_a_sample_with_one_label_is_no_mosaic(operations: Operations, tmp_path: Path) -> None:
    labelled = Result(painted(tmp_path / "labelled", objects=False))
    with pytest.raises(InvalidInput, match="exactly one label"):
        operations.run("augment", labelled, mosaic=0.5)
    assert operations.run("augment", labelled).labels["s000~1"] == ("lamp",)


def test_a_result_of_another_name_takes_what_it_needs(
    operations: Operations, lamps: Result
) -> None:
    assert operations.run("augment", lamps, name="more").card.name == "more"


def test_a_preview_shows_before_and_after(lamps: Result) -> None:
    configs = (
        PrepareImagesConfig.model_validate({"operations": [{"operation": "flip"}]}),
        AugmentConfig.model_validate(STRONG),
    )
    for config in configs:
        pairs = preview(lamps.folder, config, 3)
        assert len({sample for sample, _ in pairs}) == 3
        assert all(Image.open(io.BytesIO(png)).width > 2 * WIDTH for _, png in pairs)


def test_the_report_counts_and_shows(operations: Operations, lamps: Result) -> None:
    done = operations.run("augment", lamps, cut_out=1)
    report = done.folder.parent / "report"
    document = json.loads((report / "report.json").read_text(encoding="utf-8"))
    assert document["pictures"] == 4
    assert document["objects"][0]["before"] == 4
    page = (report / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/png") == 4
    assert "http" not in page
