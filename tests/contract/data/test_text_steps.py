"""The steps of stage `data` keep their promises on texts, too."""

from __future__ import annotations

import pytest
from plugins.text_sets import REVIEWS, Library, library

from aileron.data.split import SplitDataset
from aileron.data.texts.ingest import IngestTexts
from aileron.data.validate import ValidateDataset
from aileron.run.conformance import Case, check_component

__all__ = ["library"]

MANY = (
    REVIEWS.splitlines()[0]
    + "\n"
    + "".join(f"r{n},text {n},{'good' if n % 2 else 'bad'},\n" for n in range(20))
)


def test_ingest_texts_is_a_component(library: Library) -> None:
    source = library.source("reviews.csv", REVIEWS)
    empty, other = library.new(), library.source("reviews.csv", "a,b\n1,2\n")
    check_component(
        IngestTexts,
        [
            Case({"name": "reviews"}, {"source": source}),
            Case({"name": "reviews", "format": "text_csv"}, {"source": source}),
            Case({"name": "reviews", "repeats": "drop"}, {"source": source}),
            Case({"name": "reviews", "classes": ["good", "bad"]}, {"source": source}),
        ],
        refused=[
            Case({"name": "reviews"}, {"source": empty}),
            Case({"name": "reviews"}, {"source": other}),
            Case({"name": "reviews", "format": "nothing"}, {"source": source}),
            Case({"name": "reviews", "classes": ["good", "awful"]}, {"source": source}),
            Case({"classes": ["good", "bad"]}, {"source": source}),
        ],
    )


@pytest.mark.parametrize("step", [ValidateDataset, SplitDataset])
def test_validate_and_split_are_components_of_texts(library: Library, step: type) -> None:
    dataset = library.ingest_file("reviews.csv", MANY).folder
    known = {"column": "label", "value_set": ["good", "bad"]}
    expected = {"type": "expect_column_values_to_be_in_set", "kwargs": known}
    unknown = {**expected, "kwargs": {**known, "column": "colour"}}
    validates = step is ValidateDataset
    config = {"expectations": [expected]} if validates else {"test": 0.3}
    wrong = {"expectations": [unknown]} if validates else {"test": 0.001, "stratify": True}
    refused = [Case(wrong, {"dataset": dataset})] if validates else []
    check_component(step, [Case(config, {"dataset": dataset})], refused=refused)
