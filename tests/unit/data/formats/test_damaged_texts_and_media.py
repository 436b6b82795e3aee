"""Whatever files of texts, recordings and archives hold, reading ends in samples and problems."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plugins.annotated import HEIGHT, WIDTH, MemoryTree, pixels
from plugins.spoiling import read_all, spoiled
from plugins.text_trees import tar_of, written

from aileron.data.formats import find_format
from aileron.data.formats.records import (
    AudioSample,
    Box,
    ImageSample,
    Object,
    Relation,
    Span,
    TextSample,
    Turn,
)

SPANS = (Span("a", 0, 1), Span("b", 2, 3))
TEXTS = {
    "text_csv": TextSample("1", 'x, "y"', "z", ("a", "b"), attributes={"n": 1}),
    "text_jsonl": TextSample("1", "x y", spans=SPANS, relations=(Relation("r", 0, 1),)),
    "bml_txt": TextSample("1", "x", "y", ("a",)),
    "sequence_tags": TextSample("1", tokens=("x", "y"), tags=("B-a", "I-a")),
    "brat": TextSample("1", "x y", spans=SPANS, relations=(Relation("r", 0, 1),)),
    "instructions": TextSample("1", turns=(Turn("user", "x"), Turn("assistant", "y"))),
    "plain_text": TextSample("1", "x\ny"),
    "text_folders": TextSample("1", "x", labels=("a",)),
    "huggingface_texts": TextSample("1", "x y", labels=("a",), spans=SPANS),
}
SOUND = AudioSample("1.wav", "1", ("a",), attributes={"n": 1})
PICTURE = ImageSample("1.png", "1", WIDTH, HEIGHT, ("a",), (Object("a", Box(1, 2, 3, 4)),))
SAMPLES: dict[str, Any] = {
    **TEXTS,
    "audio_csv": SOUND,
    "webdataset_audio": SOUND,
    "huggingface_audio": SOUND,
    "webdataset_images": PICTURE,
    "huggingface_images": PICTURE,
}
ROWS: dict[str, list[Any]] = {
    "text_jsonl": [
        {"text": "a b", "label": [[0, 1, "X"]], "id": 1, "split": "dev"},
        {"text": "a", "label": {"x": {"a": [[0, 0]]}}, "attributes": {"n": 1}},
        {"text": "a b", "relations": [{"from_id": 1, "to_id": 2, "type": "t"}],
         "entities": [{"id": 1, "label": "X", "start_offset": 0, "end_offset": 1}]},
        {"tokens": ["a", "b"], "tags": ["B-X", "I-X"], "annotated": True},
    ],
    "instructions": [
        {"messages": [{"role": "user", "content": "x"}, {"from": "gpt", "value": "y"}]},
        {"instruction": "x", "input": "y", "output": "z", "history": [["a", "b"]], "system": "s"},
    ],
}  # fmt: skip
OBJECTS = {
    "labels": ["a"],
    "objects": [
        {
            "category": "a",
            "bbox": [1, 2, 3, 4],
            "keypoints": [1, 1, 2],
            "segmentation": [[1, 1, 5, 1, 5, 5]],
            "attributes": {"x": 1},
        }
    ],
    "width": 40,
}
SETTINGS = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", SAMPLES)
@SETTINGS
@given(data=st.data())
def test_a_spoiled_file_is_told_of_in_words(name: str, data: st.DataObject) -> None:
    format_ = find_format(name)
    tree = data.draw(spoiled(MemoryTree(written(name, [SAMPLES[name]], ("a", "b"))), ""))
    format_.recognises(tree)
    read_all(format_, tree)


@pytest.mark.parametrize("name", ROWS)
@SETTINGS
@given(data=st.data())
def test_a_strange_value_is_told_of_in_words(name: str, data: st.DataObject) -> None:
    tree = MemoryTree({"a.json": json.dumps(ROWS[name]).encode()})
    read_all(find_format(name), data.draw(spoiled(tree, ".json")))


@SETTINGS
@given(data=st.data())
def test_a_strange_value_in_an_archive_is_told_of_in_words(data: st.DataObject) -> None:
    tree = data.draw(spoiled(MemoryTree({"a.json": json.dumps(OBJECTS).encode()}), ".json"))
    cls = data.draw(st.binary(max_size=3))
    shard = tar_of({"a.png": pixels(1), "a.json": tree.files["a.json"], "a.cls": cls})
    files = {**written("webdataset_images", [PICTURE]), "x.tar": shard}
    read_all(find_format("webdataset_images"), MemoryTree(files))
