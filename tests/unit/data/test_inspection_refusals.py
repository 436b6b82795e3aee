"""Files that cannot be used: each is refused with its sentence, before anything is written."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from plugins.inspection import Look

from aileron.core.errors import InvalidInput

GOOD = "x,c,y\n" + "".join(f"{i % 7},{'rgb'[i % 3]},{'uv'[i % 2]}\n" for i in range(40))
OBJECTS = "".join(f'{{"x": {i}, "y": "{"uv"[i % 2]}"}}\n' for i in range(10))


def workbook(*sheets: tuple[str, Sequence[Sequence[Any]]], merged: str | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        if merged:
            sheet.merge_cells(merged)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def parquet(**columns: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("data.csv", GOOD)
    return file.getvalue()


ROWS = [["x", "y"], *[[i % 7, "uv"[i % 2]] for i in range(20)]]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "data.csv: The file is empty"),
        ("\n \n", "data.csv: The file is empty"),
        ("x,c,y\n", "data.csv: The file has no rows of data"),
        (GOOD[:-4], "data.csv:41: This line has 2 fields and the file has 3 columns"),
        (GOOD + "1,2,3,4\n", "data.csv:42: This line has 4 fields and the file has 3 columns"),
        ("x,x,y\n1,2,u\n2,3,v\n", "data.csv:1: Columns 1, 2 are all named x"),
        (GOOD.replace("x,c,y", "x,sample_id,y"), "sample_id, which is reserved"),
        ("x,y\n1,\n2,\n", "data.csv: No row has a value of the target y"),
        ("x,y\n1,?\n2,NA\n", "data.csv: No row has a value of the target y"),
        ("x,y\n1,u\n2,u\n", "Every row has the same y: u. A classification needs"),
        (GOOD.replace(",y\n", ",yes\n"), r"no target column y; did you mean yes\?"),
        ("a,b\n1,2\n3,4\n", "no target column y; known: a, b"),
        ("x,y\n" + "".join(f"{i % 9},k{i % 1001}\n" for i in range(3003)),
         "target y has 1001 classes; at most 1000 are possible"),
        ("x,y\n" + "".join(f"{i % 9},k{i}\n" for i in range(50)),
         "y is different in each of 50 rows"),
        ("x,y\n" + "".join(f"{i % 9},2024-01-{1 + i % 28:02d}\n" for i in range(50)),
         "The target y holds dates or nested values"),
        ("x,y\n" + "".join(f"{i % 9},{i if i != 30 else '3O'}\n" for i in range(60)),
         "data.csv:32: Column y holds numbers, but '3O' here is none"),
        ("x,y\n1,é\n".encode() + "2,ü\n3,Genève\n".encode("latin-1") + "4,中文\n".encode(),
         "data.csv:3: This line is not UTF-8, while line 5 is"),
        (GOOD.replace("r", "a\0b", 1), "data.csv:2: This line holds a NUL byte"),
        (b"\x00\x01\x02\x03" * 50, "data.csv:1: This line holds a NUL byte"),
        (gzip.compress(GOOD.encode()), "This is no table but gzip"),
        (b"%PDF-1.7\n" + b"x" * 50, "This is no table but PDF"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "This is no table but PNG"),
        (archive(), "This is no table but ZIP"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "the old .xls format"),
        ("<!DOCTYPE html><html></html>", "This is no table but HTML"),
        ('[{"x": 1, "y": "u"}, {"x": 2, "y": "v"}', "data.csv:1: The JSON cannot be read here"),
        ('x,c,y\n1,"r,u\n2,r,v\n3,r,u\n', "data.csv:4: A quotation mark is opened"),
        (GOOD + '5,"r,u\n6,r,v\n', "A quotation mark is opened in this row and never closed"),
        ("y\nu\nv\n", "The file has one column, y"),
        ("x,y\n5,u\n5,v\n5,u\n", "No column beside the target y can be a feature"),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_used_is_refused_in_words(
    look: Look, content: str | bytes, sentence: str
) -> None:
    refused(look, content, sentence)


@pytest.mark.parametrize(
    ("content", "file", "sentence"),
    [
        (OBJECTS + '{"x": 1, "y"', "rows.jsonl", "rows.jsonl:11: This line is not JSON"),
        (OBJECTS + "[1, 2]\n", "rows.jsonl", r"rows.jsonl:11: This line is \[...\], not an object"),
        (OBJECTS + "\n5\n", "rows.jsonl", "rows.jsonl:12: This line is 5, not an object"),
        (OBJECTS + '{"x": Infinity, "y": "u"}', "rows.jsonl",
         "rows.jsonl:11: Column x holds an infinite number"),
        ("", "rows.jsonl", "rows.jsonl: The file is empty"),
        ("PAR1 and no more", "rows.parquet", "cannot be read as Parquet"),
        (parquet(x=[1, 2], y=["u", "v"])[:-20], "rows.parquet", "cannot be read as Parquet"),
        (parquet(x=pa.array([], pa.int64()), y=pa.array([], pa.string())), "rows.parquet",
         "rows.parquet: The file has no rows of data"),
        (parquet(x=[[1], [2]], y=["u", "v"]), "rows.parquet", "No column beside the target y"),
        (parquet(x=[1, 2], y=[[1], [2]]), "rows.parquet", "The target y holds dates or nested"),
        (workbook(("One", []), ("Two", [])), "book.xlsx", "book.xlsx: The file is empty"),
        (workbook(("One", ROWS[:1])), "book.xlsx", "The file has no rows of data"),
        (workbook(("One", ROWS), merged="A2:A3"), "book.xlsx", r"\[One\]: The cells A2:A3 are"),
        ("no workbook at all", "book.xlsx", "book.xlsx: The file cannot be read as an Excel"),
        (archive(), "book.xlsx", "book.xlsx: This is no table but ZIP"),
    ],
)  # fmt: skip
def test_a_file_of_another_format_that_cannot_be_used_is_refused_in_words(
    look: Look, content: str | bytes, file: str, sentence: str
) -> None:
    refused(look, content, sentence, file=file)


@pytest.mark.parametrize(
    ("test", "sentence"),
    [
        ("x,y\n1,u\n2,v\n", "test_data.csv: The test file has no column c; known: x, y"),
        ("x,c\n1,r\n2,g\n", "test_data.csv: The test file has no column y"),
        ("x,c,y\n1,r,u\n2,g,w\n", "test_data.csv:3: The test file holds y = 'w'"),
        ("x,c,y\n1,r,u\n2,g,u\n", "Every row of the test file has the same y: u"),
        ("x,c,y\n", "test_data.csv: The file has no rows"),
        ("x,c,y\n1,r,u\nb,g,v\n", "test_data.csv:3: Column x holds numbers, but 'b'"),
    ],
)
def test_a_test_file_that_does_not_fit_is_refused_in_words(
    look: Look, test: str, sentence: str
) -> None:
    many = "".join(GOOD.splitlines(keepends=True)[:1]) + GOOD.partition("\n")[2] * 3
    refused(look, many, sentence, test=test)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"delimiter": ";"}, "With the delimiter ';' the lines do not have equally many cells"),
        ({"encoding": "ascii"}, None),
        ({"target": "7"}, "no column at index 7; indexes are 0 to 2"),
        ({"target": "-4"}, "no column at index -4"),
        ({"sheet": "One"}, "--sheet is for excel, and this file is csv"),
        ({"task": "regression"}, "Column y holds numbers, but 'u'"),
        ({"header": False}, "no target column y"),
    ],
)
def test_what_is_asked_for_must_fit_the_file(
    look: Look, asked: dict[str, Any], sentence: str | None
) -> None:
    if sentence is None:
        assert look(GOOD, **asked).rows == 40
    else:
        refused(look, GOOD, sentence, **asked)


def test_a_constant_number_is_no_target(look: Look) -> None:
    rows = "x,y\n1,5\n2,5\n"
    refused(look, rows, "Every row has the same y: 5. There is nothing", task="regression")


def test_a_test_file_may_have_its_columns_in_another_order_and_more_of_them(look: Look) -> None:
    found = look(GOOD * 1, test="more,y,c,x\n1,u,r,1\n2,v,g,2\n")
    assert (found.rows, found.test_rows) == (42, 2)
    assert [c.name for c in found.columns] == ["x", "c", "y"]


def test_the_sheet_with_the_target_is_taken_and_said(look: Look) -> None:
    notes = [["about"], ["some words"]]
    found = look(workbook(("Notes", notes), ("Empty", []), ("Data", ROWS)), file="book.xlsx")
    assert found.definition["sheet"] == "Data"
    assert "data.assume_sheet" in [a.what.message_id for a in found.assumptions]
    with pytest.raises(InvalidInput, match=r"no sheet Dada; did you mean Data\?"):
        look(workbook(("Data", ROWS)), file="book.xlsx", sheet="Dada")


def test_a_parquet_file_with_lists_is_learnt_from_without_them(look: Look) -> None:
    content = parquet(x=[1, 2, 3], l=[[1], [2], []], y=["u", "v", "u"])
    found = look(content, file="rows.parquet")
    assert {c.name: c.role for c in found.columns}["l"] == "ignored"
    assert "data.assume_other" in [a.what.message_id for a in found.assumptions]


def refused(look: Look, content: str | bytes, sentence: str, **asked: Any) -> None:
    """The file is refused with `sentence`, and in Chinese with another one."""
    with pytest.raises(InvalidInput, match=sentence) as caught:
        look(content, **asked)
    assert caught.value.render("zh") != caught.value.render("en")


def test_the_data_is_not_touched(look: Look, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        look(GOOD[:-4])
    assert (tmp_path / "0" / "data.csv").read_text() == GOOD[:-4]
