"""Texts of any format become a dataset with labels, marks and parts; and go out again."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from plugins.text_sets import REVIEWS, Library
from pydantic import ValidationError

from aileron.core.errors import InvalidInput
from aileron.data.export import export
from aileron.data.formats import Problems, find_format
from aileron.data.formats.records import Relation, Span
from aileron.data.split import read_labels
from aileron.data.texts.dataset import stored_digest
from aileron.data.trees.tree import open_tree

TAGGED = "我 在 北 京\tO O B-LOC I-LOC\n张 三 来\tB-PER I-PER O\n"


def archive(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return out.getvalue()


def test_a_table_of_texts_becomes_a_dataset(library: Library) -> None:
    imported = library.ingest_file("reviews.csv", REVIEWS)
    card = imported.card
    assert (card.modality, card.task, card.classes) == ("text", "classification", ("bad", "good"))
    assert card.class_counts == {"bad": 2, "good": 2}
    assert card.part_counts == {"test": 2, "train": 2}
    assert (card.counts.rows, card.counts.repeats, card.source.format) == (4, 1, "text_csv")
    assert imported.records["r2"].text == "很脏的房间"
    assert imported.records["r3"].split == "test"
    assert "1 of them repeat a text that another one has" in imported.lines


def test_the_digest_is_of_the_content_and_not_of_the_format(library: Library) -> None:
    first = library.ingest_file("reviews.csv", REVIEWS)
    rows = [
        {"id": f"r{n}", "text": one.text, "label": one.labels[0], "split": one.split}
        for n, one in enumerate(first.dataset.records(), 1)
    ]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    again = library.ingest_file("reviews.jsonl", lines)
    assert again.card.digest == first.card.digest == stored_digest(first.folder, first.card)
    other = library.ingest_file("reviews.csv", REVIEWS.replace("never", "Never"))
    relabelled = library.ingest_file("reviews.csv", REVIEWS.replace("again,bad", "again,good"))
    assert len({first.card.digest, other.card.digest, relabelled.card.digest}) == 3


def test_tagged_tokens_come_in_with_their_types(library: Library) -> None:
    label_map = '{"O": 0, "B-LOC": 1, "I-LOC": 2, "B-PER": 3, "I-PER": 4}'
    files = archive({"train.txt": TAGGED, "label_map.json": label_map})
    imported = library.ingest_file("ner.zip", files, task="sequence_labelling")
    assert imported.card.classes == ("LOC", "PER")
    assert imported.card.class_counts == {"LOC": 1, "PER": 1}
    first = next(imported.dataset.records())
    assert (first.tokens[2:], first.tags[2:]) == (("北", "京"), ("B-LOC", "I-LOC"))


def test_entities_and_relations_come_in_from_brat(library: Library) -> None:
    files = archive(
        {
            "a.txt": "Ann lives in Rome",
            "a.ann": "T1\tPER 0 3\tAnn\nT2\tLOC 13 17\tRome\nR1\tin Arg1:T1 Arg2:T2\n",
        }
    )
    imported = library.ingest_file("notes.zip", files, task="entities")
    (record,) = imported.dataset.records()
    assert record.spans == (Span("PER", 0, 3), Span("LOC", 13, 17))
    assert record.relations == (Relation("in", 0, 1),)


def test_what_cannot_be_used_is_named_with_its_line(library: Library) -> None:
    broken = REVIEWS + "r5,,good,train\n"
    imported = library.ingest_file("reviews.csv", broken, max_refused=0.3)
    assert imported.card.counts.refused == 1
    (where,) = imported.reasons
    assert where == "reviews.csv:6"
    with pytest.raises(InvalidInput, match="1 of 5 samples cannot be used"):
        library.ingest_file("reviews.csv", broken, max_refused=0)


def test_texts_that_wait_for_annotation_are_kept(library: Library) -> None:
    imported = library.ingest_file("reviews.csv", REVIEWS + "r5,no label yet,,\n")
    assert imported.card.counts.waiting == 1
    assert not imported.records["r5"].annotated


def test_classes_that_are_said_hold(library: Library) -> None:
    imported = library.ingest_file("reviews.csv", REVIEWS, classes=["good", "bad"])
    assert imported.card.classes == ("good", "bad")
    with pytest.raises(InvalidInput, match="There is no class bad"):
        library.ingest_file("reviews.csv", REVIEWS, classes=["good", "awful"])


def test_several_labels_need_to_be_allowed(library: Library) -> None:
    several = "text,labels\na,x;y\nb,x\nc,\n"
    imported = library.ingest_file("t.csv", several, label_type="multi")
    assert imported.card.class_counts == {"x": 2, "y": 1}
    with pytest.raises(InvalidInput, match="label_type: multi"):
        library.ingest_file("t.csv", several)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"options": {"joined_by": "|"}}, "name it"),
        ({"label_type": "multi", "task": "entities"}, "belongs to a classification"),
        ({"classes": ["a", "a"]}, "twice"),
    ],
)
def test_a_config_that_cannot_be_is_refused(
    library: Library, config: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        library.ingest_file("reviews.csv", REVIEWS, **config)


def test_a_source_of_no_format_and_one_of_several_files_are_refused(library: Library) -> None:
    with pytest.raises(InvalidInput, match="text_jsonl"):
        library.ingest_file("x.json", '{"a": 1}')
    source = library.source("a.csv", REVIEWS)
    (source / "b.csv").write_text(REVIEWS)
    with pytest.raises(InvalidInput, match="2 files"):
        library.ingest(source)


def test_what_was_imported_is_exported_again(library: Library, tmp_path: Path) -> None:
    imported = library.ingest_file("reviews.csv", REVIEWS)
    assert export(imported.folder, tmp_path / "out.zip", find_format("text_jsonl")) == {}
    tree = open_tree(tmp_path / "out.zip", tmp_path)
    reading = find_format("text_jsonl").read(tree, None, Problems())
    assert {one.sample_id: one for one in reading.samples} == imported.records
    with pytest.raises(InvalidInput, match="coco cannot hold classification"):
        export(imported.folder, tmp_path / "coco", find_format("coco"))


def test_a_split_keeps_the_parts_and_repeats_together(library: Library) -> None:
    labels = read_labels(library.ingest_file("reviews.csv", REVIEWS).folder)
    assert labels.exclusive
    assert labels.ids.to_pylist() == ["r1", "r2", "r3", "r4"]
    assert labels.values is not None
    assert labels.values.to_pylist() == ["good", "bad", "bad", "good"]
    assert labels.repeated == [[0, 3]]


def test_a_later_text_replaces_an_equal_one_on_demand(library: Library) -> None:
    again = REVIEWS + "r5,never again,good,train\n"
    imported = library.ingest_file("reviews.csv", again, repeats="drop")
    assert list(imported.records) == ["r2", "r4", "r5"]
    assert imported.records["r5"].labels == ("good",)
    assert (imported.card.counts.rows, imported.card.counts.repeats) == (3, 0)
    assert imported.card.class_counts == {"bad": 1, "good": 2}
    assert "2 texts repeat a later one and are dropped" in imported.lines
    assert stored_digest(imported.folder, imported.card) == imported.card.digest


def test_what_is_taken_for_a_class_is_said(library: Library) -> None:
    files = {"mail/spam/1.txt": "win now", "mail/ham/2.txt": "see you at noon"}
    imported = library.ingest_file("mail.zip", archive(files))
    assert imported.card.classes == ("ham", "spam")
    assert any("The folders in mail are taken for the classes" in line for line in imported.lines)


def test_folders_of_classes_are_classes_whatever_lies_beside_them(library: Library) -> None:
    files = {
        "spam/1.txt": "win now",
        "ham/2.txt": "see you at noon",
        "notes.csv": "who,when\na,b\n",
    }
    imported = library.ingest_file("mail.zip", archive(files))
    assert (imported.card.source.format, imported.card.classes) == ("text_folders", ("ham", "spam"))
    files["notes.csv"] = "text,label\nhello,ham\n"
    assert library.ingest_file("mail.zip", archive(files)).card.source.format == "text_csv"
