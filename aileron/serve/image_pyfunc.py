"""A model of pictures as MLflow's ``python_function`` flavour: a data frame in, one out.

This file and what it imports travel in the ``code`` folder of a model registered in MLflow,
so that ``mlflow.pyfunc.load_model`` answers as the service does.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, Final

from .image_model import ImageModel, ImageScores, load
from .pictures import read

_BATCH: Final = 32


class PictureFrameModel:
    """Predicts pictures in the column `image`: the bytes of a file, or them in base64."""

    def __init__(self, model: ImageModel) -> None:
        self.model = model

    def predict(self, frame: Any, params: dict[str, Any] | None = None) -> Any:  # noqa: ARG002
        """Columns label and score (or labels, for many of them), and one per class."""
        import numpy as np
        import pandas as pd

        card = self.model.card
        files = [_bytes(value) for value in frame["image"].tolist()]
        found: list[ImageScores] = [np.zeros((0, len(card.classes)))]
        for start in range(0, len(files), _BATCH):
            batch = [read(file, card.preparation) for file in files[start : start + _BATCH]]
            found.append(self.model.scores(batch))
        scores = np.concatenate(found)
        shares = {f"probability_{name}": scores[:, i] for i, name in enumerate(card.classes)}
        chosen = self.model.chosen(scores)
        if card.task == "multi_label":
            given = [[card.classes[i] for i in np.flatnonzero(row)] for row in chosen]
            return pd.DataFrame({"labels": given} | shares)
        labels = [card.classes[i] for i in chosen.argmax(axis=1)]
        return pd.DataFrame({"label": labels, "score": scores.max(axis=1)} | shares)


def _bytes(value: Any) -> bytes:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else bytes(value)


def _load_pyfunc(path: str) -> PictureFrameModel:
    """What MLflow calls with the folder of the model's data."""
    return PictureFrameModel(load(Path(path)))
