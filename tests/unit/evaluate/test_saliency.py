"""The saliency map shows the place that decides, whatever the picture."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from plugins.image_models import encoded, write_image_model

from aileron.evaluate.saliency import CELLS, occlusion
from aileron.evaluate.thumbnails import SIDE, data_uri, overlaid, thumbnail
from aileron.serve.image_model import ImageModel, load
from aileron.serve.pictures import Preparation, decode, read


@pytest.fixture
def model(tmp_path: Path) -> ImageModel:
    """Looks at the mean of red, green and blue, each its own label."""
    return load(write_image_model(tmp_path / "model", size=(36, 36), task="multi_label"))


def spot(row: int, column: int, colour: Any = (255, 128, 128)) -> bytes:
    """Grey with a spot of colour in one cell of 4 x 4 pixels."""
    image = Image.new("RGB", (36, 36), (128, 128, 128))
    image.paste(colour, (4 * column, 4 * row, 4 * column + 4, 4 * row + 4))
    return encoded(image)


@pytest.mark.parametrize("place", [(1, 1), (4, 6), (7, 2)])
def test_the_place_that_speaks_for_a_class_stands_out(
    model: ImageModel, place: tuple[int, int]
) -> None:
    picture = read(spot(*place), model.card.preparation)

    found = occlusion(model, picture, 0)

    assert found.shape == (CELLS, CELLS)
    strongest = np.unravel_index(found.argmax(), found.shape)
    assert np.abs(np.subtract(strongest, place)).max() <= 1
    far = np.abs(np.indices(found.shape) - np.array(place)[:, None, None]).max(axis=0) > 2
    assert np.abs(found[far]).max() < 0.05 * found.max()


def test_a_place_that_speaks_against_it_is_negative(model: ImageModel) -> None:
    picture = read(spot(4, 4, (0, 128, 128)), model.card.preparation)

    assert occlusion(model, picture, 0)[4, 4] < 0


def test_a_sure_answer_still_has_a_map(tmp_path: Path) -> None:
    """Its probability does not move; its log-odds do."""
    sure = load(write_image_model(tmp_path / "sure", size=(36, 36), strength=12))
    image = Image.new("RGB", (36, 36), (128, 128, 128))
    image.paste((255, 0, 0), (12, 12, 36, 36))
    picture = read(encoded(image), sure.card.preparation)

    found = occlusion(sure, picture, 0)

    assert sure.scores(picture[None])[0, 0] > 0.999
    assert found[5, 5] > 10 * max(found[0, 0], 0)


def test_a_picture_smaller_than_the_grid_has_one_too(tmp_path: Path) -> None:
    small = load(write_image_model(tmp_path / "small", size=(4, 3)))
    found = occlusion(small, np.ones((3, 4, 3), dtype=np.float32), 0)

    assert np.isfinite(found).all()


def test_the_overlay_lies_on_the_picture_as_people_see_it() -> None:
    """The model saw it padded: what it looked at on the left is shown on the left."""
    padded = Preparation((90, 90), "RGB", "pad", (0.5,) * 3, (0.5,) * 3)
    small = thumbnail(decode(encoded(Image.new("RGB", (400, 100), "white"))))
    saliency = np.zeros((CELLS, CELLS))
    saliency[4, 1] = 1.0

    shown = np.asarray(overlaid(small, saliency, padded), dtype=int)

    assert small.size == (SIDE, SIDE // 4)
    redness = shown[:, :, 0] - shown[:, :, 2]
    assert redness[:, : SIDE // 3].max() > 100
    assert redness[:, SIDE // 2 :].max() < 20


def test_a_map_of_nothing_changes_no_colour() -> None:
    padded = Preparation((9, 9), "RGB", "resize", (0.5,) * 3, (0.5,) * 3)
    small = thumbnail(decode(encoded(Image.new("RGB", (40, 40), (90, 90, 90)))))

    shown = overlaid(small, np.zeros((CELLS, CELLS)), padded)

    assert shown.getextrema() == ((90, 90),) * 3
    assert data_uri(shown).startswith("data:image/jpeg;base64,/9j/")
