"""A trained model as a service needs it: load the MODEL directory, encode, predict.

Only safe formats are loaded (XGBoost's own, skops with a list of allowed types), and only
after the file's digest was compared with model.json. This module and `encoding` are copied
into packages; they import nothing of the rest of Aileron, and for XGBoost models neither
pandas nor scikit-learn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from .encoding import Encoder, Feature, Matrix, RowError

__all__ = ["FORMAT_VERSION", "Model", "ModelBroken", "ModelCard", "RowError", "load"]

FORMAT_VERSION: Final = 1
TRUSTED_TYPES: Final = ("numpy.dtype",)
"""Types outside skops' own safe list that our scikit-learn pipelines hold."""

Task = Literal["binary", "multiclass", "regression"]
Scores = NDArray[np.float64]
"""Shape (rows, classes) of probabilities, or (rows,) of values."""


class ModelBroken(Exception):
    """The MODEL directory is not one, or its file is not the one that model.json names."""


@dataclass(frozen=True)
class ModelCard:
    """model.json: all there is to know about a model but its weights."""

    algorithm: str
    framework: Literal["xgboost", "sklearn"]
    file: str
    file_digest: str
    task: Task
    target: str
    classes: tuple[Any, ...] | None
    features: tuple[Feature, ...]
    parameters: Mapping[str, Any]
    best_round: int | None
    threshold: float | None
    requirements: tuple[str, ...]
    library_versions: Mapping[str, str]
    input_example: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path) -> ModelCard:
        """model.json of `folder`.

        Raises:
            ModelBroken: it is missing, or of another format version.
        """
        try:
            data = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelBroken(f"model.json of {folder} cannot be read: {error}") from error
        if data.pop("format_version", None) != FORMAT_VERSION:
            raise ModelBroken(f"model.json of {folder} is not of format version {FORMAT_VERSION}.")
        data["features"] = tuple(Feature.from_json(feature) for feature in data["features"])
        data["classes"] = None if data["classes"] is None else tuple(data["classes"])
        data["requirements"] = tuple(data["requirements"])
        try:
            return cls(**data)
        except TypeError as error:
            raise ModelBroken(f"model.json of {folder} is incomplete: {error}") from error

    def to_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {
            "format_version": FORMAT_VERSION,
            "classes": None if self.classes is None else list(self.classes),
            "features": [feature.to_json() for feature in self.features],
            "requirements": list(self.requirements),
        }


class Model:
    """A loaded model. Its methods may be called by many threads at once."""

    def __init__(self, card: ModelCard, score: Callable[[Matrix], Scores]) -> None:
        self.card = card
        self.encoder = Encoder(card.features)
        self.scores = score
        """Matrix -> probabilities of `card.classes` in order, or values."""

    def encode(self, rows: Sequence[Mapping[str, Any]]) -> Matrix:
        """`rows` as float32 matrix; `RowError` for the first row that does not fit."""
        return self.encoder.rows(rows)

    def predict(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """One answer per row: {label, score, probabilities}, or {value} of a regression."""
        return self.predict_matrix(self.encoder.rows(rows))

    def predict_matrix(self, matrix: Matrix) -> list[dict[str, Any]]:
        """`predict` for rows that are already encoded."""
        if not len(matrix):
            return []
        scores = self.scores(matrix)
        if self.card.classes is None:
            return [{"value": value} for value in scores.tolist()]
        classes = self.card.classes
        names = [class_name(label) for label in classes]
        return [
            {
                "label": classes[index],
                "score": row[index],
                "probabilities": dict(zip(names, row, strict=True)),
            }
            for index, row in zip(self.chosen(scores).tolist(), scores.tolist(), strict=True)
        ]

    def chosen(self, scores: Scores) -> NDArray[np.int64]:
        """Index of each row's class: by the threshold if there are two, else the likeliest."""
        if self.card.task == "binary":
            threshold = 0.5 if self.card.threshold is None else self.card.threshold
            return (scores[:, 1] >= threshold).astype(np.int64)
        return np.asarray(scores.argmax(axis=1), dtype=np.int64)


def class_name(label: Any) -> str:
    """The key of a class among the probabilities: its JSON form, strings without quotes."""
    return label if isinstance(label, str) else json.dumps(label)


def load(folder: Path, threads: int = 1) -> Model:
    """The model in `folder`; `threads` is what one prediction may use.

    Raises:
        ModelBroken: a file is missing or its digest is another, or it holds a type that is
            not allowed.
    """
    card = ModelCard.read(folder)
    path = folder / card.file
    if path.parent != folder or not path.is_file():
        raise ModelBroken(f"The model file {card.file} is missing in {folder}.")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != card.file_digest:
        raise ModelBroken(f"{path} is not the file that was trained: its digest differs.")
    if card.framework == "xgboost":
        return Model(card, _xgboost_scores(card, data, threads))
    return Model(card, _sklearn_scores(card, data))


def _xgboost_scores(card: ModelCard, data: bytes, threads: int) -> Callable[[Matrix], Scores]:
    """`inplace_predict` takes category codes as they are: the trees know which are categories."""
    import xgboost

    booster = xgboost.Booster({"nthread": threads})
    booster.load_model(bytearray(data))
    return booster_scores(card.task, booster)


def booster_scores(task: Task, booster: Any) -> Callable[[Matrix], Scores]:
    """The scores of an XGBoost booster that is trained with our objectives."""

    def score(matrix: Matrix) -> Scores:
        raw = booster.inplace_predict(matrix, validate_features=False).astype(np.float64)
        if task != "binary":
            return np.asarray(raw)
        return np.column_stack([1.0 - raw, raw])

    return score


def _sklearn_scores(card: ModelCard, data: bytes) -> Callable[[Matrix], Scores]:
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        pipeline = skops.io.loads(data, trusted=list(TRUSTED_TYPES))
    except UntrustedTypesFoundException as error:
        raise ModelBroken(f"{card.file} is not loaded: {error}") from error
    return pipeline_scores(card.task, pipeline)


def pipeline_scores(task: Task, pipeline: Any) -> Callable[[Matrix], Scores]:
    """The scores of a fitted scikit-learn pipeline on the encoded matrix."""
    function = pipeline.predict if task == "regression" else pipeline.predict_proba

    def score(matrix: Matrix) -> Scores:
        return np.asarray(function(matrix.astype(np.float64)), dtype=np.float64)

    return score
