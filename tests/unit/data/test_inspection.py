"""Looking at files that nobody described: what is found, and what is said about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from plugins.inspection import Look

from aileron.core.errors import InvalidInput
from aileron.data.inspection.target import match_labels


def csv(*rows: str, end: str = "\n") -> str:
    return end.join([*rows, ""])


def column(cells: Sequence[str], name: str = "c") -> str:
    """A table of a number, the column in question, and a target of two classes."""
    rows = (
        f'{i * 37 % 101 / 10},"{cell}",{"no" if i % 3 else "yes"}' for i, cell in enumerate(cells)
    )
    return csv(f"x,{name},y", *rows)


MANY = [str(i * 7 % 40) for i in range(40)]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("a;b;y\n1;2;u\n3;4;v\n", {"delimiter": ";"}),
        ("a|b|y\n1|2|u\n3|4|v\n", {"delimiter": "|"}),
        ("a\tb\ty\n1\t2\tu\n3\t4\tv\n", {"delimiter": "\t"}),
        ("a b y\n1 2 u\n3 4 v\n", {"delimiter": " "}),
        ('a;t;y\n1;"so, so";u\n3;"no, no, no";v\n', {"delimiter": ";"}),
        ("a,b,y\r\n1,2,u\r\n3,4,v\r\n", {}),
        ("\ufeffa,b,y\n1,2,u\n3,4,v\n", {}),
        ("1,2,u\n3,4,v\n5,6,v\n", {"header": False, "target": "column_2"}),
        ("名称,值,y\n甲,2,是\n乙,4,否\n".encode("gbk"), {"encoding": "gb18030"}),
        ("性别,值,y\n女,2,是\n女,4,否\n男,4,否\n".encode("gbk"), {"encoding": "gb18030"}),
        ("a,ville,y\n1,Orléans,u\n2,Nîmes,v\n".encode("latin-1"), {"encoding": "latin-1"}),
        ("a,preis,y\n1,5 €,u\n2,6 €,v\n".encode("cp1252"), {"encoding": "cp1252"}),
        ("a,b,y\n1,é,u\n2,ü,v\n".encode("utf-16"), {"encoding": "utf-16"}),
        ("a,b,y\n1,2,u\n2,3,v\n".encode("utf-16-le"), {"encoding": "utf-16-le"}),
    ],
)
def test_text_files_are_opened_the_way_they_were_written(
    look: Look, content: str | bytes, found: dict[str, Any]
) -> None:
    target = "2" if found.get("header") is False else "y"
    definition = look(content, target=target).definition
    opening = ("delimiter", "encoding", "header", "names", "target")
    said = {key: definition[key] for key in opening if key in definition}
    assert said == {"target": "y", **found}


@pytest.mark.parametrize(
    ("cells", "spec"),
    [
        (["1,234.5", "2,000", "17"], {"type": "number", "thousands": ","}),
        (["1.234,5", "2.000,25", "17"], {"type": "number", "thousands": ".", "decimal": ","}),
        (["1,5", "2,25", "17"], {"type": "number", "decimal": ","}),
        (["1 234", "2 000", "17"], {"type": "number", "thousands": " "}),
        (["5%", "7.5%", "9%"], {"type": "number", "unit": "%"}),
        (["5％", "7％", "9％"], {"type": "number", "unit": "%"}),
        (["￥3", "￥4.5", "￥5"], {"type": "number", "unit": "¥"}),
        (["$1,000", "$2,500", "$30"], {"type": "number", "thousands": ",", "unit": "$"}),
        (["３", "４．５", "５"], {"type": "number"}),
        (["0123", "0456", "7890"], {"type": "category"}),
        (["01.02.2024", "13.02.2024", "5.3.2024"], {"type": "date", "formats": ["%d.%m.%Y"]}),
        (["2024年1月2日", "2024年11月3日", "2023年1月2日"],
         {"type": "date", "formats": ["%Y年%m月%d日"]}),
        (["02/13/2024", "03/14/2024", "04/01/2024"], {"type": "date", "formats": ["%m/%d/%Y"]}),
        (["01/02/2024", "03/04/2024", "05/06/2024"], {"type": "date", "formats": ["%d/%m/%Y"]}),
        (["3 Jan 2024", "4 Feb 2024", "15 Mar 2023"], {"type": "date", "formats": ["%d %b %Y"]}),
        (["2024-01-05", "06.01.2024", "17.01.2024"],
         {"type": "date", "formats": ["%d.%m.%Y", "%Y-%m-%d"]}),
        (["13/02/2024", "02/14/2024", "03/04/2024"], {"role": "ignored"}),
        (["5", "5", "5"], {"role": "ignored"}),
        (["yes", "no", "yes"], {}),
        (["TRUE", "FALSE", "TRUE"], {}),
        (["1e3", "-.5", "+2."], {}),
        (["2024-01-05", "2024-02-06", "2023-01-01"], {}),
        (["2024-01-05 10:00", "2024-02-06T11:30", "2023-01-01 00:00"], {}),
    ],
)  # fmt: skip
def test_values_are_read_the_way_people_write_them(
    look: Look, cells: list[str], spec: dict[str, Any]
) -> None:
    definition = look(column(cells * 10)).definition
    assert definition.get("columns", {}).get("c", {}) == spec


def test_a_number_under_the_name_of_a_date_is_a_date(look: Look) -> None:
    digits = column(["20240105", "20240231"[:6] + "28", "20231201"] * 10, name="order_date")
    assert look(digits).definition["columns"]["order_date"] == {
        "type": "date",
        "formats": ["%Y%m%d"],
    }
    assert "columns" not in look(digits.replace("order_date", "amount")).definition


@pytest.mark.parametrize(
    ("cells", "missing", "own"),
    [
        ([*MANY, "?"], ["?"], None),
        ([*MANY, "-", "无"], ["-", "无"], None),
        (["red", "blue", "?", "red"] * 10, ["?"], None),
        (["red", "blue", "-", "无"] * 10, None, None),
        ([*MANY, "2O"], None, ["2O"]),
        ([*MANY, "inf", "-Infinity"], None, ["inf", "-Infinity"]),
        ([*MANY, "NaN", "null", "N/A"], None, None),
        ([*MANY, "#N/A", "\\N"], ["#N/A", "\\N"], None),
    ],
)
def test_markers_of_missing_values_are_found(
    look: Look, cells: list[str], missing: list[str] | None, own: list[str] | None
) -> None:
    definition = look(column(cells)).definition
    usual = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"]
    assert definition.get("missing", usual) == [*usual, *(missing or [])]
    assert definition.get("columns", {}).get("c", {}).get("missing") == own


def test_a_marker_that_is_a_word_elsewhere_counts_only_where_it_is_none(look: Look) -> None:
    rows = (f"{'无' if i == 3 else i},{'无' if i % 2 else '有'},{i % 3}" for i in range(30))
    definition = look(csv("amount,garage,y", *rows)).definition
    assert definition["columns"] == {"amount": {"missing": ["无"]}}
    assert "missing" not in definition


@pytest.mark.parametrize(
    ("name", "cells", "reason"),
    [
        ("PassengerId", [str(i * 3) for i in range(40)], "assume_key"),
        ("uuid", [f"{i:08x}-{i * 977:04x}" for i in range(40)], "assume_key"),
        ("Unnamed", [str(i) for i in range(40)], "assume_key"),
        ("phone", [f"0{i * 7919:09d}" for i in range(40)], "assume_key"),
        ("id", [f"{i % 39}" for i in range(40)], None),
        ("area", [str(i * i + 7) for i in range(40)], None),
    ],
)
def test_what_names_rows_is_not_learnt_from(
    look: Look, name: str, cells: list[str], reason: str | None
) -> None:
    found = look(column(cells, name=name))
    ids = [a.what.message_id for a in found.assumptions]
    if name == "Unnamed":
        reason = "assume_row_counter"
    assert (f"data.{reason}" in ids) == (reason is not None)
    learnt = {c.name for c in found.columns if c.role == "feature"}
    assert (name in learnt) == (reason is None)


@pytest.mark.parametrize(
    ("cells", "task", "reason"),
    [
        (["u", "v"] * 30, "classification", "assume_classification_because"),
        (["0", "1"] * 30, "classification", "assume_classification_because_few"),
        ([str(i % 6) for i in range(60)], "classification", "assume_classification_because_few"),
        ([str(i) for i in range(60)], "regression", "assume_regression_because"),
        ([f"{i % 6}.5" for i in range(60)], "regression", "assume_regression_because"),
        (["01", "02", "03"] * 20, "classification", "assume_classification_because"),
        (["true", "false"] * 30, "classification", "assume_classification_because"),
    ],
)
def test_the_target_says_the_task(look: Look, cells: list[str], task: str, reason: str) -> None:
    found = look(csv("x,y", *(f"{i % 7},{cell}" for i, cell in enumerate(cells))))
    assert found.spec.task == task
    assert f"data.{reason}" in [a.because.message_id for a in found.assumptions]


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["yes", "no", "yes", "yes"], ["no", "yes"]),
        (["1", "0", "1"], ["0", "1"]),
        (["good", "bad", "good"], ["good", "bad"]),
        (["是", "否"], ["否", "是"]),
        (["cat", "cat", "dog"], ["cat", "dog"]),
        (["cat", "dog", "dog"], ["dog", "cat"]),
        (["b", "a"], ["a", "b"]),
    ],
)
def test_the_positive_class_comes_last(look: Look, labels: list[str], classes: list[str]) -> None:
    rows = (f"{i % 7},{label}" for i, label in enumerate(labels * 20))
    assert look(csv("x,y", *rows)).definition["classes"] == classes


def test_labels_of_the_test_file_are_matched_in_the_way_they_differ(look: Look) -> None:
    found = look(
        csv("x,y", *(f"{i % 7},{'<=50K' if i % 3 else '>50K'}" for i in range(60))),
        test=csv("x,y", "1,<=50K.", "2,>50K."),
    )
    assert found.definition["labels"] == {"<=50K.": "<=50K", ">50K.": ">50K"}
    assert found.test_rows == 2


@pytest.mark.parametrize(
    ("known", "found", "labels"),
    [
        (["yes", "no"], ["Yes", "NO "], {"Yes": "yes", "NO ": "no"}),
        (["0", "1"], ["0.0", "1.0"], {"0.0": "0", "1.0": "1"}),
        (["好", "坏"], ["好。", "坏"], {"好。": "好"}),
        (["a", "A"], ["a.", "A."], {}),
        (["a", "b"], ["c", "b"], {}),
    ],
)
def test_only_labels_that_mean_the_same_are_matched(
    known: list[str], found: list[str], labels: dict[str, str]
) -> None:
    assert match_labels(known, found) == labels


def test_rows_without_a_target_are_left_out_and_said(look: Look) -> None:
    found = look(csv("x,y", "1,u", "2,", "3,v", "4,u", "5,?"))
    assert found.definition["missing_target"] == "leave_out"
    assert found.rows == 3
    said = next(a for a in found.assumptions if a.what.message_id == "data.assume_missing_target")
    assert str(said.what).startswith("2 rows without a value of y")


def test_free_text_and_dates_are_learnt_from_and_said(look: Look) -> None:
    rows = (
        f'2024-0{1 + i % 9}-11,"the room {i} was {"good" if i % 2 else "bad"} indeed",{i % 2}'
        for i in range(60)
    )
    found = look(csv("day,review,y", *rows))
    types = {c.name: (c.type, c.role) for c in found.columns}
    assert types["review"] == ("text", "feature")
    assert types["day"] == ("date", "feature")
    ids = [a.what.message_id for a in found.assumptions]
    assert "data.assume_text_features" in ids
    assert "data.assume_date_features" in ids


def test_json_lines_keep_their_types_and_nested_values_are_left_out(look: Look) -> None:
    rows = [{"n": i / 2, "tags": ["a"], "ok": i % 3 == 0, "y": i % 2} for i in range(30)]
    rows[3].pop("n")
    found = look("\n".join(map(json.dumps, rows)), file="rows.jsonl")
    types = {c.name: (c.type, c.role, c.missing) for c in found.columns}
    assert types == {
        "n": ("number", "feature", 1),
        "tags": ("other", "ignored", 0),
        "ok": ("category", "feature", 0),
        "y": ("category", "target", 0),
    }


def test_a_file_is_known_by_its_content_not_by_its_name(look: Look) -> None:
    found = look('{"a": 1, "y": "u"}\n{"a": 2, "y": "v"}\n', file="rows.txt")
    assert found.definition["format"] == "jsonl"
    assert "data.assume_format" in [a.what.message_id for a in found.assumptions]


def test_a_very_long_cell_is_no_obstacle(look: Look) -> None:
    long = "word " * 500_000
    found = look(csv("t,x,y", f"{long},1,u", "short,2,v", "short,3,v"))
    assert found.rows == 3


def test_a_table_without_column_names_is_asked_for_by_index(look: Look) -> None:
    rows = [f"{i % 5},{i},{i * 1.5}" for i in range(50)]
    for index in ("2", "-1"):
        found = look(csv(*rows), target=index, header=False)
        assert found.definition["target"] == "column_2"


def test_what_is_asked_for_wins(look: Look) -> None:
    rows = csv("x,y", *(f"{i % 7},{i % 3}" for i in range(60)))
    assert look(rows, task="regression").spec.task == "regression"
    assert look(rows).spec.task == "classification"
    assert look("1,2\n3,4\n5,4\n7,2\n", target="2", header=True).spec.target == "2"


def test_every_assumption_is_said_in_both_languages(look: Look) -> None:
    found = look(column([*MANY, "?"], name="客户编号"))
    for assumption in found.assumptions:
        for part in (assumption.what, assumption.because, assumption.change):
            assert part.render("zh") != part.render("en")


def test_nothing_to_predict_is_asked_for(look: Look) -> None:
    with pytest.raises(InvalidInput, match=r"Give --target; the columns are: x, c, y"):
        look(column(["a", "b"]), target=None)


def test_files_are_only_read(look: Look, tmp_path: Path) -> None:
    look(column(MANY))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["data.csv"]
