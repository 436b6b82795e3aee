"""Rows of a dataset as a given model wants them, whether or not it was trained on it."""

from __future__ import annotations

from aileron.core.errors import InvalidInput
from aileron.data import Part
from aileron.serve.model import Model
from aileron.train.tables import Labelled, SplitTable, Target


def rows_for(model: Model, table: SplitTable, part: Part) -> Labelled:
    """The rows of `part`, encoded by the model's features and classes.

    Raises:
        InvalidInput: the model predicts something else, or cannot take these rows.
    """
    card, there = model.card, table.target()
    if (card.target, card.classes is None) != (there.name, there.classes is None):
        raise InvalidInput("evaluate.other_target", found=card.target, wanted=there.name)
    if set(card.classes or ()) != set(there.classes or ()):
        raise InvalidInput(
            "evaluate.other_classes", found=_listed(card.classes), wanted=_listed(there.classes)
        )
    return table.labelled(part, card.features, Target(card.target, card.task, card.classes))


def _listed(classes: tuple[object, ...] | None) -> str:
    return ", ".join(repr(label) for label in classes or ())
