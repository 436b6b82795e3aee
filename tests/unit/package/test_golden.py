"""Answers are compared word for word, numbers to 1e-6."""

from typing import Any

import pytest

from aileron.package.golden import differences

ANSWER: dict[str, Any] = {"batch_results": [{"label": "a", "score": 0.25, "n": 1}]}


def changed(**values: Any) -> dict[str, Any]:
    return {"batch_results": [ANSWER["batch_results"][0] | values]}


def test_equal_answers_and_tiny_differences_are_none() -> None:
    assert not list(differences(ANSWER, changed()))
    assert not list(differences(ANSWER, changed(score=0.25 + 9e-7)))
    assert not list(differences(ANSWER, changed() | {"log_id": 7}))
    assert not list(differences({"v": 1e9}, {"v": 1e9 + 1}))


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (changed(score=0.2501), "answer.batch_results[0].score is 0.2501, not 0.25"),
        (changed(label="b"), "label is 'b', not 'a'"),
        (changed(score=None), "score is None"),
        (changed(score=float("nan")), "score is nan"),
        (changed(n=True), "n is True, not 1"),
        (changed(extra=1), "has the keys"),
        ({"batch_results": []}, "answer.batch_results has 0 items, not 1"),
        ({"batch_results": {}}, "answer.batch_results is {}"),
        ({"error_code": 1}, "answer has the keys ['error_code']"),
        ([], "answer is []"),
    ],
)
def test_another_answer_is_named_by_its_place(other: Any, words: str) -> None:
    assert words in next(differences(ANSWER, other))
