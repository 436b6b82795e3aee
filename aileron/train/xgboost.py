"""Gradient-boosted trees by XGBoost: classification in two or more classes, and regression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import ConfigDict, Field

from aileron.core.errors import InvalidInput
from aileron.core.steps import Context, StepConfig
from aileron.train.trainer import Fitted, Trainer, TrainingData


class XGBoostConfig(StepConfig):
    """Parameters of XGBoost under its own names; `aileron.train.suiting` fills in nulls."""

    model_config = ConfigDict(title="XGBoost")

    n_estimators: int | None = Field(
        None,
        ge=1,
        le=10_000,
        title="Rounds",
        description="most boosting rounds (trees per class); null is 1000, fewer for many classes "
        "or a large table",
    )
    eta: float | None = Field(
        None,
        gt=0,
        le=1,
        title="Learning rate",
        description="how much each tree corrects; null is 0.05, more for few rounds "
        "or more columns than rows",
    )
    max_depth: int | None = Field(
        None,
        ge=0,
        le=30,
        title="Depth",
        description="deepest tree; 0 is no limit, null suits the table: 3 to 6",
    )
    min_child_weight: float = Field(
        1.0, ge=0, title="Least child weight", description="least sum of weights in a leaf"
    )
    gamma: float = Field(
        0.0, ge=0, title="Least gain", description="least loss reduction that justifies a branch"
    )
    subsample: float | None = Field(
        None,
        gt=0,
        le=1,
        title="Row share",
        description="share of the rows that a tree sees; null is 0.8 for a small table, else 1",
    )
    colsample_bytree: float = Field(
        1.0, gt=0, le=1, title="Feature share", description="share of the features that a tree sees"
    )
    colsample_bynode: float | None = Field(
        None,
        gt=0,
        le=1,
        title="Feature share per split",
        description="share of the features that a split sees; null is 0.6 for a small table, "
        "else 0.8",
    )
    max_cat_to_onehot: int = Field(
        64,
        ge=1,
        title="One category per split",
        description="categories below which a split sets one apart; more are divided in two sets",
    )
    reg_lambda: float = Field(1.0, ge=0, title="L2", description="L2 penalty on leaf weights")
    reg_alpha: float = Field(0.0, ge=0, title="L1", description="L1 penalty on leaf weights")
    scale_pos_weight: float = Field(
        1.0, gt=0, title="Positive weight", description="weight of the second of two classes"
    )
    max_bin: int | None = Field(
        None,
        ge=2,
        le=65_536,
        title="Bins",
        description="bins of a number's histogram; null is 256, fewer from some thousand columns",
    )
    tree_method: Literal["hist", "approx"] = Field(
        "hist", title="Tree method", description="how splits are searched"
    )
    early_stopping_rounds: int | None = Field(
        50,
        ge=1,
        title="Patience",
        description="stop after so many rounds without a better validation loss; null never stops",
    )
    threshold: float | None = Field(
        None,
        ge=0,
        le=1,
        title="Threshold",
        description="probability from which the second of two classes is answered; null is 0.5",
    )
    nthread: int | None = Field(
        None,
        ge=0,
        title="Threads",
        description="CPU threads; 0 is all, null suits the table's size",
    )


class TrainXGBoost(Trainer[XGBoostConfig]):
    """Boosts trees round by round and keeps the rounds up to the best validation loss."""

    name = "train.xgboost"
    version = 3
    title: ClassVar[Mapping[str, str]] = {
        "en": "Train gradient-boosted trees (XGBoost)",
        "zh": "训练梯度提升树（XGBoost）",
    }
    Config = XGBoostConfig
    framework = "xgboost"
    distributions = ("numpy", "xgboost-cpu")
    tasks = ("binary", "multiclass", "regression")

    def fit(self, context: Context, config: XGBoostConfig, data: TrainingData) -> Fitted:
        from aileron.train.boosting import boost

        if config.early_stopping_rounds is not None and data.validation is None:
            raise InvalidInput("train.no_validation")
        if config.threshold is not None and data.target.task != "binary":
            raise InvalidInput("train.not_binary", task=data.target.task)
        return boost(context, config, data)
