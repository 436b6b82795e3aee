"""Relabelling changes labels and nothing else; media keep their files."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plugins.operations import Operations, Result

from aileron.core.errors import InvalidInput
from aileron.data.formats.records import Box, ImageSample, KeyPoint, Object, TextSample
from aileron.data.images import ImageDataset
from aileron.data.texts import TextDataset

LABELS = ("cat", "dog", "fox")
NAMES = st.sampled_from((*LABELS, "猫", "bird"))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    samples=st.lists(st.sets(st.sampled_from(LABELS)), min_size=1, max_size=20),
    rename=st.dictionaries(st.sampled_from(LABELS), NAMES),
    dropped=st.sets(st.sampled_from(LABELS)),
)
def test_labels_change_as_said_and_media_stay(
    operations: Operations,
    samples: list[set[str]],
    rename: dict[str, str],
    dropped: set[str],
) -> None:
    rename = {name: new for name, new in rename.items() if name not in dropped}
    numbered = [(number, tuple(sorted(labels))) for number, labels in enumerate(samples)]
    whole = operations.images(numbered, classes=LABELS, label_type="multi", shard_bytes=300)
    changed = operations.run("relabel", whole, rename=rename, drop=sorted(dropped), add=["new"])
    expected = [{rename.get(one, one) for one in labels - dropped} for labels in samples]
    assert [set(names) for names in changed.labels.values()] == expected
    assert media(changed) == media(whole)
    having = [sum(name in labels for labels in expected) for name in changed.card.class_counts]
    assert list(changed.card.class_counts.values()) == having


def media(result: Result) -> dict[str, str]:
    return {name: digest for name, digest in result.files.items() if name.startswith("media/")}


def test_media_are_not_copied(operations: Operations) -> None:
    whole = operations.images([(0, ("cat",)), (1, ("dog",))])
    changed = operations.run("relabel", whole, rename={"cat": "lynx"})
    for name in media(whole):
        assert (whole.folder / name).samefile(changed.folder / name)


def test_single_samples_get_the_labels_that_are_named(operations: Operations) -> None:
    whole = operations.images([(0, ("cat",)), (1, ("dog",)), (2, ("dog",))])
    changes = [
        {"sample_id": "s0001", "labels": ["fox"]},
        {"sample_id": "s0002", "labels": []},
    ]
    changed = operations.run("relabel", whole, add=["fox"], changes=changes)
    assert changed.labels == {"s0000": ("cat",), "s0001": ("fox",), "s0002": ()}
    assert changed.card.counts.waiting == 1, "a sample without its one label waits for it"
    assert changed.card.made is not None
    assert changed.card.made.options == {"add": ["fox"], "changes": 2}
    back = [{"sample_id": "s0002", "labels": ["dog"]}]
    assert operations.run("relabel", changed, changes=back).card.counts.waiting == 0


def test_a_sample_that_loses_its_only_label_waits_for_annotation(operations: Operations) -> None:
    whole = operations.images([(0, ("cat",)), (1, ("dog",))])
    changed = operations.run("relabel", whole, drop=["cat"])
    assert (changed.card.classes, changed.card.counts.waiting) == (("dog",), 1)
    left = operations.run("filter", changed, annotated=True)
    assert left.labels == {"s0001": ("dog",)}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"rename": {"cow": "ox"}}, "There is no label cow; known: cat, dog"),
        ({"changes": [{"sample_id": "s9", "labels": ["cat"]}]}, "There is no sample s9"),
        ({"changes": [{"sample_id": "s0000", "labels": ["ox"]}]}, "name it in `add`"),
        ({"changes": [{"sample_id": "s0000", "labels": ["cat", "dog"]}]}, "2 labels"),
        ({}, "Nothing is to be changed"),
    ],
)
def test_what_cannot_be_changed_is_refused(
    operations: Operations, config: dict[str, object], said: str
) -> None:
    whole = operations.images([(0, ("cat",)), (1, ("dog",))])
    with pytest.raises(InvalidInput, match=said):
        operations.run("relabel", whole, **config)


def test_objects_and_key_points_are_renamed_and_dropped(operations: Operations) -> None:
    box = Box(1.0, 1.0, 4.0, 4.0)
    nose = Object("cat", box, points=(KeyPoint(2.0, 2.0),))
    drawn = {0: (nose, Object("dog", box)), 1: (Object("dog", box),), 2: ()}
    points = {"cat": {"names": ["nose"]}}
    whole = operations.images(
        [(0, ()), (1, ()), (2, ())], task="key_points", objects=drawn, points=points
    )
    changed = operations.run("relabel", whole, rename={"cat": "lynx"}, drop=["dog"])
    assert (changed.card.classes, changed.card.counts.objects) == (("lynx",), 1)
    assert changed.card.counts.waiting == 0
    assert list(changed.card.points) == ["lynx"]
    records: list[ImageSample] = list(ImageDataset.read(changed.folder).records())
    assert [record.objects for record in records] == [
        (Object("lynx", box, points=(KeyPoint(2.0, 2.0),)),), (), (),
    ]  # fmt: skip
    with pytest.raises(InvalidInput, match="annotated for key points"):
        operations.run("relabel", whole, changes=[{"sample_id": "s0000", "labels": ["cat"]}])


def test_tags_and_marked_pieces_of_texts_are_renamed_and_dropped(operations: Operations) -> None:
    from plugins.text_sets import Library

    library = Library(operations.new())
    tagged = "华 B-ORG\n为 I-ORG\n在 O\n深 B-LOC\n圳 I-LOC\n\n"
    imported = library.ingest_file("a.bio", tagged, task="sequence_labelling")
    changed = operations.run(
        "relabel", Result(imported.folder), rename={"ORG": "机构"}, drop=["LOC"]
    )
    assert changed.card.classes == ("机构",)
    [record] = records_of(changed)
    assert record.tags == ("B-机构", "I-机构", "O", "O", "O")


def test_relations_go_with_the_pieces_that_they_join(operations: Operations) -> None:
    import json

    from plugins.text_sets import Library

    spans = [
        {"label": "PER", "start": 0, "end": 3},
        {"label": "LOC", "start": 7, "end": 9},
        {"label": "PER", "start": 14, "end": 17},
    ]
    relations = [
        {"label": "in", "head": 0, "tail": 1},
        {"label": "knows", "head": 0, "tail": 2},
    ]
    row = {"id": "a", "text": "Ann in UK and Bob", "spans": spans, "relations": relations}
    imported = Library(operations.new()).ingest_file(
        "a.jsonl", json.dumps(row), task="entities", format="text_jsonl"
    )
    changed = operations.run("relabel", Result(imported.folder), drop=["LOC"])
    [record] = records_of(changed)
    assert [(one.label, one.start) for one in record.spans] == [("PER", 0), ("PER", 14)]
    assert [tuple(one) for one in record.relations] == [("knows", 0, 1)]


def records_of(result: Result) -> list[TextSample]:
    return list(TextDataset.read(result.folder).records())


def test_rows_of_a_table_are_not_left_without_a_class(operations: Operations) -> None:
    whole = operations.any("table")
    with pytest.raises(InvalidInput, match="Rows of class bad would have no class"):
        operations.run("relabel", whole, drop=["bad"])
    changes = [{"sample_id": "r00000001", "labels": ["good"]}]
    changed = operations.run("relabel", whole, changes=changes)
    assert changed.labels["r00000001"] == ("good",)
    with pytest.raises(InvalidInput, match="0 labels"):
        operations.run("relabel", whole, changes=[{"sample_id": "r00000001", "labels": []}])


JSON_LINES = """{"sample_id": "s0000", "labels": ["dog"]}

{"sample_id": "s0001", "labels": ["cat"]}
"""


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("changes.csv", "\ufeffsample_id,labels\ns0000,dog\ns0001,cat\n"),
        ("changes.jsonl", JSON_LINES),
    ],
)
def test_changes_come_from_a_file(operations: Operations, file: str, text: str) -> None:
    whole = operations.images([(0, ("cat",)), (1, ("dog",))])
    source = operations.new()
    (source / file).write_text(text, encoding="utf-8")
    changed = operations.run("relabel", whole, inputs={"changes": source})
    assert changed.labels == {"s0000": ("dog",), "s0001": ("cat",)}
    assert changed.card.made is not None
    assert changed.card.made.options == {"changes": 2}


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("c.csv", "id,labels\na,b\n", "c.csv:1: The first line must name"),
        ("c.csv", "sample_id,labels\ns0000\n", "c.csv:2: The line has no sample_id"),
        ("c.csv", "sample_id,labels\ns0000,dog\ns0000,cat\n", "c.csv:3: Sample s0000 was there"),
        ("c.jsonl", '{"sample_id": "s0000", "labels": "dog"}', "c.jsonl:1: The line has no"),
        ("c.jsonl", "[1]", "c.jsonl:1: The line has no"),
        ("c.jsonl", "{", "c.jsonl:1: The line has no"),
        ("c.csv", b"sample_id,labels\n\xff,\xfe\n", "c.csv: The line has no"),
    ],
)
def test_a_bad_line_of_changes_is_named(
    operations: Operations, file: str, text: str | bytes, said: str
) -> None:
    whole = operations.images([(0, ("cat",)), (1, ("dog",))])
    source = operations.new()
    (source / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidInput, match=said):
        operations.run("relabel", whole, inputs={"changes": source})
