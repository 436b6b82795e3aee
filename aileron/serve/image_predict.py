"""The answers of the image contract: names and scores, the best first."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson

from .image_model import ImageModel, ImageScores
from .image_request import Question
from .pictures import Limits, read


def predict(model: ImageModel, question: Question, limits: Limits, log_id: int) -> bytes:
    """Answer one question: ``{"log_id", "results": [{"name", "score"}]}``.

    Raises:
        PictureError: the picture cannot be taken; says why.
    """
    picture = read(question.picture, model.card.preparation, limits)
    found = results(model, model.scores(picture[None]), question)
    return orjson.dumps({"log_id": log_id, "results": found})


def results(model: ImageModel, scores: ImageScores, question: Question) -> list[dict[str, Any]]:
    """What is said about the one picture with `scores`, shape (1, classes)."""
    row = scores[0]
    order = np.argsort(-row, kind="stable")
    if model.card.task == "multi_label":
        least = model.threshold if question.threshold is None else question.threshold
        order = order[row[order] >= least]
    else:
        order = order[: question.top_num]
    classes, values = model.card.classes, row.tolist()
    return [{"name": classes[index], "score": values[index]} for index in order.tolist()]
