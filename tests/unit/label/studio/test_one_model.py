"""The predictions of a project name one model, as Label Studio shows those of one alone."""

from __future__ import annotations

from aileron.label.studio.client import _of_one_model


def said(*models: str | None) -> list[dict[str, object]]:
    """A task with a prediction of each model; None: without."""
    return [
        {"data": number} | ({"predictions": [{"model_version": one, "score": 1}]} if one else {})
        for number, one in enumerate(models)
    ]


def test_models_that_differ_are_named_together() -> None:
    both = "cells/2, dataset"
    assert _of_one_model(said("dataset", None, "cells/2")) == said(both, None, both)


def test_one_model_keeps_its_name() -> None:
    for tasks in (said("cells/2", None, "cells/2"), said(None), []):
        assert _of_one_model(tasks) == tasks
