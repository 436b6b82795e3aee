"""Tables of texts: what the columns are called, encodings, labels in a cell, wrong rows."""

from __future__ import annotations

import io

import openpyxl
import pytest
from plugins.annotated import MemoryTree
from plugins.text_trees import read, written

from aileron.core.errors import InvalidInput
from aileron.data.formats import Problems, find_format
from aileron.data.formats.records import TextSample


def test_columns_are_known_by_their_names_and_others_are_attributes() -> None:
    found = read({"reviews.csv": 'label,review,city\n1,"好, ""很好""",北京\n0,差,\n'}, "text_csv")
    first, second = found.samples
    assert (first.text, first.labels, first.attributes) == ('好, "很好"', ("1",), {"city": "北京"})
    assert (second.sample_id, second.attributes) == ("reviews.csv:3", {})
    assert found.reading.task == "classification"
    assert found.problems == found.notes == []


def test_two_texts_make_a_matching() -> None:
    found = read({"dev.tsv": "sentence1\tsentence2\tlabel\na\tb\t1\nc\td\t0\n"}, "text_csv")
    assert found.reading.task == "matching"
    assert [(s.text, s.pair, s.labels, s.split) for s in found.samples] == [
        ("a", "b", ("1",), "validation"),
        ("c", "d", ("0",), "validation"),
    ]


def test_texts_alone_are_for_pre_training() -> None:
    found = read({"a.csv": "content\nx\ny\n"}, "text_csv")
    assert found.reading.task == "pretraining"
    assert all(sample.annotated for sample in found.samples)


def test_a_column_of_labels_holds_several_and_a_column_of_one_label_does_not() -> None:
    several = read({"a.csv": "text,labels\nx,a;b\ny,c|d\nz,\n"}, "text_csv")
    assert several.labels == [("a", "b"), ("c", "d"), ()]
    assert not several.samples[2].annotated
    assert "taken apart at ; / |" in several.notes[0]
    one = read({"a.csv": "text,label\nx,a;b\n"}, "text_csv")
    assert one.labels == [("a;b",)]
    chosen = read({"a.csv": 'text,label\nx,"a,b"\n'}, "text_csv", joined_by=",")
    assert chosen.labels == [("a", "b")]


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8-sig", []), ("gb18030", ["gb18030"]), ("utf-16", ["utf-16"])]
)
def test_the_encoding_is_found_out_and_told(encoding: str, told: list[str]) -> None:
    content = "text,label\r\n酒店很好,好评\r\n".encode(encoding)
    found = read({"a.csv": content}, "text_csv")
    assert [(s.text, s.labels) for s in found.samples] == [("酒店很好", ("好评",))]
    assert [word for note in found.notes for word in told if word in note] == told


def test_a_byte_in_no_encoding_is_told_of_with_its_line() -> None:
    content = b"text,label\n" + "酒店,好\n".encode() * 9000 + b"\xff\xff\xff,x\n"
    with pytest.raises(InvalidInput) as refusal:
        read({"a.csv": content}, "text_csv")
    assert refusal.value.where == "a.csv:9002"


def test_wrong_rows_are_problems_and_the_others_come_in() -> None:
    rows = "id,text,label,split\n1,a,x,train\n2,b\n3, ,x,\n1,c,x,\n4,d,x,holdout\n5,e,y,dev\n"
    found = read({"all.csv": rows}, "text_csv")
    assert [s.sample_id for s in found.samples] == ["1", "5"]
    assert [s.split for s in found.samples] == ["train", "validation"]
    places = [problem.split(" ")[0] for problem in found.problems]
    assert places == ["all.csv:3:", "all.csv:4:", "all.csv:5:", "all.csv:6:"]
    assert "2 cells, and the header has 4" in found.problems[0]


def test_an_unclosed_quote_names_the_line_where_its_row_begins() -> None:
    with pytest.raises(InvalidInput) as refusal:
        read({"a.csv": 'text,label\na,x\n"b,x\nc,x\n'}, "text_csv")
    assert (refusal.value.where, refusal.value.message_id) == ("a.csv:3", "data.formats.not_csv")


def test_quotes_in_tab_separated_files_may_quote_nothing() -> None:
    found = read({"a.tsv": 'sentence\tlabel\n"So it is\t1\nso "be" it\t0\n'}, "text_csv")
    assert [s.text for s in found.samples] == ['"So it is', 'so "be" it']


def test_a_table_without_texts_says_which_columns_there_are() -> None:
    tree = MemoryTree({"a.csv": b"height,weight\n1,2\n"})
    with pytest.raises(InvalidInput, match="height, weight"):
        find_format("text_csv").read(tree, None, Problems())


def test_ids_that_files_count_anew_stay_apart() -> None:
    rows = "id,text,label\n0,a,x\n"
    found = read({"test.csv": rows, "train.csv": rows}, "text_csv")
    assert [s.sample_id for s in found.samples] == ["0", "train.csv/0"]


def test_excel_rows_are_texts_too() -> None:
    book = openpyxl.Workbook()
    for row in (("文本", "标签"), ("很好", 1), (None, None), ("不好", 0)):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    found = read({"a.xlsx": out.getvalue()}, "text_csv")
    assert [(s.text, s.labels) for s in found.samples] == [("很好", ("1",)), ("不好", ("0",))]
    assert found.samples[1].sample_id == "a.xlsx:4"


def test_a_file_that_is_no_workbook_is_refused() -> None:
    tree = MemoryTree({"a.xlsx": b"PK\x03\x04 no"})
    with pytest.raises(InvalidInput) as refusal:
        find_format("text_csv").read(tree, None, Problems())
    assert refusal.value.message_id == "data.not_excel"


def test_names_of_ours_stay_attributes_where_they_are_some() -> None:
    sample = TextSample("1", "a\r\nb", labels=("x",), attributes={"label": "y", "Text": "z"})
    files = written("text_csv", [sample])
    (back,) = read(files, "text_csv").samples
    assert back == sample


def test_a_label_with_the_mark_in_it_is_refused_where_labels_are_joined() -> None:
    sample = TextSample("1", "a", labels=("x;y", "z"))
    with pytest.raises(InvalidInput, match="x;y"):
        written("text_csv", [sample])


def test_no_label_of_several_and_no_annotation_stay_two_things() -> None:
    samples = [
        TextSample("1", "a", labels=("x", "y")),
        TextSample("2", "b"),
        TextSample("3", "c", annotated=False),
    ]
    assert read(written("text_csv", samples), "text_csv").samples == samples
