"""The metrics of the serving model on a candidate's test samples: rows or pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from aileron.core.errors import InvalidInput
from aileron.data.card import read_card
from aileron.train.job.artefact import CONTRACT


def champion_metrics(inputs: Mapping[str, Path]) -> Mapping[str, float]:
    """What the model at port `champion` reaches on the test part of `dataset` and `split`.

    Raises:
        InvalidInput: it cannot take these samples, or cannot be loaded.
    """
    card = json.loads((inputs["champion"] / "model.json").read_text(encoding="utf-8"))
    if card.get("contract") == CONTRACT:
        raise InvalidInput("evaluate.answers_in_its_own_form")
    if read_card(inputs["dataset"]).modality == "image":
        return _on_pictures(inputs)
    return _on_rows(inputs)


def _on_pictures(inputs: Mapping[str, Path]) -> Mapping[str, float]:
    from aileron.data.images import ImageDataset
    from aileron.evaluate.image_measure import measure
    from aileron.evaluate.image_scoring import load_for, score

    dataset = ImageDataset.read(inputs["dataset"], inputs["split"])
    model = load_for(inputs["champion"], dataset)
    return measure(model, score(model, dataset, "test")).metrics


def _on_rows(inputs: Mapping[str, Path]) -> Mapping[str, float]:
    from aileron.evaluate.measure import measure
    from aileron.evaluate.scoring import rows_for
    from aileron.serve.model import ModelBroken, load
    from aileron.train.tables import SplitTable, threads_for

    table = SplitTable.read(inputs["dataset"], inputs["split"])
    try:
        model = load(inputs["champion"], threads_for(table.cells))
    except ModelBroken as error:
        raise InvalidInput("evaluate.no_table_model", detail=str(error)) from None
    return measure(model, rows_for(model, table, "test")).metrics
