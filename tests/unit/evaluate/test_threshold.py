"""The recommended threshold is the best on validation rows, whatever else is near."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from aileron.evaluate.threshold import recommend


def test_a_clean_gap_is_cut_in_its_middle() -> None:
    found = recommend(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.6, 0.9]))
    assert found is not None
    assert found.threshold == pytest.approx(0.4)
    assert found.f1 == 1


@pytest.mark.parametrize("target", [[0, 0], [1, 1]])
def test_one_class_alone_recommends_nothing(target: list[int]) -> None:
    assert recommend(np.array(target), np.array([0.2, 0.8])) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])),
        min_size=2,
        max_size=40,
    )
)
def test_no_other_threshold_has_a_higher_f1(rows: list[tuple[int, float]]) -> None:
    target = np.array([label for label, _ in rows])
    probability = np.array([p for _, p in rows])
    found = recommend(target, probability)
    if found is None:
        assert len(set(target.tolist())) == 1
        return
    achieved = f1_score(target, probability >= found.threshold, zero_division=0)
    assert achieved == pytest.approx(found.f1)
    for other in np.unique(probability):
        assert f1_score(target, probability >= other, zero_division=0) <= achieved + 1e-12
