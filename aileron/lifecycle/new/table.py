"""The proposal for a table: definition, expectations, and a lifecycle with a sensible gate."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from aileron.core.phrase import phrase
from aileron.core.settings import Settings
from aileron.data.inspection import Asked, Inspection, inspect_table
from aileron.lifecycle.new.places import place
from aileron.lifecycle.new.proposal import Assumption, NewOptions, Proposal
from aileron.lifecycle.new.suite import propose_suite
from aileron.lifecycle.spec import API_VERSION

GATES: Final[dict[str, tuple[str, float]]] = {
    "binary": ("roc_auc", 0.6),
    "multiclass": ("balanced_accuracy", 0.0),
    "regression": ("r2", 0.0),
}
"""Kind of target -> the metric that must be reached and how much at least: more than chance."""
MARGIN: Final = 1.2
"""How many times as good as chance a classifier of many classes must be."""


def propose(settings: Settings, name: str, source: Path, options: NewOptions) -> Proposal:
    """The documents for the table in `source`.

    Raises:
        InvalidInput: the file cannot be used; says where and what to do.
    """
    asked = Asked(
        options.target,
        options.task,
        options.header,
        options.delimiter,
        options.encoding,
        options.sheet,
        options.table,
    )
    found = inspect_table(source, asked, options.test_data)
    data = place(settings, name, source)
    files = {"file": data.written}
    said = [data.assumption]
    if options.test_data is not None:
        test = place(settings, name, options.test_data)
        files["test_file"] = test.written
        said += [test.assumption, _test_part(found)]
    else:
        said.append(_random_parts(found))
    dataset = {
        "apiVersion": API_VERSION,
        "kind": "Dataset",
        "name": name,
        "source": files,
        **found.definition,
    }
    lifecycle, why = _lifecycle(name, found)
    return Proposal(
        dataset=dataset,
        expectations=propose_suite(found),
        lifecycle=lifecycle,
        assumptions=(*found.assumptions, *said, _suite(), *why),
    )


def _lifecycle(name: str, found: Inspection) -> tuple[dict[str, Any], list[Assumption]]:
    algorithm, because = _algorithm(found)
    metric, least = _gate(found)
    document = {
        "apiVersion": API_VERSION,
        "kind": "Lifecycle",
        "name": name,
        "dataset": name,
        "train": {"algorithm": algorithm},
        "gate": {"thresholds": {metric: {"min": least}}, "champion": {"tolerance": 0.0}},
        "seed": 0,
    }
    said = [
        Assumption(
            phrase("lifecycle.new_algorithm", algorithm=algorithm),
            phrase(because),
            phrase("lifecycle.new_algorithm_change", name=name),
        ),
        Assumption(
            phrase("lifecycle.new_gate", metric=metric, least=f"{least:g}"),
            phrase("lifecycle.new_gate_because"),
            phrase("lifecycle.new_gate_change", name=name),
        ),
    ]
    return document, said


def _algorithm(found: Inspection) -> tuple[str, str]:
    """The algorithm, and the message that says why.

    Bags of words are wide and thin: a linear model learns them better, and faster, than trees.
    """
    kinds = {column.type for column in found.columns if column.role == "feature"}
    if kinds != {"text"}:
        return "xgboost", "lifecycle.new_algorithm_because"
    linear = "ridge" if found.spec.task == "regression" else "logistic_regression"
    return linear, "lifecycle.new_algorithm_because_text"


def _gate(found: Inspection) -> tuple[str, float]:
    classes = next(column for column in found.columns if column.role == "target").categories
    if classes is None:
        return GATES["regression"]
    if len(classes) == 2:
        return GATES["binary"]
    return GATES["multiclass"][0], round(MARGIN / len(classes), 4)


def _test_part(found: Inspection) -> Assumption:
    return Assumption(
        phrase("lifecycle.new_test_part", count=found.test_rows),
        phrase("lifecycle.new_test_part_because"),
        phrase("lifecycle.new_test_part_change"),
    )


def _random_parts(found: Inspection) -> Assumption:
    """Said above all for rows with dates: neighbours in time are alike."""
    dated = any(column.type == "date" and column.role == "feature" for column in found.columns)
    because = "lifecycle.new_random_parts_because" + ("_dated" if dated else "")
    return Assumption(
        phrase("lifecycle.new_random_parts"),
        phrase(because),
        phrase("lifecycle.new_random_parts_change"),
    )


def _suite() -> Assumption:
    return Assumption(
        phrase("lifecycle.new_suite"),
        phrase("lifecycle.new_suite_because"),
        phrase("lifecycle.new_suite_change"),
    )
