"""WebDataset and Hugging Face's Parquet: many media in one file, each to be had again."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from plugins.annotated import HEIGHT, WIDTH, MemoryTree, pixels, sound
from plugins.text_trees import read, tar_of, written

from aileron.core.errors import InvalidInput
from aileron.data.formats import Problems, find_format
from aileron.data.formats.records import (
    AudioSample,
    Box,
    ImageSample,
    Relation,
    Span,
    TextSample,
    Turn,
)


def parquet(columns: dict[str, Any], features: dict[str, Any] | None = None, **kinds: Any) -> bytes:
    schema = pa.Table.from_pydict(columns).schema if not kinds else pa.schema(list(kinds.items()))
    if features is not None:
        told = json.dumps({"info": {"features": features}}).encode()
        schema = schema.with_metadata({b"huggingface": told})
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pydict(columns, schema=schema), out, row_group_size=2)
    return out.getvalue()


# WebDataset


def test_numbers_of_classes_are_names_where_there_is_a_list() -> None:
    shard = tar_of(
        {"n01/a.jpg": pixels(1), "n01/a.cls": b"1", "n01/b.jpg": pixels(2), "n01/b.cls": b"0"}
    )
    named = read({"train-000000.tar": shard, "classes.json": '["cat", "狗"]'}, "webdataset_images")
    assert named.labels == [("狗",), ("cat",)]
    assert [s.sample_id for s in named.samples] == ["n01/a.jpg", "n01/b.jpg"]
    assert {s.split for s in named.samples} == {"train"}
    bare = read({"train-000000.tar": shard}, "webdataset_images")
    assert bare.labels == [("1",), ("0",)]
    assert not bare.reading.known


def test_media_are_had_again_in_any_order() -> None:
    shard = tar_of({f"{i}.png": pixels(i) for i in range(3)})
    found = read({"a.tar": shard}, "webdataset_images")
    assert found.reading.media is not None
    assert [found.reading.media(s) for s in reversed(found.samples)] == [
        pixels(i) for i in (2, 1, 0)
    ]
    assert (found.samples[0].width, found.samples[0].annotated) == (WIDTH, False)


def test_json_beside_a_picture_says_labels_objects_and_more() -> None:
    thing = {"category": "dog", "bbox": [1, 2, 3, 4], "attributes": {"pose": "left"}}
    row = json.dumps({"objects": [thing], "caption": "a dog", "labels": "pet"}).encode()
    found = read({"a.tar": tar_of({"x.png": pixels(1), "x.json": row})}, "webdataset_images")
    (sample,) = found.samples
    assert sample.objects[0].box == Box(1, 2, 3, 4)
    assert sample.objects[0].attributes == {"pose": "left"}
    assert (sample.labels, sample.attributes) == (("pet",), {"caption": "a dog"})
    assert found.reading.task == "detection"


def test_what_is_wrong_in_an_archive_is_told_with_its_key() -> None:
    outside = json.dumps({"objects": [{"category": "a", "bbox": [0, 0, WIDTH + 9, 5]}]}).encode()
    shard = tar_of(
        {
            "a.json": b"{}",
            "b.png": b"no picture",
            "c.png": pixels(1),
            "c.json": b"[",
            "d.png": pixels(2),
            "d.json": outside,
            "e.png": pixels(3),
            "c.jpg": pixels(1),
        }
    )
    found = read({"s.tar": shard}, "webdataset_images")
    assert [s.sample_id for s in found.samples] == ["e.png", "c.jpg"]
    assert [problem.split(": ")[0] for problem in found.problems] == [
        f"s.tar ({key})" for key in "abcd"
    ]


@pytest.mark.parametrize("cut", [700, 1500, 2100])
def test_a_cut_archive_is_refused(cut: int) -> None:
    shard = tar_of({"a.png": pixels(1), "b.png": pixels(2) * 9})
    tree = MemoryTree({"a.tar": shard[:cut]})
    with pytest.raises(InvalidInput) as refusal:
        list(find_format("webdataset_images").read(tree, None, Problems()).samples)
    assert refusal.value.where == "a.tar"


def test_a_name_that_leads_out_of_an_archive_is_refused() -> None:
    tree = MemoryTree({"a.tar": tar_of({"../a.png": pixels(1)})})
    with pytest.raises(InvalidInput, match=r"\.\./a\.png"):
        list(find_format("webdataset_images").read(tree, None, Problems()).samples)


def test_names_with_dots_make_keys_of_their_own() -> None:
    samples = [
        ImageSample("a.b.png", "1", WIDTH, HEIGHT, ("x",)),
        ImageSample("a.c.PNG", "2", WIDTH, HEIGHT, ("y",)),
        ImageSample("a_b.png", "3", WIDTH, HEIGHT, ("x",)),
    ]
    files = written("webdataset_images", samples)
    with tarfile.open(fileobj=io.BytesIO(files["data-000000.tar"])) as archive:
        names = archive.getnames()
    assert [name for name in names if name.endswith("png")] == ["a_b.png", "a_c.png", "a_b-2.png"]
    found = read(files, "webdataset_images")
    assert [s.sample_id for s in found.samples] == ["a.b.png", "a.c.PNG", "a_b.png"]


def test_recordings_in_archives() -> None:
    shard = tar_of({"a.wav": sound("1"), "a.json": b'{"label": "yes"}', "b.ogg": b"OggS"})
    found = read({"dev-0.tar": shard}, "webdataset_audio")
    assert [(s.sample_id, s.labels, s.split) for s in found.samples] == [
        ("a.wav", ("yes",), "validation")
    ]
    assert found.reading.media is not None
    assert found.reading.media(found.samples[0]) == sound("1")
    assert "Recordings of kind .ogg" in found.problems[0]


# Parquet

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def test_pictures_of_the_hub_with_names_of_classes() -> None:
    images = [{"bytes": pixels(i), "path": None if i else "pets/0.png"} for i in range(5)]
    content = parquet(
        {"image": images, "label": [0, 1, -1, 1, 7]},
        {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}},
        image=IMAGE,
        label=pa.int64(),
    )
    found = read({"data/train-00000-of-00001.parquet": content}, "huggingface_images")
    assert found.labels == [("cat",), ("dog",), (), ("dog",)]
    assert [s.annotated for s in found.samples] == [True, True, False, True]
    assert found.samples[0].sample_id == "pets/0.png"
    assert found.samples[1].sample_id == "data/train-00000-of-00001/000001.png"
    assert found.samples[0].split == "train"
    assert "There is no class 7" in found.problems[0]
    assert found.reading.media is not None
    again = [found.reading.media(s) for s in (found.samples[3], found.samples[0])]
    assert again == [pixels(3), pixels(0)]


def test_boxes_of_the_hub_in_either_nesting() -> None:
    features = {
        "image": {"_type": "Image"},
        "objects": {
            "feature": {"bbox": {}, "category": {"names": ["ear", "tail"], "_type": "ClassLabel"}},
            "_type": "Sequence",
        },
    }
    images = [{"bytes": pixels(1), "path": "a.png"}]
    turned = {"bbox": [[1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 5.0, 5.0]], "category": [1, 0]}
    listed = [
        {"bbox": [1.0, 2.0, 3.0, 4.0], "category": 1},
        {"bbox": [0.0, 0.0, 5.0, 5.0], "category": 0},
    ]
    for objects in (turned, listed):
        content = parquet({"image": images, "objects": [objects]}, features)
        found = read({"data/a.parquet": content}, "huggingface_images")
        (sample,) = found.samples
        assert [(thing.label, thing.box) for thing in sample.objects] == [
            ("tail", Box(1, 2, 3, 4)),
            ("ear", Box(0, 0, 5, 5)),
        ]
        assert found.reading.task == "detection"


def test_what_is_wrong_in_a_table_is_told_with_its_row() -> None:
    images = [
        {"bytes": b"no", "path": "a.png"},
        {"bytes": None, "path": "gone.png"},
        {"bytes": pixels(1), "path": "../c.png"},
    ]
    content = parquet({"image": images, "label": ["x", "y", "z"]})
    found = read({"a.parquet": content}, "huggingface_images")
    assert [s.sample_id for s in found.samples] == ["a/000002.png"]
    assert [problem.split(": ")[0] for problem in found.problems] == ["a.parquet#0", "a.parquet#1"]


def test_texts_of_the_hub() -> None:
    content = parquet(
        {"sentence": ["good", "bad"], "label": [1, 0], "idx": [0, 1]},
        {"label": {"names": ["negative", "positive"], "_type": "ClassLabel"}},
    )
    found = read({"sst2/validation-00000-of-00001.parquet": content}, "huggingface_texts")
    assert found.labels == [("positive",), ("negative",)]
    assert found.samples[0].split == "validation"
    assert [label.name for label in found.reading.labels] == ["negative", "positive"]


def test_tags_of_the_hub_are_numbers_with_names() -> None:
    tags = {
        "feature": {"names": ["O", "B-PER", "I-PER"], "_type": "ClassLabel"},
        "_type": "Sequence",
    }
    content = parquet(
        {"tokens": [["Ann", "Lee", "ran"]], "ner_tags": [[1, 2, 0]]}, {"ner_tags": tags}
    )
    found = read({"a.parquet": content}, "huggingface_texts")
    assert found.samples[0].tags == ("B-PER", "I-PER", "O")
    assert [label.name for label in found.reading.labels] == ["PER"]


def test_dialogues_of_the_hub_in_either_style() -> None:
    said = [{"role": "user", "content": "2+2?"}, {"role": "assistant", "content": "4"}]
    messages = read({"a.parquet": parquet({"messages": [said]})}, "huggingface_texts")
    rows = {"instruction": ["2+2?"], "input": [""], "output": ["4"], "text": ["Below is ..."]}
    alpaca = read({"a.parquet": parquet(rows)}, "huggingface_texts")
    for found in (messages, alpaca):
        assert found.reading.task == "instruction"
        assert found.samples[0].turns == (Turn("user", "2+2?"), Turn("assistant", "4"))
        assert found.samples[0].text == ""


def test_pictures_that_are_all_called_the_same_stay_apart() -> None:
    images = [{"bytes": pixels(i), "path": "image.png"} for i in range(2)]
    found = read({"a.parquet": parquet({"image": images})}, "huggingface_images")
    assert [s.sample_id for s in found.samples] == ["image.png", "a/000001.png"]


def test_texts_of_all_kinds_come_back_from_parquet() -> None:
    spans = (Span("a", 0, 1), Span("b", 2, 3))
    samples = [
        TextSample("1", "x y", labels=("a", "b"), attributes={"n": 1, "t": True}),
        TextSample("2", "x y", spans=spans, relations=(Relation("r", 0, 1),)),
        TextSample("3", tokens=("x", "y"), tags=("B-a", "I-a")),
        TextSample("4", "later", annotated=False),
    ]
    files = written("huggingface_texts", samples, ("a", "b", "never"))
    found = read(files, "huggingface_texts", task="entities")
    assert found.samples == samples
    assert [label.name for label in found.reading.labels] == ["a", "b", "never"]


def test_recordings_of_the_hub() -> None:
    samples = [AudioSample("a/1.wav", "1", ("yes",)), AudioSample("2.wav", "2", annotated=False)]
    files = written("huggingface_audio", samples)
    found = read(files, "huggingface_audio")
    assert [(s.sample_id, s.labels, s.annotated) for s in found.samples] == [
        ("a/1.wav", ("yes",), True),
        ("2.wav", (), False),
    ]


def test_the_metadata_says_what_the_library_of_hugging_face_looks_for() -> None:
    files = written("huggingface_images", [ImageSample("a.png", "1", WIDTH, HEIGHT, ("cat",))])
    schema = pq.read_schema(io.BytesIO(files["data/all-00000.parquet"]))
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert features["image"] == {"_type": "Image"}
    assert features["label"] == {"names": ["cat"], "_type": "ClassLabel"}


def test_a_file_that_is_no_parquet_is_refused() -> None:
    tree = MemoryTree({"a.parquet": b"PAR1 and nothing more PAR1"})
    for name in ("huggingface_images", "huggingface_texts", "huggingface_audio"):
        assert not find_format(name).recognises(tree)
        with pytest.raises(InvalidInput) as refusal:
            find_format(name).read(tree, None, Problems())
        assert refusal.value.where == "a.parquet"
