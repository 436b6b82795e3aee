"""A model as MLflow's ``python_function`` flavour: a data frame in, a data frame out.

This file, `encoding` and `model` travel in the ``code`` folder of a model registered in
MLflow, so that ``mlflow.pyfunc.load_model`` answers as the service does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .model import Model, class_name, load


class FrameModel:
    """Predicts rows of a pandas DataFrame with the model's features as columns."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def predict(self, frame: Any, params: dict[str, Any] | None = None) -> Any:  # noqa: ARG002
        """Columns label, score and one per class; or the one column value of a regression."""
        import pandas as pd

        columns = {
            name: [None if value != value else value for value in frame[name].tolist()]
            for name in self.model.encoder.names
        }
        answers = self.model.predict_matrix(self.model.encoder.columns(columns))
        if self.model.card.classes is None:
            return pd.DataFrame({"value": [answer["value"] for answer in answers]})
        classes = [class_name(label) for label in self.model.card.classes]
        shares = {name: [answer["probabilities"][name] for answer in answers] for name in classes}
        chosen = {name: [answer[name] for answer in answers] for name in ("label", "score")}
        return pd.DataFrame(chosen | {f"probability_{name}": shares[name] for name in classes})


def _load_pyfunc(path: str) -> FrameModel:
    """What MLflow calls with the folder of the model's data."""
    return FrameModel(load(Path(path)))
