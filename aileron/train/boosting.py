"""The training loop of XGBoost: objectives by task, metrics per round, the best round kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import xgboost

from aileron.core.errors import sentence
from aileron.core.steps import Context
from aileron.serve.encoding import ColumnKind, Feature, MatrixColumn
from aileron.serve.model import Task, booster_scores
from aileron.train.suiting import Size, Suited, suited
from aileron.train.tables import Labelled, threads_for
from aileron.train.trainer import Fitted, Point, TrainingData
from aileron.train.xgboost import XGBoostConfig

OBJECTIVES: Final[Mapping[Task, str]] = {
    "binary": "binary:logistic",
    "multiclass": "multi:softprob",
    "regression": "reg:squarederror",
}
ROUND_METRICS: Final[Mapping[Task, Mapping[str, str]]] = {
    "binary": {"auc": "roc_auc", "logloss": "log_loss"},
    "multiclass": {"merror": "error", "mlogloss": "log_loss"},
    "regression": {"mae": "mae", "rmse": "rmse"},
}
"""XGBoost's name -> ours; the last one is the loss that early stopping watches."""

KINDS: Final[Mapping[ColumnKind, str]] = {
    "number": "q",
    "category": "c",
    "boolean": "i",
    "ordinal": "q",
    "term": "q",
}
"""What XGBoost calls the kinds of columns."""


def boost(context: Context, config: XGBoostConfig, data: TrainingData) -> Fitted:
    """Train; with early stopping the model holds the rounds up to the best one."""
    task = data.target.task
    cells = int(np.count_nonzero(np.isfinite(data.train.matrix)))  # trees skip missing ones
    rows, columns = data.train.matrix.shape
    size = Size(rows, columns, cells, _trees_per_round(data))
    chosen = suited(config, size)
    _say(context, chosen, size)
    sets = {"train": data.train} | ({"validation": data.validation} if data.validation else {})
    threads = _threads(size) if config.nthread is None else config.nthread
    matrices = {name: _matrix(rows, data.features, threads) for name, rows in sets.items()}
    watcher = _Watcher(context, ROUND_METRICS[task])
    callbacks: list[xgboost.callback.TrainingCallback] = [watcher]
    if config.early_stopping_rounds is not None:
        stopping = xgboost.callback.EarlyStopping(
            rounds=config.early_stopping_rounds,
            metric_name=list(ROUND_METRICS[task])[-1],
            data_name="validation",
            save_best=True,
        )
        callbacks.append(stopping)
    booster = xgboost.train(
        _parameters(context, config, data, chosen) | {"nthread": threads},
        matrices["train"],
        num_boost_round=chosen.n_estimators,
        evals=[(matrix, name) for name, matrix in matrices.items()],
        callbacks=callbacks,
        verbose_eval=False,
    )
    best = booster.num_boosted_rounds() - 1
    context.log(f"best round {best + 1} of {watcher.rounds} trained")
    if config.n_estimators is None and best + 1 == chosen.n_estimators:
        context.log(sentence("train.rounds_ran_out", rounds=best + 1, trees=size.trees))
    return Fitted(
        file="model.ubj",
        content=bytes(booster.save_raw("ubj")),
        scores=booster_scores(task, booster),
        history=watcher.points,
        best_round=best,
        threshold=config.threshold,
        parameters=chosen.to_json(),
    )


def _threads(size: Size) -> int:
    """One for a few rows, however wide: threads would mostly wait for each other."""
    return 1 if size.is_wide else threads_for(size.cells)


def _say(context: Context, chosen: Suited, size: Size) -> None:
    each = f" of {size.trees} trees" if size.trees > 1 else ""
    context.log(
        f"at most {chosen.n_estimators} rounds{each}, learning rate {chosen.eta}, "
        f"depth {chosen.max_depth}, bins {chosen.max_bin}, rows {chosen.subsample}, features "
        f"{chosen.colsample_bynode}"
    )


def _trees_per_round(data: TrainingData) -> int:
    """One per class, but one of two classes."""
    classes = data.target.classes or ()
    return len(classes) if len(classes) > 2 else 1


class _Watcher(xgboost.callback.TrainingCallback):  # type: ignore[misc]
    """Hands each round's metrics to the context as they come."""

    def __init__(self, context: Context, names: Mapping[str, str]) -> None:
        super().__init__()
        self.context = context
        self.names = names
        self.points: list[Point] = []
        self.rounds = 0

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002
        self.rounds = epoch + 1
        for part, metrics in evals_log.items():
            for name, values in metrics.items():
                point = Point(f"{part}_{self.names[name]}", epoch, float(values[-1]))
                if not math.isfinite(point.value):  # an area under a curve of one class
                    continue
                self.points.append(point)
                self.context.metric(point.name, point.value, epoch)
        return False


def _parameters(
    context: Context, config: XGBoostConfig, data: TrainingData, chosen: Suited
) -> dict[str, Any]:
    task = data.target.task
    own = config.model_dump() | chosen.to_json()
    for name in ("n_estimators", "early_stopping_rounds", "threshold"):
        del own[name]
    if task != "binary":
        del own["scale_pos_weight"]
    fixed = {
        "objective": OBJECTIVES[task],
        "eval_metric": list(ROUND_METRICS[task]),
        "seed": context.seed,
        "verbosity": 1,
    }
    classes = {"num_class": len(data.target.classes)} if task == "multiclass" else {}  # type: ignore[arg-type]
    return own | fixed | classes


def _matrix(rows: Labelled, features: tuple[Feature, ...], threads: int) -> xgboost.DMatrix:
    columns = [column for feature in features for column in feature.columns]
    return xgboost.DMatrix(
        rows.matrix,
        label=rows.target,
        feature_names=_legal_names(columns),
        feature_types=[KINDS[column.kind] for column in columns],
        enable_categorical=True,
        nthread=threads,
    )


def _legal_names(columns: Sequence[MatrixColumn]) -> list[str]:
    """The columns' names, or numbers where two are the same or XGBoost forbids a character."""
    names = [column.name for column in columns]
    if len(set(names)) < len(names) or any(set("[]<") & set(name) for name in names):
        return [f"f{place}" for place in range(len(names))]
    return names
