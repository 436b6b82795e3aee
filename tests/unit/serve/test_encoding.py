"""Rows become the matrix that the model learnt from, or a sentence says why not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from aileron.serve.encoding import SENTENCES, Encoder, Feature, RowError
from aileron.serve.text import Vocabulary

FEATURES = (
    Feature("size", "number"),
    Feature("age", "number", missing_allowed=True),
    Feature("colour", "category", ("blue", "red")),
    Feature("shape", "category", ("round", "square"), missing_allowed=True),
    Feature("new", "boolean"),
)
WIDE = (
    Feature("size", "number"),
    Feature("day", "date", missing_allowed=True, formats=("%d.%m.%Y",)),
    Feature(
        "note", "text", missing_allowed=True, vocabulary=Vocabulary(("bad", "good"), (2.0, 1.5))
    ),
    Feature("colour", "category", ("blue", "red")),
)
WIDE_ROW: dict[str, Any] = {"size": 1, "day": "1970-02-01", "note": "good, good", "colour": "red"}
ROW: dict[str, Any] = {"size": 1.5, "age": 3, "colour": "red", "shape": "round", "new": True}


def test_numbers_stay_categories_become_their_place_and_null_becomes_nan() -> None:
    matrix = Encoder(FEATURES).rows([ROW, ROW | {"age": None, "shape": None, "new": False}])
    assert matrix.dtype == np.float32
    assert matrix[0].tolist() == [1.5, 3.0, 1.0, 0.0, 1.0]
    assert matrix[1, [0, 2, 4]].tolist() == [1.5, 1.0, 0.0]
    assert np.isnan(matrix[1, [1, 3]]).all()


def test_the_order_of_a_rows_keys_does_not_matter() -> None:
    encoder = Encoder(FEATURES)
    assert (encoder.rows([ROW]) == encoder.rows([dict(reversed(ROW.items()))])).all()


def test_no_rows_are_an_empty_matrix() -> None:
    assert Encoder(FEATURES).rows([]).shape == (0, 5)


@pytest.mark.parametrize(
    ("change", "code", "sentence"),
    [
        ({"size": None}, "null_not_allowed", "'size' is null"),
        ({"size": math.nan}, "null_not_allowed", "'size' is null"),
        ({"size": "1"}, "wrong_type", "'size' is a string. Give a number."),
        ({"age": []}, "wrong_type", "'age' is a list. Give a number or null."),
        ({"size": True}, "wrong_type", "'size' is a boolean. Give a number."),
        ({"size": 1e39}, "number_out_of_range", "'size' is 1e+39, too large"),
        ({"size": 10**400}, "number_out_of_range", "more than 40 digits"),
        ({"size": math.inf}, "number_out_of_range", "'size' is inf"),
        ({"colour": "green"}, "unknown_category", "'colour' is 'green'"),
        ({"colour": "green"}, "unknown_category", "Use one of 'blue', 'red'."),
        ({"colour": 1}, "wrong_type", "'colour' is a number. Give a string."),
        ({"colour": None}, "null_not_allowed", "Give a string."),
        ({"new": 1}, "wrong_type", "Give true or false."),
        ({"more": 1}, "unknown_feature", "has the feature 'more'"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_in_words(
    change: dict[str, Any], code: str, sentence: str
) -> None:
    with pytest.raises(RowError) as refusal:
        Encoder(FEATURES).rows([ROW, ROW | change])
    assert refusal.value.code == code
    assert refusal.value.row == 1
    assert sentence in str(refusal.value)
    assert "第 1 行" in refusal.value.sentence("zh")


def test_a_missing_feature_is_named_before_an_unknown_one() -> None:
    row = {name: value for name, value in ROW.items() if name != "age"} | {"agee": 3}
    with pytest.raises(RowError, match="lacks the feature 'age'"):
        Encoder(FEATURES).rows([row])


@pytest.mark.parametrize("row", [[1, 2], "text", None, 7])
def test_a_row_that_is_no_object_is_refused(row: Any) -> None:
    with pytest.raises(RowError) as refusal:
        Encoder(FEATURES).rows([row])
    assert refusal.value.code == "not_an_object"


def test_columns_encode_as_rows_do() -> None:
    rows = [ROW, ROW | {"age": None, "shape": "square"}]
    columns = {name: [row[name] for row in rows] for name in ROW}
    encoder = Encoder(FEATURES)
    assert np.array_equal(encoder.columns(columns), encoder.rows(rows), equal_nan=True)


def test_columns_of_unequal_length_are_refused() -> None:
    columns = {name: [value] for name, value in ROW.items()} | {"age": [1, 2]}
    with pytest.raises(RowError, match=r"'age' has 2 values\. Give 1"):
        Encoder(FEATURES).columns(columns)


def test_a_wrong_value_in_a_column_names_its_row() -> None:
    columns = {name: [value, value] for name, value in ROW.items()} | {"size": [1, "x"]}
    with pytest.raises(RowError) as refusal:
        Encoder(FEATURES).columns(columns)
    assert (refusal.value.row, refusal.value.feature) == (1, "size")


def test_a_date_and_a_text_take_several_columns_in_the_order_of_the_features() -> None:
    encoder = Encoder(WIDE)
    (row,) = encoder.rows([WIDE_ROW])
    kinds = [column.kind for feature in WIDE for column in feature.columns]
    assert len(row) == encoder.width == len(kinds) == 10
    assert row[:6].tolist() == [1.0, 31.0, 2.0, 1.0, 6.0, 0.0]
    assert row[6] == pytest.approx(math.log(11))
    assert math.isnan(row[7])
    assert row[8:].tolist() == [pytest.approx(1.5 * (1 + math.log(2))), 1.0]
    assert kinds[2] == kinds[4] == "ordinal"
    assert kinds[7:] == ["term", "term", "category"]


def test_a_missing_date_and_a_missing_text_are_nan_throughout() -> None:
    (row,) = Encoder(WIDE).rows([WIDE_ROW | {"day": None, "note": None}])
    assert np.isnan(row[1:9]).all()
    assert row[[0, 9]].tolist() == [1.0, 1.0]


def test_a_text_without_a_known_term_still_has_its_length() -> None:
    (row,) = Encoder(WIDE).rows([WIDE_ROW | {"note": ""}])
    assert row[6] == 0.0
    assert np.isnan(row[7:9]).all()


def test_a_date_may_be_written_as_the_dataset_had_it() -> None:
    rows = [WIDE_ROW, WIDE_ROW | {"day": "01.02.1970"}]
    one, other = Encoder(WIDE).rows(rows)
    assert np.array_equal(one, other, equal_nan=True)


@pytest.mark.parametrize(
    ("change", "code", "sentence"),
    [
        ({"day": "yesterday"}, "not_a_date", "'yesterday', which is no date"),
        ({"day": 20260131}, "wrong_type", "Give a date such as '2026-01-31' or null."),
        ({"note": 3}, "wrong_type", "'note' is a number. Give a string or null."),
        ({"size": "1"}, "wrong_type", "'size' is a string"),
    ],
)
def test_a_wrong_date_or_text_is_refused_in_words(
    change: dict[str, Any], code: str, sentence: str
) -> None:
    with pytest.raises(RowError) as refusal:
        Encoder(WIDE).rows([WIDE_ROW, WIDE_ROW | change])
    assert (refusal.value.code, refusal.value.row) == (code, 1)
    assert sentence in str(refusal.value)
    assert "第 1 行" in refusal.value.sentence("zh")


def test_columns_of_dates_and_texts_encode_as_rows_do() -> None:
    rows = [WIDE_ROW, WIDE_ROW | {"day": None, "note": "bad"}]
    columns = {name: [row[name] for row in rows] for name in WIDE_ROW}
    encoder = Encoder(WIDE)
    assert np.array_equal(encoder.columns(columns), encoder.rows(rows), equal_nan=True)


def test_every_sentence_exists_in_both_languages() -> None:
    assert all(set(texts) == {"en", "zh"} for texts in SENTENCES.values())


@pytest.mark.parametrize("feature", [*FEATURES, *WIDE])
def test_a_feature_survives_its_json_form(feature: Feature) -> None:
    assert Feature.from_json(feature.to_json()) == feature
