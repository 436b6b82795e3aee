"""Linear baselines by scikit-learn: logistic regression and ridge regression.

Both impute medians, standardise numbers and one-hot encode categories and the months and
weekdays of dates; an unseen or missing category is all zeros. The terms of a text are scaled
to unit length.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from aileron.core.errors import InvalidInput
from aileron.core.steps import Context, StepConfig
from aileron.train.trainer import Fitted, Trainer, TrainingData

if TYPE_CHECKING:
    from aileron.serve.encoding import ColumnKind, Feature, MatrixColumn

DISTRIBUTIONS = ("numpy", "scikit-learn", "skops")


class LogisticRegressionConfig(StepConfig):
    """Parameters of scikit-learn's LogisticRegression under its own names."""

    model_config = ConfigDict(title="Logistic regression")

    C: float = Field(
        1.0, gt=0, title="Inverse penalty", description="smaller is a stronger penalty"
    )
    l1_ratio: float = Field(
        0.0, ge=0, le=1, title="L1 share", description="0 is pure L2, 1 pure L1"
    )
    class_weight: Literal["balanced"] | None = Field(
        None, title="Class weight", description="balanced weighs rare classes up; null weighs none"
    )
    max_iter: int = Field(
        1000, ge=1, le=100_000, title="Iterations", description="most iterations of the solver"
    )
    tol: float = Field(1e-4, gt=0, title="Tolerance", description="when the solver stops")
    threshold: float | None = Field(
        None,
        ge=0,
        le=1,
        title="Threshold",
        description="probability from which the second of two classes is answered; null is 0.5",
    )


class RidgeConfig(StepConfig):
    """Parameters of scikit-learn's Ridge under its own names."""

    model_config = ConfigDict(title="Ridge regression")

    alpha: float = Field(1.0, ge=0, title="Penalty", description="L2 penalty on the coefficients")


class TrainLogisticRegression(Trainer[LogisticRegressionConfig]):
    """A linear classifier: the baseline that others should beat."""

    name = "train.logistic_regression"
    version = 2
    title: ClassVar[Mapping[str, str]] = {
        "en": "Train a logistic regression (scikit-learn)",
        "zh": "训练逻辑回归（scikit-learn）",
    }
    Config = LogisticRegressionConfig
    framework = "sklearn"
    distributions = DISTRIBUTIONS
    tasks = ("binary", "multiclass")

    def fit(self, context: Context, config: LogisticRegressionConfig, data: TrainingData) -> Fitted:
        from sklearn.linear_model import LogisticRegression

        if config.threshold is not None and data.target.task != "binary":
            raise InvalidInput("train.not_binary", task=data.target.task)
        estimator = LogisticRegression(
            C=config.C,
            l1_ratio=config.l1_ratio,
            class_weight=config.class_weight,
            max_iter=config.max_iter,
            tol=config.tol,
            solver="lbfgs" if config.l1_ratio == 0 else "saga",
            random_state=context.seed,
        )
        return _fit(context, estimator, data, config.threshold)


class TrainRidge(Trainer[RidgeConfig]):
    """A linear regression with an L2 penalty: the baseline that others should beat."""

    name = "train.ridge"
    version = 2
    title: ClassVar[Mapping[str, str]] = {
        "en": "Train a ridge regression (scikit-learn)",
        "zh": "训练岭回归（scikit-learn）",
    }
    Config = RidgeConfig
    framework = "sklearn"
    distributions = DISTRIBUTIONS
    tasks = ("regression",)

    def fit(self, context: Context, config: RidgeConfig, data: TrainingData) -> Fitted:
        from sklearn.linear_model import Ridge

        estimator = Ridge(alpha=config.alpha, random_state=context.seed)
        return _fit(context, estimator, data, None)


def _fit(context: Context, estimator: Any, data: TrainingData, threshold: float | None) -> Fitted:
    import warnings

    import numpy as np
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.pipeline import make_pipeline

    from aileron.core.errors import sentence
    from aileron.serve.model import pipeline_scores
    from aileron.train.skops_file import dump

    pipeline = make_pipeline(_preprocessing(data.features), estimator)
    with warnings.catch_warnings(record=True, action="always", category=ConvergenceWarning) as seen:
        pipeline.fit(data.train.matrix.astype(np.float64), data.train.target)
    if any(issubclass(warning.category, ConvergenceWarning) for warning in seen):
        context.log(sentence("train.not_convergent", rounds=estimator.max_iter))
    return Fitted(
        file="model.skops",
        content=dump(pipeline),
        scores=pipeline_scores(data.target.task, pipeline),
        threshold=threshold,
    )


def _preprocessing(features: tuple[Feature, ...]) -> Any:
    """Encoded matrix -> standardised numbers, a column per category, then terms of texts."""
    import numpy as np
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer, OneHotEncoder, StandardScaler

    columns = [column for feature in features for column in feature.columns]
    categories = _places(columns, "category", "ordinal")
    codes = [np.arange(columns[place].codes, dtype=float) for place in categories]
    one_hot = OneHotEncoder(categories=codes, handle_unknown="ignore", sparse_output=False)
    missing_to_unknown = SimpleImputer(strategy="constant", fill_value=-1.0)
    median = SimpleImputer(strategy="median", keep_empty_features=True)
    parts = [
        (
            "numbers",
            make_pipeline(median, StandardScaler()),
            _places(columns, "number", "boolean"),
        ),
        ("categories", make_pipeline(missing_to_unknown, one_hot), categories),
    ]
    for text, places in enumerate(_terms(features)):
        absent = SimpleImputer(strategy="constant", fill_value=0.0, keep_empty_features=True)
        parts.append((f"text{text}", make_pipeline(absent, Normalizer()), places))
    return ColumnTransformer([part for part in parts if part[2]])


def _places(columns: Sequence[MatrixColumn], *kinds: ColumnKind) -> list[int]:
    return [place for place, column in enumerate(columns) if column.kind in kinds]


def _terms(features: tuple[Feature, ...]) -> Iterator[list[int]]:
    """The places of the terms of each text."""
    start = 0
    for feature in features:
        if feature.type == "text":
            yield list(range(start + 1, start + feature.width))
        start += feature.width
