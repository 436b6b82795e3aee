"""Data and test file as one table; formats, labels, and rows without a target."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from plugins.datasets import Notebook, Workbench

from aileron.core.errors import InvalidInput
from aileron.data import read_card, read_split, read_table
from aileron.data.layout import read_parts
from aileron.data.split import SplitConfig, SplitDataset
from aileron.data.version_files import verify_dataset

CONFIG: dict[str, Any] = {"name": "cars", "target": "y", "task": "classification"}
DATA = "x,c,y\n" + "".join(f"{i},{'rg'[i % 2]},{'uv'[i % 2]}\n" for i in range(20))
TEST = "c,more,y,x\nr,1,u.,5\nb,2,v.,6\n"
LABELS = {"labels": {"u.": "u", "v.": "v"}}


def join(workbench: Workbench, test: str = TEST, data: str = DATA, **config: Any) -> Path:
    source = workbench.new()
    for folder, content in (("data", data), ("test", test)):
        (source / folder).mkdir()
        (source / folder / "cars.csv").write_text(content)
    return workbench.ingest_folder(source, CONFIG | LABELS | config)


def split(workbench: Workbench, dataset: Path, **config: Any) -> tuple[Path, list[str]]:
    context = Notebook(workbench.new())
    made = SplitDataset().run(context, SplitConfig(**config), {"dataset": dataset})["split"]
    return made, context.lines


def test_the_rows_of_the_test_file_follow_and_are_given_to_the_test(workbench: Workbench) -> None:
    dataset = join(workbench)
    card = read_card(dataset)
    assert card.counts.rows == 22
    assert card.classes == ("u", "v")
    assert (card.source.file, card.test_source.file) == ("cars.csv", "cars.csv")
    assert card.source.sha256 != card.test_source.sha256
    table = read_table(dataset)
    assert table["c"].tolist()[-2:] == ["r", "b"]
    assert next(c for c in card.columns if c.name == "c").categories == ("b", "g", "r")
    given = read_parts(dataset)
    assert given is not None
    assert given.to_pylist() == [None] * 20 + ["test"] * 2
    verify_dataset(dataset, card.digest)


def test_the_split_keeps_given_rows_and_takes_validation_from_the_rest(
    workbench: Workbench,
) -> None:
    dataset = join(workbench)
    made, lines = split(workbench, dataset, test=0.5, validation=0.2)
    parts = read_split(made)
    assert parts.iloc[-2:].tolist() == ["test", "test"]
    assert parts.iloc[:20].value_counts().to_dict() == {"train": 16, "validation": 4}
    facts = json.loads((made / "split.json").read_text())
    assert facts["given"] == ["test"]
    assert facts["fractions"] == {"train": 0.8, "validation": 0.2}
    assert "test: as the dataset gives it; its fraction applies to nothing" in lines


def test_given_parts_are_part_of_the_identity_of_the_data(workbench: Workbench) -> None:
    rows = "x,c,y\n5,r,u\n6,b,v\n"
    together = workbench.ingest(DATA + rows.partition("\n")[2], CONFIG)
    apart = join(workbench, rows)
    assert read_table(together).equals(read_table(apart))
    assert read_card(together).digest != read_card(apart).digest


@pytest.mark.parametrize(
    ("test", "config", "sentence"),
    [
        ("x,y\n1,u\n2,v\n", {}, "cars.csv: The test file has no column c"),
        (TEST, {"labels": {"u.": "u"}}, r"cars.csv:3: The test file holds y = 'v\.'"),
        ("x,c,y\n1,r,u\n", {}, "Every row of the test file has the same y: u"),
        ("x,c,y\n1,r,u\nz,r,v\n", {"columns": {"x": {"type": "number"}}}, "cars.csv:3: Column x"),
        ("x,c,y\n1,r,u\n2,r,\n", {}, "cars.csv:3: This row has no value of the target"),
    ],
)
def test_a_test_file_that_does_not_fit_is_refused_with_its_own_line(
    workbench: Workbench, test: str, config: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        join(workbench, test, **config)


def test_a_test_file_without_header_has_the_same_columns(workbench: Workbench) -> None:
    bare = "".join(DATA.splitlines(keepends=True)[1:])
    config = {"header": False, "target": "column_2"}
    dataset = join(workbench, "5,r,u.\n6,g,v.\n", bare, **config)
    assert read_card(dataset).counts.rows == 22
    with pytest.raises(InvalidInput, match="`names` gives 3 columns and the file has 4"):
        join(workbench, "5,r,u.,1\n6,g,v.,1\n", bare, **config)


def test_an_ignored_column_may_be_missing_in_the_test_file(workbench: Workbench) -> None:
    dataset = join(workbench, "x,y\n1,u\n2,v\n", columns={"c": {"role": "ignored"}})
    assert read_table(dataset)["c"].isna().tolist()[-2:] == [True, True]


def test_rows_without_a_target_are_left_out_when_asked(workbench: Workbench) -> None:
    rows = "x,y\n1,u\n2,\n3,v\n4,oops\n"
    config = CONFIG | {"missing_target": "leave_out"}
    dataset = workbench.ingest(rows.replace("oops", "u"), config)
    assert read_table(dataset)["x"].tolist() == [1.0, 3.0, 4.0]
    with pytest.raises(InvalidInput, match="No row has a value of the target y"):
        workbench.ingest("x,y\n1,\n2,\n", config)
    bad = {**config, "columns": {"x": {"type": "number"}}}
    with pytest.raises(InvalidInput, match=r"cars.csv:4: Column x holds numbers, but 'three'"):
        workbench.ingest(rows.replace("3,", "three,"), bad)


def test_more_classes_than_the_other_stages_are_made_for_are_refused(workbench: Workbench) -> None:
    rows = "x,y\n" + "".join(f"{i % 7},k{i % 1001}\n" for i in range(2002))
    with pytest.raises(InvalidInput, match="y has 1001 classes; at most 1000"):
        workbench.ingest(rows, CONFIG)


def test_the_same_table_from_every_format_is_the_same_table(workbench: Workbench) -> None:
    rows = [("a", 1.5, "u"), ("b", 2.0, "v"), ("a", None, "u")]
    csv = "c,x,y\n" + "".join(f"{c},{'' if x is None else x},{y}\n" for c, x, y in rows)
    lines = "".join(json.dumps({"c": c, "x": x, "y": y}) + "\n" for c, x, y in rows)
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [(), ("c", "x", "y"), *rows, ()]:
        sheet.append(row)
    excel = io.BytesIO()
    book.save(excel)
    tables = [
        workbench.ingest(csv, CONFIG),
        workbench.ingest(csv.replace(",", "\t"), CONFIG | {"format": "tsv"}),
        workbench.ingest(csv.replace(",", ";"), CONFIG | {"delimiter": ";"}),
        workbench.ingest(lines, CONFIG | {"format": "jsonl"}),
        workbench.ingest(excel.getvalue(), CONFIG | {"format": "excel"}),
        workbench.ingest(csv.encode("utf-16"), CONFIG | {"encoding": "utf-16"}),
    ]
    assert len({read_card(table).digest for table in tables}) == 1


def test_numbers_and_dates_are_read_by_their_declared_format(workbench: Workbench) -> None:
    rows = "price;share;day;y\n1.234,5;12 %;31.01.2024;u\n7;３％;1.2.2024;v\n-;5;2.2.2024;u\n"
    config = CONFIG | {
        "delimiter": ";",
        "columns": {
            "price": {"type": "number", "thousands": ".", "decimal": ",", "missing": ["-"]},
            "share": {"type": "number", "unit": "%"},
            "day": {"type": "date", "formats": ["%d.%m.%Y"]},
        },
    }
    table = read_table(workbench.ingest(rows, config))
    assert table["price"].tolist()[:2] == [1234.5, 7.0]
    assert table["price"].isna().tolist() == [False, False, True]
    assert table["share"].tolist() == [12.0, 3.0, 5.0]
    assert table["day"].tolist() == ["2024-01-31", "2024-02-01", "2024-02-02"]
    with pytest.raises(InvalidInput, match=r"cars.csv:3: Column day holds dates like %d.%m.%Y, "):
        workbench.ingest(rows.replace("1.2.2024", "13.13.2024"), config)
