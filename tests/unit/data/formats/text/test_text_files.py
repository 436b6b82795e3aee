"""Plain text files: BML's lines, tagged tokens, brat, folders, and texts alone."""

from __future__ import annotations

import json

import pytest
from plugins.annotated import MemoryTree
from plugins.text_trees import read, written

from aileron.core.errors import InvalidInput
from aileron.data.formats import find_format, recognise
from aileron.data.formats.records import Relation, Span, TextSample
from aileron.data.formats.text.file_names import file_name, folder_name, id_of, name_of_folder

# BML


def test_bml_lines_have_a_label_behind_a_tab() -> None:
    lines = "很好\t好评\n\n不好\t差评/服务\nno label\nx\ty\tz\t1\n还行\t好评\n"
    found = read({"train.txt": lines}, "bml_txt")
    assert found.labels == [("好评",), ("差评", "服务"), (), ("好评",)]
    assert [s.annotated for s in found.samples] == [True, True, False, True]
    assert found.samples[1].sample_id == "train.txt:3"
    assert {s.split for s in found.samples} == {"train"}
    assert found.problems[0].startswith("train.txt:5: The line has 4 columns, and 2 are needed")


def test_bml_pairs_have_two_tabs() -> None:
    found = read({"a.txt": "a\tb\t1\nc\td\t0\n"}, "bml_txt")
    assert found.reading.task == "matching"
    assert [(s.text, s.pair, s.labels) for s in found.samples] == [
        ("a", "b", ("1",)),
        ("c", "d", ("0",)),
    ]


def test_a_name_with_a_slash_is_one_label_if_the_user_says_so() -> None:
    found = read({"a.txt": "x\tAI/robot\n"}, "bml_txt", joined_by="none")
    assert found.labels == [("AI/robot",)]


def test_a_class_that_would_be_taken_apart_is_refused() -> None:
    with pytest.raises(InvalidInput, match="AI/robot"):
        written("bml_txt", [TextSample("1", "x", labels=("AI/robot",))])


def test_bml_archives_pair_texts_with_json() -> None:
    files = {
        "1.txt": "文本一",
        "1.json": '{"labels": [{"name": "a"}, {"name": "b"}]}',
        "2.txt": "文本二",
        "2.json": '{"labels": [{"nom": "a"}]}',
        "3.txt": "文本三",
        "3.json": "{",
    }
    found = read(files, "bml_txt")
    assert [(s.sample_id, s.text, s.labels) for s in found.samples] == [("1", "文本一", ("a", "b"))]
    assert [problem.split(": ")[0] for problem in found.problems] == ["2.json", "3.json:1"]


def test_a_text_of_several_lines_becomes_one_line() -> None:
    files = written("bml_txt", [TextSample("1", "a\tb\r\nc", labels=("x",))])
    assert files == {"data.txt": b"a b c\tx\n"}


# Tagged tokens

ROWS = "海 钓 比 赛 地 点 在 厦 门\tO O O O O O O LOC-B LOC-I\n厦 门\tLOC-B LOC-I\n"
MAP = '{"LOC-B": 0, "LOC-I": 1, "PER-B": 2, "PER-I": 3, "O": 4}'


def test_rows_of_bml_with_their_label_map() -> None:
    found = read({"train.tsv": ROWS, "label_map.json": MAP}, "sequence_tags")
    assert found.samples[1].tokens == ("厦", "门")
    assert found.samples[1].tags == ("B-LOC", "I-LOC")
    assert [label.name for label in found.reading.labels] == ["LOC", "PER"]
    assert found.reading.known


def test_rows_are_recognised_without_a_map() -> None:
    found = read({"train.txt": ROWS}, "sequence_tags")
    assert len(found.samples) == 2
    assert not found.reading.known


def test_rows_that_the_map_does_not_allow_are_problems() -> None:
    rows = ROWS + "a b\tORG-B ORG-I\na b\tO\njust a text\n"
    found = read({"train.txt": rows, "label_map.json": MAP}, "sequence_tags")
    assert len(found.samples) == 2
    assert [problem.split(": ")[0] for problem in found.problems] == [
        "train.txt:3",
        "train.txt:4",
        "train.txt:5",
    ]
    assert "There is no class ORG-B" in found.problems[0]
    assert "2 tokens and 1 tags" in found.problems[1]


CONLL = """-DOCSTART- -X- -X- O

EU NNP B-NP B-ORG
rejects VBZ B-VP O
German JJ B-NP B-MISC

Peter NNP B-NP B-PER
Blackburn NNP I-NP I-PER

"""


def test_conll_has_a_token_and_its_columns_on_a_line() -> None:
    found = read({"valid.txt": CONLL}, "sequence_tags")
    assert [s.tokens for s in found.samples] == [
        ("EU", "rejects", "German"),
        ("Peter", "Blackburn"),
    ]
    assert found.samples[1].tags == ("B-PER", "I-PER")
    assert found.samples[1].sample_id == "valid.txt:7"
    assert {s.split for s in found.samples} == {"validation"}
    assert "scheme IOB" in found.notes[0]


def test_a_conll_line_without_a_tag_spoils_its_sequence_alone() -> None:
    found = read({"a.conll": "a\tB-X\nb\nc\n\nd\tB-X\ne\tI-X\n\nf\tB-X\ng\tI-X\n"}, "sequence_tags")
    assert [s.tokens for s in found.samples] == [("d", "e"), ("f", "g")]
    assert [problem.split(": ")[0] for problem in found.problems] == ["a.conll:2"]


@pytest.mark.parametrize(
    ("scheme", "order", "row"),
    [
        ("iob", "tag_first", "B-X I-X I-X B-X O"),
        ("io", "tag_first", "I-X I-X I-X I-X O"),
        ("ioe", "type_first", "X-I X-I X-E X-E O"),
        ("iobes", "type_first", "X-B X-I X-E X-S O"),
    ],
)
@pytest.mark.parametrize("rows", ["sequence", "token"])
def test_all_schemes_are_written_and_read_in_either_order(
    scheme: str, order: str, row: str, rows: str
) -> None:
    sample = TextSample("1", tokens=tuple("abcde"), tags=("B-X", "I-X", "I-X", "B-X", "O"))
    files = written("sequence_tags", [sample], ("X",), scheme=scheme, order=order, rows=rows)
    written_tags = files["data.txt"].decode().split("\t" if rows == "sequence" else "\n")
    shown = written_tags[1].strip() if rows == "sequence" else row
    assert shown == row
    (back,) = read(files, "sequence_tags").samples
    wanted = ("B-X", "I-X", "I-X", "I-X", "O") if scheme == "io" else sample.tags
    assert back.tags == wanted
    assert json.loads(files["label_map.json"])["O"] == len(json.loads(files["label_map.json"])) - 1


def test_a_blank_in_a_token_becomes_a_hard_one_and_one_in_a_class_is_refused() -> None:
    sample = TextSample("1", tokens=("a b", "c"), tags=("B-X", "O"))
    (back,) = read(written("sequence_tags", [sample], ("X",)), "sequence_tags").samples
    assert back.tokens == ("a\N{NO-BREAK SPACE}b", "c")
    with pytest.raises(InvalidInput, match="red box"):
        written("sequence_tags", [sample], ("red box",))


# brat

TEXT = "Sony announced today.\nKazuo Hirai spoke in Tokyo."
ANN = """T1\tOrganization 0 4\tSony
R1\tWorks_for Arg1:T2 Arg2:T1
T2\tPerson 22 33\tKazuo Hirai
A1\tNegation T2
A2\tConfidence T1 L1
#1\tAnnotatorNotes T1\ta note
"""
CONF = """[entities]
Person
!Thing
\tOrganization
Place # never
[relations]
Works_for Arg1:Person, Arg2:Organization
"""


def test_entities_relations_and_attributes_of_brat() -> None:
    files = {
        "docs/1.txt": TEXT,
        "docs/1.ann": ANN,
        "docs/2.txt": "waits",
        "docs/annotation.conf": CONF,
    }
    found = read(files, "brat")
    first, second = found.samples
    assert first.sample_id == "1"
    assert first.spans == (Span("Organization", 0, 4), Span("Person", 22, 33))
    assert first.relations == (Relation("Works_for", 1, 0),)
    assert first.attributes == {"T2.Negation": True, "T1.Confidence": "L1"}
    assert not second.annotated
    assert [label.name for label in found.reading.labels] == ["Person", "Organization", "Place"]
    assert found.problems == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("T9\tPerson 0 4;6 9\tSony nou", "Entity T9 is in several pieces"),
        ("T9\tPerson 0 400\tSony", "from 0 to 400, and the text has"),
        ("T9\tPerson 0 4\tSonny", "T9 says Sonny, and the text has Sony"),
        ("T9\tPerson zero 4\tSony", "no annotation of brat"),
        ("T1\tPerson 0 4\tSony", "T1 comes a second time"),
        ("R9\tKnows Arg1:T1 Arg2:T77", "R9 names T77"),
        ("E1\tAttack:T1 Target:T2", "E1 is an event"),
        ("something else", "no annotation of brat"),
    ],
)
def test_what_brat_has_and_we_have_not_is_one_problem_with_its_line(line: str, said: str) -> None:
    files = {"1.txt": TEXT, "1.ann": f"{ANN}{line}\n", "2.txt": TEXT, "2.ann": ANN}
    found = read(files, "brat")
    assert [s.sample_id for s in found.samples] == ["2"]
    (problem,) = found.problems
    assert problem.startswith("1.ann:7: ")
    assert said in problem


def test_an_annotation_without_its_text_is_told_of() -> None:
    found = read({"1.txt": TEXT, "1.ann": ANN, "2.ann": ANN}, "brat")
    assert found.problems[0].startswith("2.ann: There is no file 2.txt")


def test_names_that_brat_cannot_have_come_back_from_its_own_list_of_names() -> None:
    sample = TextSample(
        "a:b/..", TEXT,
        spans=(Span("red box", 0, 4), Span("red_box", 5, 14), Span("绝缘 子", 15, 20)),
        relations=(Relation("lives in", 0, 2),), split="test",
    )  # fmt: skip
    files = written("brat", [sample], ("red box", "red_box", "绝缘 子"))
    assert files["annotation.conf"].decode().startswith("[entities]\nred_box-2\nred_box\n绝缘_子\n")
    found = read(files, "brat")
    assert found.samples == [sample]


# Folders and plain texts


def test_folders_are_classes_below_those_of_parts() -> None:
    files = {"r/train/体育/1.txt": "a", "r/train/财经/1.txt": "b", "r/test/体育/1.txt": "c"}
    found = read(files, "text_folders")
    assert [(s.sample_id, s.labels, s.split) for s in found.samples] == [
        ("体育/1", ("体育",), "test"),
        ("train/体育/1", ("体育",), "train"),
        ("财经/1", ("财经",), "train"),
    ]


def test_an_empty_text_in_a_folder_is_a_problem() -> None:
    found = read({"a/1.txt": " \n", "a/2.txt": "x", "b/1.txt": "y"}, "text_folders")
    assert [s.sample_id for s in found.samples] == ["a/2", "b/1"]
    assert found.problems[0].startswith("a/1.txt: The text is empty")


def test_a_file_per_part_holds_a_text_per_line() -> None:
    found = read({"wiki/train.txt": "a\n\nb\r\n", "wiki/test.txt": "c"}, "plain_text")
    assert [(s.text, s.split) for s in found.samples] == [
        ("c", "test"),
        ("a", "train"),
        ("b", "train"),
    ]


def test_files_with_names_of_their_own_are_a_text_each() -> None:
    found = read({"moby.txt": "Call me\nIshmael", "emma.txt": "Emma"}, "plain_text")
    assert [(s.sample_id, s.text) for s in found.samples] == [
        ("emma", "Emma"),
        ("moby", "Call me\nIshmael"),
    ]


def test_texts_of_several_lines_are_written_to_files_of_their_own() -> None:
    samples = [TextSample("a/1", "x\ny", split="train"), TextSample("b:2", "z", split="test")]
    files = written("plain_text", samples)
    assert sorted(files) == ["documents/test/b%3A2.txt", "documents/train/a/1.txt"]
    found = read(files, "plain_text")
    assert sorted(found.samples, key=lambda s: s.sample_id) == samples


def test_the_user_says_whether_lines_or_files_are_texts() -> None:
    found = read({"moby.txt": "Call me\nIshmael"}, "plain_text", unit="file")
    assert [s.text for s in found.samples] == ["Call me\nIshmael"]
    with pytest.raises(InvalidInput, match="known: auto, file, line"):
        find_format("plain_text").with_options({"unit": "page"})
    with pytest.raises(InvalidInput, match="did you mean unit"):
        find_format("plain_text").with_options({"units": "line"})


@pytest.mark.parametrize(
    "name",
    ["a", "a/b", "../x", "/x", "a:b", "con\ttrol", "50%", "%41", "a.", "图", "", ".hide", "a//b"],
)
def test_any_id_makes_a_safe_name_and_comes_back(name: str) -> None:
    assert id_of(file_name(name)) == name
    assert name_of_folder(folder_name(name)) == name or not name
    assert "/" not in folder_name(name)


def test_nothing_is_recognised_in_what_is_no_dataset() -> None:
    for files in ({"README.txt": b"x"}, {"main.py": b"x"}, {"config.json": b"{}"}, {}):
        with pytest.raises(InvalidInput, match="No known format"):
            recognise(MemoryTree(files), "text")
