"""Rows of a table that cannot be used: a lenient import leaves them out and hands them back, a
strict one takes nothing and names them all."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from plugins.datasets import CARS_CONFIG, Notebook

from aileron.core.errors import InvalidInput
from aileron.data.card import Card, read_table_card
from aileron.data.ingest import Ingest, IngestConfig
from aileron.data.layout import read_table
from aileron.data.reading import delimited, large
from aileron.data.sifting import lines as sifting_lines

ROWS = 40
LENIENT = {"on_problem": "leave_out", "max_refused": 0.2}


@dataclass
class Result:
    """What an import left behind."""

    folder: Path
    error: InvalidInput | None

    @property
    def card(self) -> Card:
        return read_table_card(self.folder / "dataset")

    @property
    def table(self) -> Any:
        return read_table(self.folder / "dataset")

    @property
    def problems(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.file("problems.csv").decode("utf-8-sig"))))

    @property
    def places(self) -> list[str]:
        return [f"{one['file']}:{one['line']}" for one in self.problems]

    def file(self, name: str) -> bytes:
        with zipfile.ZipFile(self.folder / "refused" / "refused.zip") as file:
            return file.read(name)


Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def start(files: Mapping[str, bytes | str], **config: Any) -> Result:
        folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        for name, content in files.items():
            path = folder / "source" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        checked = IngestConfig.model_validate(CARS_CONFIG | config)
        try:
            Ingest().run(Notebook(folder), checked, {"source": folder / "source"})
        except InvalidInput as error:
            return Result(folder, error)
        return Result(folder, None)

    return start


def lines(**wrong: str) -> list[str]:
    """A CSV; `wrong` is the number of a line, ``at5``, and what stands there instead."""
    made = ["model,speed,colour,fast"]
    made += [
        f"m{i},{i * 2},{'red' if i % 3 else 'blue'},{'yes' if i % 2 else 'no'}" for i in range(ROWS)
    ]
    for place, line in wrong.items():
        made[int(place.removeprefix("at")) - 1] = line
    return made


def cars(**wrong: str) -> str:
    return "\n".join(lines(**wrong)) + "\n"


CASES: Mapping[str, tuple[str, dict[str, Any], str]] = {
    "a word for a number": ("m,fast!,red,yes", {}, "'fast!' here is none"),
    "a number that is infinite": ("m,inf,red,yes", {}, "an infinite number"),
    "an unknown category": (
        "m,1,green,yes", {"columns": {"colour": {"categories": ["red", "blue"]}}},
        "'green', which is not one of: red, blue",
    ),
    "an unknown class": ("m,1,red,maybe", {"classes": ["no", "yes"]}, "'maybe', which is not"),
    "no class": ("m,1,red,", {}, "no value of the target fast"),
    "no id": (",1,red,yes", {"id_column": "model"}, "The id column model has no value here"),
    "an id twice": ("m3,1,red,yes", {"id_column": "model"}, "has model = m3 as well"),
    "fields that lack": ("m,1", {}, "This line has 2 fields"),
    "fields too many": ("m,1,red,yes,more", {}, "This line has 5 fields"),
    "an open quotation mark": ('m,1,"red,yes', {}, "never closed"),
    "a NUL byte": ("m,1,\0,yes", {}, "a NUL byte"),
    "a long cell": (
        f"{'m' * 5000},1,red,yes", {"limits": {"tables": {"max_characters": 4096}}},
        "a text of 5,000 characters here, and 4,096 are allowed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("blocks", [False, True], ids=["whole", "in blocks"])
def test_a_row_that_does_not_fit_is_left_out_and_handed_back(
    case: str, run: Run, *, blocks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if blocks:
        monkeypatch.setattr(delimited, "LARGE", 0)
        monkeypatch.setattr(delimited, "BLOCK", 16384)
        monkeypatch.setattr(large, "SAMPLE", 10)
    row, config, reason = CASES[case]
    result = run({"cars.csv": cars(at20=row)}, **LENIENT, **config)
    assert result.error is None, result.error
    assert (result.card.counts.rows, result.card.counts.refused) == (ROWS - 1, 1)
    assert result.card.refused[0].path == "cars.csv:20"
    assert reason in result.card.refused[0].reason
    assert result.places == ["cars.csv:20"]
    assert result.problems[0]["reason"] == result.card.refused[0].reason
    assert result.problems[0]["reason_zh"] != result.problems[0]["reason"]
    assert result.file("rows/cars.csv").decode() == f"{lines()[0]}\n{row}\n"
    kept = [line.split(",")[1] for line in lines()[1:19] + lines()[20:]]
    if "model" not in config.values():
        assert [f"{speed:.0f}" for speed in result.table["speed"]] == kept


def test_the_rows_that_are_left_are_the_dataset_that_they_are_alone(run: Run) -> None:
    wrong = {"at3": "m,x,red,yes", "at9": "m,1", "at30": 'm,1,"red,yes', "at41": "m,1,red,"}
    mended = [line for line in lines(**wrong) if line not in wrong.values()]
    result = run({"cars.csv": cars(**wrong)}, **LENIENT)
    alone = run({"cars.csv": "\n".join(mended)})
    assert result.card.digest == alone.card.digest
    assert result.places == ["cars.csv:3", "cars.csv:9", "cars.csv:30", "cars.csv:41"]


def test_a_strict_import_takes_nothing_and_tells_how_many_there_are(run: Run) -> None:
    result = run({"cars.csv": cars(at3="m,x,red,yes", at9="m,1", at12="m,y,red,")})
    assert result.error is not None
    assert result.error.message_id == "data.strict_refused"
    said = result.error.render("en")
    assert "3 of 40 samples cannot be used" in said
    assert "The first is cars.csv:3: Column speed holds numbers, but 'x'" in said
    assert "列 speed 应为数值" in result.error.render("zh")
    assert not (result.folder / "dataset").exists()
    assert result.places == ["cars.csv:3", "cars.csv:9", "cars.csv:12"]
    assert "no value of the target" in result.problems[2]["reason"]
    assert "'y' here is none" in result.problems[2]["reason"]


def test_more_than_the_share_that_is_allowed_fails(run: Run) -> None:
    result = run({"cars.csv": cars(at3="m", at9="m", at12="m")}, on_problem="leave_out")
    assert result.error is not None
    assert result.error.message_id == "data.too_many_refused"
    assert len(result.places) == 3


def test_what_was_wrong_first_is_told_where_the_rest_is_no_dataset(run: Run) -> None:
    result = run(
        {"cars.csv": "x,fast\n1,yes\n2,yes\nz,no\n"}, **LENIENT, columns={"x": {"type": "number"}}
    )
    assert result.error is not None
    assert result.error.message_id == "data.too_many_refused"


def test_bytes_of_another_encoding_cost_their_row(run: Run) -> None:
    content = cars(at20="m,1,ROW,yes").encode().replace(b"ROW", "红".encode("gbk"))
    result = run({"cars.csv": content}, **LENIENT)
    assert result.places == ["cars.csv:20"]
    assert "红".encode("gbk") in result.file("rows/cars.csv")


def test_a_quotation_mark_within_the_file_costs_its_line_and_not_what_it_swallowed(
    run: Run,
) -> None:
    result = run({"cars.csv": cars(at10='m,1,"red,yes', at15='"m,1,blue,yes')}, **LENIENT)
    assert result.places == ["cars.csv:10", "cars.csv:15"]
    assert result.card.counts.rows == ROWS - 2


def test_a_row_that_never_ends_fails_the_import(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sifting_lines, "LONGEST", 200)
    result = run({"cars.csv": cars(at10='m,1,"red,yes')}, **LENIENT)
    assert result.error is not None
    assert str(result.error).startswith("cars.csv:10: A quotation mark is opened")


def test_a_cell_of_several_lines_is_no_row_of_its_own(run: Run) -> None:
    result = run(
        {"cars.csv": cars(at10='"m\nn",1,red,yes,more', at20='"m\nn",1,red,yes')}, **LENIENT
    )
    assert result.places == ["cars.csv:10"]
    assert result.card.counts.rows == ROWS - 1


def test_lines_of_json_that_are_none(run: Run) -> None:
    rows = [json.dumps(row) for row in csv.DictReader(lines())]
    rows[3], rows[7] = '{"model": "m", ', "[1]"
    result = run({"cars.jsonl": "\n".join(rows)}, **LENIENT, format="jsonl")
    assert result.places == ["cars.jsonl:4", "cars.jsonl:8"]
    assert result.file("rows/cars.jsonl").decode() == f"{rows[3]}\n[1]\n"


def test_rows_of_files_without_lines_come_back_as_csv(run: Run) -> None:
    cells = list(csv.DictReader(lines(at5="m,wrong,red,yes")))
    with io.BytesIO() as file:
        pq.write_table(pa.Table.from_pylist(cells), file)
        result = run({"cars.parquet": file.getvalue()}, **LENIENT, format="parquet")
    assert result.places == ["cars.parquet:4"]
    text = result.file("rows/cars.parquet.csv").decode("utf-8-sig")
    assert text == "model,speed,colour,fast\r\nm,wrong,red,yes\r\n"


def test_rows_of_an_array_and_of_a_workbook(run: Run) -> None:
    cells = list(csv.DictReader(lines(at5="m,wrong,red,yes")))
    array = json.dumps(cells, indent=1)
    assert run({"cars.json": array}, **LENIENT, format="json").places == ["cars.json:20"]
    book = openpyxl.Workbook()
    for row in csv.reader(lines(at5="m,wrong,red,yes")):
        book.active.append(row)  # type: ignore[union-attr]
    with io.BytesIO() as file:
        book.save(file)
        result = run({"cars.xlsx": file.getvalue()}, **LENIENT, format="excel")
    assert result.places == ["cars.xlsx[Sheet]:5"]
    assert "m,wrong,red,yes" in result.file("rows/cars.xlsx.csv").decode()


def test_a_row_of_a_database(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cars.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE cars (model, speed, colour, fast)")
        rows = list(csv.reader(lines(at5="m,wrong,red,yes")))[1:]
        connection.executemany("INSERT INTO cars VALUES (?, ?, ?, ?)", rows)
        connection.commit()
    result = run({"cars.db": path.read_bytes()}, **LENIENT, format="sqlite")
    assert result.places == ["cars.db cars:4"]


def test_rows_of_both_files_are_left_out(run: Run) -> None:
    files = {
        "data/cars.csv": cars(at5="m"),
        "test/cars.csv": cars(at7="m,1,red,soon", at9="m,q,red,no"),
    }
    result = run(files, **LENIENT)
    assert result.error is None, result.error
    assert result.card.counts.rows == 2 * ROWS - 3
    assert sorted(result.places) == ["cars.csv:5", "cars.csv:7", "cars.csv:9"]
    assert result.file("rows/test/cars.csv").decode().count("\n") == 3


def test_rows_without_a_target_that_are_left_out_anyway_are_no_fault(run: Run) -> None:
    table = cars(at5="m,1,red,", at7="m,w,red,no")
    result = run({"cars.csv": table}, **LENIENT, missing_target="leave_out")
    assert result.places == ["cars.csv:7"]
    assert result.card.counts.rows == ROWS - 2


def test_two_rows_of_a_series_at_one_time(run: Run) -> None:
    rows = ["day,load", *(f"2026-01-{i + 1:02d},{i}" for i in range(25)), "2026-01-03,7", "soon,8"]
    config = {"task": "forecasting", "target": "load", "time_column": "day"}
    result = run({"cars.csv": "\n".join(rows)}, **LENIENT, **config)
    assert result.places == ["cars.csv:27", "cars.csv:28"]
    assert "two rows at 2026-01-03" in result.problems[0]["reason"]
    assert "'soon' is neither a date" in result.problems[1]["reason"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "＝1", "'x"])
def test_no_cell_of_the_table_of_problems_is_calculated(cell: str) -> None:
    from aileron.data.refused_file import harmless, plain

    assert harmless(cell) == f"'{cell}"
    assert plain(harmless(cell)) == cell
    assert plain(harmless("cat/1.png")) == harmless("cat/1.png") == "cat/1.png"


def test_the_columns_of_a_table_are_limited(run: Run) -> None:
    for limits, said in (
        ({"min_columns": 5}, "The table has 4 columns, and at least 5"),
        ({"max_columns": 3}, "The table has 4 columns, and 3 are allowed"),
    ):
        error = run({"cars.csv": cars()}, limits={"tables": limits}).error
        assert error is not None
        assert said in error.render("en")
    plain = {"limits": {"tables": {"column_names": "plain"}}}
    assert run({"cars.csv": cars()}, **plain).error is None
    for name in ("_model", "型号", "my model"):
        error = run({"cars.csv": cars().replace("model", name, 1)}, **plain).error
        assert error is not None
        assert f"The column name '{name}'" in error.render("en")


def test_rows_and_bytes_of_a_table_are_limited(run: Run) -> None:
    dataset = {"max_samples": 10, "on_more": "ignore"}
    result = run({"cars.csv": cars(at20="m")}, **LENIENT, limits={"dataset": dataset})
    assert result.card.counts.rows == 10
    error = run({"cars.csv": cars()}, limits={"dataset": {"max_samples": 10}}).error
    assert error is not None
    assert "more than 10 samples" in error.render("en")
    error = run({"cars.csv": cars()}, limits={"archive": {"max_bytes": 10}}).error
    assert error is not None
    assert error.message_id == "data.source_too_large"
