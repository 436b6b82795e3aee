"""Where a model looks: a part of the picture is covered, and the score falls if it mattered.

Occlusion sensitivity after Zeiler & Fergus, "Visualizing and Understanding Convolutional
Networks" (ECCV 2014), section 4.2: a square of the mean colour is moved over the picture.
The model is only asked, so any model will do. Instead of the probability its log-odds are
compared, which still tell something where the model is sure.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aileron.serve.image_model import ImageModel
from aileron.serve.pictures import PictureArray

CELLS: Final = 9
"""Positions of the square along each side; it covers two of them."""
_BATCH: Final = 27
_SMALLEST: Final = 1e-7

Saliency = NDArray[np.float64]
"""Shape (cells, cells): by how much the log-odds fall if that place is covered."""


def occlusion(model: ImageModel, picture: PictureArray, label: int) -> Saliency:
    """How much each place of a prepared `picture` speaks for class `label`."""
    base = _log_odds(model, picture[None], label)[0]
    places = [(row, column) for row in range(CELLS) for column in range(CELLS)]
    falls: list[NDArray[np.float64]] = []
    for start in range(0, len(places), _BATCH):
        covered = np.stack([_covered(picture, *place) for place in places[start : start + _BATCH]])
        falls.append(base - _log_odds(model, covered, label))
    return np.concatenate(falls).reshape(CELLS, CELLS)


def _covered(picture: PictureArray, row: int, column: int) -> PictureArray:
    """`picture` with the square around one place at 0, the mean colour."""
    covered = picture.copy()
    _, height, width = picture.shape
    top, bottom = _span(row, height)
    left, right = _span(column, width)
    covered[:, top:bottom, left:right] = 0.0
    return covered


def _span(place: int, side: int) -> tuple[int, int]:
    first = max(0, round((place - 0.5) * side / CELLS))
    return first, max(first + 1, min(side, round((place + 1.5) * side / CELLS)))


def _log_odds(model: ImageModel, batch: PictureArray, label: int) -> NDArray[np.float64]:
    score = model.scores(batch)[:, label].clip(_SMALLEST, 1 - _SMALLEST)
    return np.asarray(np.log(score / (1 - score)))
