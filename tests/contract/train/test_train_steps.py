"""The training steps keep what every component promises."""

from __future__ import annotations

from collections.abc import Callable

from plugins.tables import TableInputs

from aileron.run.conformance import Case, check_component
from aileron.train.linear import TrainLogisticRegression, TrainRidge
from aileron.train.xgboost import TrainXGBoost

KnownTable = Callable[[str], TableInputs]


def test_xgboost_is_a_component(known_table: KnownTable) -> None:
    iris, diabetes = known_table("iris").ports(), known_table("diabetes").ports()
    small = {"n_estimators": 10, "subsample": 0.7}
    check_component(
        TrainXGBoost,
        [Case(small, iris), Case(small, diabetes)],
        refused=[
            Case({"eta": 0}, iris),
            Case({"rounds": 3}, iris),
            Case(small | {"threshold": 0.4}, diabetes),
        ],
    )


def test_logistic_regression_is_a_component(known_table: KnownTable) -> None:
    iris, diabetes = known_table("iris").ports(), known_table("diabetes").ports()
    check_component(
        TrainLogisticRegression,
        [Case({}, iris)],
        refused=[Case({}, diabetes), Case({"C": 1, "c": 1}, iris)],
    )


def test_ridge_is_a_component(known_table: KnownTable) -> None:
    iris, diabetes = known_table("iris").ports(), known_table("diabetes").ports()
    check_component(
        TrainRidge,
        [Case({"alpha": 0.5}, diabetes)],
        refused=[Case({}, iris), Case({"alpha": -1}, diabetes)],
    )
