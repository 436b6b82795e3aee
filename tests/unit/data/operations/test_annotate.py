"""Samples get exactly what a file of annotations says, and nothing else changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from plugins.operations import Operations, Result
from plugins.text_sets import Library

from aileron.core.errors import InvalidInput
from aileron.data.annotation import Annotation, digest_of
from aileron.data.audio.dataset import AudioDataset
from aileron.data.formats.images.geometry import encode_mask
from aileron.data.formats.records import Box, KeyPoint, Object, Relation, Segment, Span
from aileron.data.images import ImageDataset
from aileron.data.texts import TextDataset

BOX = {"x": 1.0, "y": 2.0, "width": 3.0, "height": 4.0}


def file_of(operations: Operations, annotations: Mapping[str, Any]) -> dict[str, Path]:
    folder = operations.new()
    lines = (json.dumps({"sample_id": name, **said}) for name, said in annotations.items())
    (folder / "annotations.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"annotations": folder}


def annotated(
    operations: Operations, dataset: Result, annotations: Mapping[str, Any], **config: Any
) -> Result:
    return operations.run("annotate", dataset, inputs=file_of(operations, annotations), **config)


def pictures(operations: Operations, **card: Any) -> Result:
    return operations.images(
        [(number, ()) for number in range(4)],
        task="detection",
        classes=("cat", "dog"),
        objects={1: (Object("dog", Box(0.0, 0.0, 5.0, 5.0)),)},
        **card,
    )


def records(result: Result) -> dict[str, Any]:
    return {one.sample_id: one for one in ImageDataset.read(result.folder).records()}


def test_pictures_get_objects_and_the_others_stay_as_they_are(operations: Operations) -> None:
    import numpy as np

    whole = pictures(operations)
    pixels = np.zeros((8, 12), bool)
    pixels[2:5, 3:7] = True
    counts = encode_mask(pixels)
    drawn = [
        {"label": "cat", "box": BOX, "attributes": {"occluded": True, "count": 2}},
        {"label": "fox", "box": BOX, "polygons": [[1, 2, 4, 2, 4, 6]], "crowd": True},
        {"label": "dog", "box": BOX, "mask": counts.decode()},
    ]
    said = {"s0001": {"attributes": {"night": False}}, "s0002": {"objects": drawn}}
    after = annotated(operations, whole, said, classes=["fox"])
    before, found = records(whole), records(after)
    assert {name: found[name] for name in ("s0000", "s0003")} == {
        name: before[name] for name in ("s0000", "s0003")
    }
    assert found["s0001"].objects == ()
    assert found["s0001"].attributes == {"night": False}
    box = Box(1.0, 2.0, 3.0, 4.0)
    assert found["s0002"].objects == (
        Object("cat", box, attributes={"occluded": True, "count": 2}),
        Object("fox", box, polygons=((1.0, 2.0, 4.0, 2.0, 4.0, 6.0),), crowd=True),
        Object("dog", box, mask=counts),
    )
    assert after.card.classes == ("cat", "dog", "fox")
    assert after.card.class_counts == {"cat": 1, "dog": 1, "fox": 1}
    assert after.card.made is not None
    assert after.card.made.options == {"classes": ["fox"], "annotations": 2}
    for name, digest in whole.files.items():
        if name.startswith("media/"):
            assert after.files[name] == digest


def test_waiting_samples_are_annotated_by_it_and_only_such_can_be_kept(
    operations: Operations,
) -> None:
    whole = operations.images([(number, ()) for number in range(5)], classes=("cat", "dog"))
    emptied = operations.run(
        "relabel", whole, changes=[{"sample_id": f"s{n:04d}", "labels": []} for n in range(5)]
    )
    assert emptied.card.counts.waiting == 5
    said = {"s0003": {"labels": ["dog"]}, "s0001": {"labels": ["cat"]}}
    every = annotated(operations, emptied, said)
    assert every.card.counts.waiting == 3
    assert every.labels["s0003"] == ("dog",)
    few = annotated(operations, emptied, said, keep="annotated")
    assert few.labels == {"s0001": ("cat",), "s0003": ("dog",)}
    assert few.card.counts.waiting == 0


def test_key_points_come_with_the_names_of_new_classes(operations: Operations) -> None:
    whole = operations.images(
        [(0, ())], task="key_points", classes=("person",),
        points={"person": {"names": ["nose", "hand"]}},
    )  # fmt: skip
    points = [{"x": 1, "y": 2, "visibility": 1}, {"x": 0, "y": 0, "visibility": 0}]
    said = {
        "s0000": {
            "objects": [
                {"label": "person", "box": BOX, "points": points},
                {"label": "dog", "box": BOX, "points": points[:1]},
            ]
        }
    }
    after = annotated(operations, whole, said, classes=["dog"], points={"dog": ["tail"]})
    assert [one.points for one in records(after)["s0000"].objects] == [
        (KeyPoint(1.0, 2.0, 1), KeyPoint(0.0, 0.0, 0)),
        (KeyPoint(1.0, 2.0, 1),),
    ]
    with pytest.raises(InvalidInput) as caught:
        annotated(operations, whole, said, classes=["dog"], points={"person": ["tail"]})
    assert caught.value.message_id == "data.operations.annotated_points"
    with pytest.raises(InvalidInput) as caught:
        annotated(operations, whole, said, classes=["dog"], points={"dog": ["tail", "ear"]})
    assert caught.value.message_id == "data.operations.annotation_points"


def test_texts_get_spans_with_relations_or_tags(operations: Operations) -> None:
    library = Library(operations.new())
    rows = '{"text": "Ann owns Rex", "entities": []}\n{"text": "nobody", "entities": []}\n'
    imported = library.ingest_file("notes.jsonl", rows, task="entities", classes=["who", "pet"])
    whole = Result(imported.folder)
    first, second = (one.sample_id for one in TextDataset.read(whole.folder).records())
    spans = [{"label": "who", "start": 0, "end": 3}, {"label": "pet", "start": 9, "end": 12}]
    relations = [{"label": "owns", "head": 0, "tail": 1}]
    after = annotated(operations, whole, {first: {"spans": spans, "relations": relations}})
    found = {one.sample_id: one for one in TextDataset.read(after.folder).records()}
    assert found[first].spans == (Span("who", 0, 3), Span("pet", 9, 12))
    assert found[first].relations == (Relation("owns", 0, 1),)
    assert found[second].spans == ()
    late = {second: {"spans": [{"label": "who", "start": 5, "end": 7}]}}
    with pytest.raises(InvalidInput) as caught:
        annotated(operations, whole, late)
    assert "6" in str(caught.value)
    assert caught.value.where == second


def test_recordings_get_labels(operations: Operations) -> None:
    whole = operations.any("audio", 4)
    name = next(iter(whole.labels))
    after = annotated(operations, whole, {name: {"labels": ["good"], "attributes": {"n": 1}}})
    assert after.labels == {**whole.labels, name: ("good",)}


@pytest.mark.parametrize(
    ("said", "config", "wrong"),
    [
        ({}, {}, "no_annotations"),
        ({"s9999": {}}, {}, "no_sample"),
        ({"s0000": {"objects": [{"label": "fox", "box": BOX}]}}, {}, "no_annotation_class"),
        ({"s0000": {"spans": [{"label": "cat", "start": 0, "end": 1}]}}, {}, "annotation_field"),
        ({"s0000": {"colour": 1}}, {}, "bad_annotation"),
        ({"s0000": {"relations": [{"label": "x", "head": 0, "tail": 1}]}}, {}, "bad_annotation"),
        (
            {"s0000": {"objects": [{"label": "cat", "box": {**BOX, "x": 99}}]}},
            {},
            "annotation_misfit",
        ),
        (
            {"s0000": {"objects": [{"label": "cat", "box": BOX, "mask": "abc"}]}},
            {},
            "annotation_misfit",
        ),
        ({"": {}}, {}, "bad_annotation_line"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    operations: Operations, said: dict[str, Any], config: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        annotated(operations, pictures(operations), said, **config)
    assert caught.value.message_id == f"data.operations.{wrong}"
    assert caught.value.where
    for language in ("en", "zh"):
        assert caught.value.render(language)


def test_a_line_that_is_no_json_and_a_sample_that_is_there_twice(operations: Operations) -> None:
    for text, wrong in (
        ('{"sample_id": "s0000"', "bad_annotation_line"),
        ('{"sample_id": "s0000"}\n\n{"sample_id": "s0000"}', "change_twice"),
    ):
        folder = operations.new()
        (folder / "annotations.jsonl").write_text(text)
        with pytest.raises(InvalidInput) as caught:
            operations.run("annotate", pictures(operations), inputs={"annotations": folder})
        assert caught.value.message_id == f"data.operations.{wrong}"


def test_equal_annotations_have_equal_digests() -> None:
    one = {"objects": [{"label": "cat", "box": {"x": 1, "y": 2, "width": 3, "height": 4}}]}
    other = {"objects": [{"crowd": False, "box": BOX, "label": "cat"}], "labels": []}
    assert digest_of(one) == digest_of(other) == digest_of(Annotation.model_validate(one))
    assert digest_of(one) != digest_of({})


def heard(label: str, start: float, end: float) -> dict[str, Any]:
    return {"label": label, "start": start, "end": end}


def test_recordings_get_segments_cut_to_their_length(operations: Operations) -> None:
    whole = operations.any("events", 4)
    said = {"000.wav": {"segments": [heard("good", 0.2, 0.5004)]}, "001.wav": {}}
    after = annotated(operations, whole, said)
    found = {one.sample_id: one.segments for one in AudioDataset.read(after.folder).records()}
    assert found["000.wav"] == (Segment("good", 0.2, 0.5),)
    assert found["001.wav"] == ()
    assert found["002.wav"] == (Segment("noise", 0.0, 0.5), Segment("bad", 0.1, 0.25))
    assert after.card.class_counts == {"bad": 1, "good": 2, "noise": 2}


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"segments": [heard("good", 0.2, 0.6)]}, r"0\.6 s, and the recording lasts 0\.5 s"),
        ({"segments": [heard("good", 0.2, 0.2)]}, "ends behind its start"),
        ({"segments": [heard("bird", 0.2, 0.3)]}, "bird"),
        ({"labels": ["good"]}, "labels"),
    ],
)
def test_segments_that_do_not_fit_are_refused(
    operations: Operations, said: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        annotated(operations, operations.any("events", 2), {"000.wav": said})


def test_recordings_with_labels_take_no_segments(operations: Operations) -> None:
    whole = operations.any("audio", 2)
    with pytest.raises(InvalidInput, match="segments"):
        annotated(operations, whole, {"bad/0.wav": {"segments": [heard("bad", 0.0, 0.1)]}})
