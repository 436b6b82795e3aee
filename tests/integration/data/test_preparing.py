"""Real photographs are multiplied with their boxes; a real table is prepared."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from plugins.datasets import Workbench
from plugins.operations import Operations, Result
from plugins.picture_folders import Gallery
from plugins.shared_data import shared

from aileron.data.formats.images.geometry import box_of_mask, encode_mask
from aileron.data.formats.records import Box
from aileron.data.images import ImageDataset
from aileron.data.layout import read_table
from aileron.data.preparing.images.augment import AugmentConfig
from aileron.data.preparing.images.frame import Frame, open_frame
from aileron.data.preparing.images.objects import Rules
from aileron.data.preparing.images.varying import chance_of, varied

NAMES = [
    "age", "workclass", "fnlwgt", "education", "education_years", "marital_status", "occupation",
    "relationship", "race", "sex", "gain", "loss", "hours", "country", "income",
]  # fmt: skip


@pytest.fixture(scope="module")
def insulators(tmp_path_factory: pytest.TempPathFactory) -> Result:
    gallery = Gallery(tmp_path_factory.mktemp("gallery"))
    source = shared("insulators")
    imported = gallery.ingest(source, name="insulators", task="detection")
    return Operations(tmp_path_factory.mktemp("operations")).run(
        "sample", Result(imported.folder), count=40
    )


def iou(one: Box, other: Box) -> float:
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    both = max(0.0, across) * max(0.0, down)
    return both / (one.width * one.height + other.width * other.height - both)


def marked(box: Box, size: tuple[int, int]) -> Frame:
    """A picture of nothing but the box, white on black."""
    pixels = np.zeros((size[1], size[0]), dtype=np.uint8)
    pixels[round(box.y) : round(box.y + box.height), round(box.x) : round(box.x + box.width)] = 255
    return Frame(Image.fromarray(pixels))


def test_boxes_of_photographs_are_where_their_pixels_are(insulators: Result) -> None:
    """Each box is painted onto an empty picture that is varied by the same lots."""
    plain = {"brightness": 0, "contrast": 0, "saturation": 0, "fill": 0, "visible": 0.3}
    config = AugmentConfig.model_validate({"flip": "both", "rotate": 25, "scale": 0.3, **plain})
    dataset = ImageDataset.read(insulators.folder)
    found = []
    for record in list(dataset.records())[:15]:
        frame, _ = open_frame(dataset.picture(record), record)
        for thing in record.objects:
            alone = Frame(frame.image, (thing,))
            after, painted = (
                varied(config, one, Rules(0.3), chance_of(3, record.sample_id, 1))
                for one in (alone, marked(thing.box, frame.image.size))
            )
            for moved in after.objects:
                pixels = np.asarray(painted.image) > 127
                around = box_of_mask(encode_mask(pixels), *pixels.shape)
                found.append(iou(moved.box, around))
    assert len(found) >= 15
    assert min(found) > 0.9
    assert sum(found) / len(found) > 0.97


def test_photographs_are_multiplied_and_made_smaller(insulators: Result, tmp_path: Path) -> None:
    operations = Operations(tmp_path)
    parted = operations.run("resplit", insulators)
    resize = {"operation": "resize", "width": 320, "height": 320, "fit": "pad"}
    small = operations.run("prepare_images", parted, operations=[resize])
    more = operations.run("augment", small, flip="horizontal", mosaic=0.3)
    trained = list(parted.parts.values()).count("train")
    assert more.card.counts.rows == 40 + trained
    dataset = ImageDataset.read(more.folder)
    for record in dataset.records():
        picture = Image.open(io.BytesIO(dataset.picture(record)))
        assert picture.size == (record.width, record.height) == (320, 320)
        for thing in record.objects:
            assert thing.box.x >= 0
            assert thing.box.x + thing.box.width <= 320 + 1e-6


def test_adult_is_scaled_and_encoded_by_its_training_part(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "adult.csv").symlink_to(shared("adult_income/adult-train.csv"))
    config = {
        "name": "adult", "target": "income", "task": "classification", "header": False,
        "names": NAMES, "missing": ["?"],
    }  # fmt: skip
    operations = Operations(tmp_path / "operations")
    adult = Result(Workbench(tmp_path / "bench").ingest_folder(source, config))
    parted = operations.run("resplit", adult)
    steps = [
        {"operation": "fill", "method": "mode"},
        {"operation": "outliers", "columns": ["age"]},
        {"operation": "scale", "columns": ["age"]},
        {"operation": "encode"},
    ]
    done = operations.run("prepare_table", parted, operations=steps)
    ages = read_table(done.folder)["age"]
    train = ages[[part == "train" for part in done.parts.values()]]
    assert math.isclose(train.mean(), 0, abs_tol=1e-9)
    assert math.isclose(train.std(ddof=0), 1, rel_tol=1e-9)
    assert len(done.card.columns) > 80  # type: ignore[union-attr]
    assert sum(column.missing for column in done.card.columns) == 0  # type: ignore[union-attr]
