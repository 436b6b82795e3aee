"""Training sees the pixels that a service will see, whether they are kept or decoded anew."""

from pathlib import Path

import numpy as np
import pytest
from plugins.picture_sets import NewPictures, png, stripes

from aileron.core.errors import InvalidInput
from aileron.data.images import ImageDataset
from aileron.serve.pictures import Preparation, read
from aileron.train.images import pictures as module
from aileron.train.images.pictures import Pictures, targets_of

PLAIN = Preparation((24, 20), "RGB", "resize", (0.0,) * 3, (1.0,) * 3)


def test_a_batch_is_what_a_service_prepares(new_pictures: NewPictures, tmp_path: Path) -> None:
    inputs = new_pictures(stripes(20))
    part = ImageDataset.read(inputs.dataset, inputs.split).part("train")
    pictures = Pictures.read(part, targets_of(part, 2, multi=False), PLAIN, tmp_path / "kept")
    batch = pictures.batch([3, 0, 7]).numpy()
    served = np.stack([read(part.picture(index), PLAIN) for index in (3, 0, 7)])
    assert np.abs(batch - served).max() < 1e-6
    assert pictures.file.stat().st_size == len(part) * 3 * 24 * 20


def test_what_is_not_kept_is_decoded_anew(
    new_pictures: NewPictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = new_pictures(stripes(20))
    part = ImageDataset.read(inputs.dataset, inputs.split).part("train")
    targets = targets_of(part, 2, multi=False)
    whole = Pictures.read(part, targets, PLAIN, tmp_path / "whole")
    monkeypatch.setattr(module, "CACHE_BYTES", 5 * 3 * 24 * 20)
    some = Pictures.read(part, targets, PLAIN, tmp_path / "some")
    assert some.kept == 5
    order = [9, 2, 11, 4, 0]
    assert np.array_equal(some.batch(order).numpy(), whole.batch(order).numpy())


def test_a_picture_that_broke_after_its_import_is_named(
    new_pictures: NewPictures, tmp_path: Path
) -> None:
    pictures = [(("a",), png(np.zeros((8, 8), np.uint8))), (("b",), b"\xff\xd8\xff no picture")]
    inputs = new_pictures(pictures, parts=["train"])
    part = ImageDataset.read(inputs.dataset, inputs.split).part("train")
    with pytest.raises(InvalidInput, match="sample b/00001 cannot be used"):
        Pictures.read(part, targets_of(part, 2, multi=False), PLAIN, tmp_path / "kept")


def test_mean_and_deviation_are_those_of_the_pictures(
    new_pictures: NewPictures, tmp_path: Path
) -> None:
    values = np.zeros((8, 8, 3), np.uint8)
    values[:, :4] = (255, 51, 102)
    inputs = new_pictures([(("a",), values)], parts=["train"])
    part = ImageDataset.read(inputs.dataset, inputs.split).part("train")
    size = Preparation((8, 8), "RGB", "resize", (0.0,) * 3, (1.0,) * 3)
    mean, std = Pictures.read(
        part, targets_of(part, 1, multi=False), size, tmp_path / "kept"
    ).statistics()
    assert mean == pytest.approx((0.5, 0.1, 0.2), abs=1e-5)
    assert std == pytest.approx((0.5, 0.1, 0.2), abs=1e-5)
