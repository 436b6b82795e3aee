"""JSON Lines of texts, in our spelling and in those of other tools."""

from __future__ import annotations

import json

import pytest
from plugins.annotated import MemoryTree
from plugins.text_trees import read, written

from aileron.core.errors import InvalidInput
from aileron.data.formats import Problems, find_format
from aileron.data.formats.records import Relation, Span, TextSample, Turn


def lines(*rows: object) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def test_everything_that_is_said_of_a_text_comes_back() -> None:
    samples = [
        TextSample("1", "张三住在北京", labels=("a", "b"), split="train", attributes={"n": 1.5}),
        TextSample("2", "张三住在北京", spans=(Span("PER", 0, 2), Span("LOC", 4, 6)),
                   relations=(Relation("住在", 0, 1),), split="test"),
        TextSample("3", tokens=("张", "三"), tags=("B-PER", "I-PER")),
        TextSample("4", "a\n\tb", pair="c", labels=("1",)),
        TextSample("5", turns=(Turn("system", "s"), Turn("user", "u"), Turn("assistant", "a"))),
        TextSample("6", "later", annotated=False),
        TextSample("7", "none of them"),
    ]  # fmt: skip
    files = written("text_jsonl", samples, ("a", "b", "never"))
    assert sorted(files) == ["classes.json", "data.jsonl", "test.jsonl", "train.jsonl"]
    found = read(files, "text_jsonl")
    assert sorted(found.samples, key=lambda s: s.sample_id) == samples
    assert [label.name for label in found.reading.labels] == ["a", "b", "never"]


def test_texts_with_one_label() -> None:
    rows = lines({"text": "x", "label": "a", "source": "web"}, {"text": "y", "label": 3})
    found = read({"train.jsonl": rows}, "text_jsonl")
    assert (found.reading.task, found.labels) == ("classification", [("a",), ("3",)])
    assert found.samples[0].attributes == {"source": "web"}
    assert found.samples[1].sample_id == "train.jsonl:2"


def test_pairs_as_glue_spells_them() -> None:
    row = {"sentence1": "a", "sentence2": "b", "label": "1", "id": 7}
    found = read({"dev.json": lines(row, row)}, "text_jsonl")
    assert found.reading.task == "matching"
    (sample,) = found.samples
    assert (sample.sample_id, sample.pair, sample.split) == ("7", "b", "validation")
    assert "a second time" in found.problems[0]


def test_spans_of_doccano_and_spacy() -> None:
    rows = lines(
        {"id": 1, "text": "Ann in Rome", "label": [[0, 3, "PER"], [7, 11, "LOC"]]},
        {"id": 2, "text": "Ann in Rome", "entities": [[0, 3, "PER"]]},
        {"id": 3, "text": "Ann in Rome", "label": []},
    )
    found = read({"all.jsonl": rows}, "text_jsonl")
    assert found.reading.task == "entities"
    assert found.samples[0].spans == (Span("PER", 0, 3), Span("LOC", 7, 11))
    assert found.samples[1].spans == (Span("PER", 0, 3),)
    assert found.samples[2].annotated


def test_relations_of_doccano_name_entities_by_their_ids() -> None:
    row = {
        "id": 9,
        "text": "Ann in Rome",
        "entities": [
            {"id": 70, "label": "LOC", "start_offset": 7, "end_offset": 11},
            {"id": 71, "label": "PER", "start_offset": 0, "end_offset": 3},
        ],
        "relations": [{"id": 0, "from_id": 71, "to_id": 70, "type": "in"}],
        "Comments": [],
    }
    (sample,) = read({"all.jsonl": lines(row)}, "text_jsonl").samples
    assert sample.relations == (Relation("in", 1, 0),)


def test_spans_of_clue_end_with_their_last_letter() -> None:
    row = {"text": "浙商银行企业部叶老桂博士", "label": {"name": {"叶老桂": [[7, 9]]}}}
    wrong = {"text": "浙商银行企业部叶老桂博士", "label": {"name": {"叶老桂": [[8, 9]]}}}
    found = read({"train.json": lines(row, wrong)}, "text_jsonl")
    assert [sample.spans for sample in found.samples] == [(Span("name", 7, 10),)]
    assert found.problems[0].startswith("train.json:2: name says 叶老桂, and the text has 老桂")


def test_tags_of_another_scheme_are_read_and_told() -> None:
    row = {"tokens": ["a", "b", "c"], "ner_tags": ["B-X", "E-X", "S-X"]}
    found = read({"a.jsonl": lines(row)}, "text_jsonl")
    assert found.samples[0].tags == ("B-X", "I-X", "B-X")
    assert "IOBES" in found.notes[0]


def test_a_list_of_objects_is_read_as_well_as_lines() -> None:
    content = json.dumps([{"text": "a", "label": "x"}, 5, {"text": "b", "label": "y"}])
    found = read({"a.json": content}, "text_jsonl")
    assert found.labels == [("x",), ("y",)]
    assert found.problems == [
        "a.json (2): There is 5 where a JSON object is needed. Export the file anew."
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no JSON"),
        ("[1]", "There is [1]"),
        ('{"label": "x"}', "text is empty"),
        ('{"text": 5, "label": "x"}', "Field text is 5"),
        ('{"text": "abc", "spans": [[0, 9, "X"]]}', "from 0 to 9, and the text has 3"),
        ('{"text": "abc", "spans": [[0, 2, ""]]}', "A label is empty"),
        ('{"text": "abc", "spans": [[true, 2, "X"]]}', "Field start is True"),
        ('{"text": "a", "relations": [{"head": 0, "tail": 1, "label": "r"}]}', "joins span 0"),
        ('{"tokens": ["a", "b"], "tags": ["O"]}', "2 tokens and 1 tags"),
        ('{"tokens": ["a"], "tags": [3]}', "number 3"),
        ('{"tokens": ["a"], "tags": ["Q-X"]}', "Q-X is no tag"),
        ('{"turns": [{"role": "pope", "content": "x"}]}', "pope is no role"),
        ('{"text": "a", "split": "holdout"}', "Part holdout"),
        ('{"text": "a", "attributes": {"x": []}}', "Field attributes"),
        ('{"text": "a", "id": [1]}', "Field id"),
    ],
)
def test_a_wrong_line_is_one_problem_with_its_place(line: str, said: str) -> None:
    good = '{"text": "fine", "label": "x"}\n'
    found = read({"a.jsonl": f"{good}{line}\n{good}"}, "text_jsonl")
    assert len(found.samples) == 2
    (problem,) = found.problems
    assert problem.startswith("a.jsonl:2: ")
    assert said in problem


def test_classes_that_are_no_list_are_refused() -> None:
    tree = MemoryTree({"a.jsonl": b'{"text": "a"}\n', "classes.json": b"[1]"})
    with pytest.raises(InvalidInput) as refusal:
        find_format("text_jsonl").read(tree, None, Problems())
    assert refusal.value.where == "classes.json"


def test_a_task_that_a_format_cannot_say_is_refused() -> None:
    tree = MemoryTree({"a.jsonl": b'{"text": "a"}\n'})
    with pytest.raises(InvalidInput, match="detection"):
        find_format("text_jsonl").read(tree, "detection", Problems())
