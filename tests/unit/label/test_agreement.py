"""How far people agree."""

from __future__ import annotations

from typing import Any

import pytest

from aileron.label.agreement import (
    alike,
    cohen_kappa,
    fleiss_kappa,
    kappa,
    measure_of,
    spans_of_tags,
    token_accuracy,
)
from aileron.label.annotation import Annotation
from aileron.label.spec import LabelSpec


def spec(task: str, label_type: str | None = None) -> LabelSpec:
    return LabelSpec.model_validate({"task": task, "label_type": label_type})


def said(**values: Any) -> Annotation:
    return Annotation.model_validate(values)


def box(label: str, x: float) -> dict[str, Any]:
    return {"label": label, "box": {"x": x, "y": 0, "width": 10, "height": 10}}


def mask(label: str, counts: list[int]) -> dict[str, Any]:
    from aileron.data.formats.images.geometry import mask_of_runs

    written = mask_of_runs(counts, 10, 10).decode("ascii")
    return {"label": label, "box": {"x": 0, "y": 0, "width": 10, "height": 10}, "mask": written}


def heard(label: str, start: float, end: float) -> dict[str, Any]:
    return {"label": label, "start": start, "end": end}


SPAN = {"label": "person", "start": 0, "end": 4}
OTHER = {"label": "place", "start": 10, "end": 14}
HELD = {"label": "lives_in", "head": 0, "tail": 1}

CASES: dict[str, tuple[LabelSpec, dict[str, Any], dict[str, Any], float]] = {
    "one label": (spec("classification", "single"), {"labels": ["a"]}, {"labels": ["b"]}, 0),
    "labels": (
        spec("classification", "multi"), {"labels": ["a", "b"]}, {"labels": ["b", "c"]}, 1 / 3
    ),
    "no labels": (spec("classification", "multi"), {}, {}, 1),
    "boxes": (spec("detection"), {"objects": [box("a", 0)]}, {"objects": [box("a", 2)]}, 2 / 3),
    "far": (spec("detection"), {"objects": [box("a", 0)]}, {"objects": [box("a", 4)]}, 0),
    "a label": (spec("detection"), {"objects": [box("a", 0)]}, {"objects": [box("b", 0)]}, 0),
    "one missed": (
        spec("detection"), {"objects": [box("a", 0), box("a", 50)]},
        {"objects": [box("a", 0)]}, 2 / 3,
    ),
    "nothing to see": (spec("detection"), {}, {}, 1),
    "regions": (
        spec("semantic_segmentation"),
        {"objects": [mask("a", [0, 40, 60]), mask("b", [50, 10, 40])]},
        {"objects": [mask("a", [0, 20, 80]), mask("b", [50, 10, 40])]},
        0.75,
    ),
    "parts of one class": (
        spec("semantic_segmentation"),
        {"objects": [mask("a", [0, 20, 80]), mask("a", [20, 20, 60])]},
        {"objects": [mask("a", [0, 40, 60])]},
        1,
    ),
    "spans": (spec("entities"), {"spans": [SPAN, OTHER]}, {"spans": [SPAN]}, 2 / 3),
    "relations": (
        spec("entities"),
        {"spans": [SPAN, OTHER], "relations": [HELD]},
        {"spans": [OTHER, SPAN], "relations": [{**HELD, "head": 1, "tail": 0}]},
        1,
    ),
    "segments": (
        spec("event_detection"),
        {"segments": [heard("a", 0, 10), heard("b", 2, 4)]},
        {"segments": [heard("a", 1, 9)]},
        2 / 3,
    ),
    "segments that hardly meet": (
        spec("event_detection"),
        {"segments": [heard("a", 0, 10)]},
        {"segments": [heard("a", 6, 12), heard("a", 20, 21)]},
        0,
    ),
    "another event": (
        spec("event_detection"), {"segments": [heard("a", 0, 1)]},
        {"segments": [heard("b", 0, 1)]}, 0,
    ),
    "nothing to hear": (spec("event_detection"), {}, {}, 1),
    "tags": (
        spec("sequence_labelling"), {"tags": ["B-x", "I-x", "O"]}, {"tags": ["B-x", "O", "O"]}, 0
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_how_alike_two_annotations_are(case: str) -> None:
    wanted, one, other, expected = CASES[case]
    assert alike(said(**one), said(**other), wanted) == pytest.approx(expected)
    assert alike(said(**other), said(**one), wanted) == pytest.approx(expected)
    assert alike(said(**one), said(**one), wanted) == 1


def test_spans_of_tags() -> None:
    tags = ["B-a", "I-a", "B-a", "I-b", "O", "I-b", "I-b"]
    assert spans_of_tags(tags) == [("a", 0, 2), ("a", 2, 3), ("b", 3, 4), ("b", 5, 7)]
    assert token_accuracy(["O", "B-a"], ["O", "O"]) == 0.5
    assert token_accuracy(["O"], ["O", "O"]) == 0.5
    assert token_accuracy([], []) == 1


def test_cohens_kappa_as_in_the_books() -> None:
    """The grant proposals of Wikipedia's article: 0.4."""
    pairs = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    assert cohen_kappa(pairs) == pytest.approx(0.4)
    assert cohen_kappa({("a", "a"): 7}) == 1
    assert cohen_kappa({("a", "b"): 5, ("b", "a"): 5}) == -1


def test_fleiss_kappa_as_in_the_books() -> None:
    """The fourteen raters of Wikipedia's article: 0.210."""
    table = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    ratings = {
        tuple(str(label) for label, count in enumerate(row) for _ in range(count)): 1
        for row in table
    }
    assert fleiss_kappa(ratings) == pytest.approx(0.210, abs=0.0005)
    assert fleiss_kappa({("a", "a", "a"): 4}) == 1


def test_two_people_who_label_everything_are_compared_by_cohen() -> None:
    two = {(("ann", "ben"), ("a", "a")): 2, (("ben", "ann"), ("a", "b")): 3}
    assert kappa(two) == pytest.approx(cohen_kappa({("a", "a"): 2, ("b", "a"): 3}))
    three = {**two, (("ann", "cleo"), ("b", "b")): 1}
    assert kappa(three) == pytest.approx(
        fleiss_kappa({("a", "a"): 2, ("a", "b"): 3, ("b", "b"): 1})
    )
    assert kappa({}) is None


def test_what_is_measured() -> None:
    measures = {
        measure_of(spec("classification", "single")), measure_of(spec("classification", "multi")),
        measure_of(spec("detection")), measure_of(spec("key_points")), measure_of(spec("entities")),
        measure_of(spec("event_detection")),
    }  # fmt: skip
    assert measures == {"kappa", "jaccard", "iou", "oks", "span_f1", "segment_f1"}
