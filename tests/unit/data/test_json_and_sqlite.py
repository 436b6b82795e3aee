"""Tables in JSON and SQLite: what comes in, and the sentence for each thing that does not."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import Workbench
from plugins.inspection import Look

from aileron.core.errors import InvalidInput
from aileron.data import read_card, read_table
from aileron.data.reading.sqlite import connect, only_reading

ROWS = [{"n": i / 2, "word": f"w{i % 3}", "ok": i % 2 == 0, "y": "uv"[i % 2]} for i in range(20)]
CONFIG = {"name": "rows", "target": "y", "task": "classification"}
JSON = CONFIG | {"format": "json"}
SQLITE = CONFIG | {"format": "sqlite"}


def database(folder: Path, *statements: str, name: str = "rows.sqlite") -> bytes:
    path = folder / name
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE measured (n REAL, word TEXT, ok INTEGER, y TEXT)")
        rows = [tuple(row.values()) for row in ROWS]
        connection.executemany("INSERT INTO measured VALUES (?, ?, ?, ?)", rows)
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_array_becomes_a_dataset(workbench: Workbench, indent: int | None) -> None:
    folder = workbench.ingest(json.dumps(ROWS, indent=indent), JSON, "rows.json")
    table = read_table(folder)
    assert table["n"].tolist() == [row["n"] for row in ROWS]
    assert table["ok"].tolist()[:2] == ["true", "false"]
    assert read_card(folder).counts.rows == 20
    lines = "\n".join(map(json.dumps, ROWS))
    same = workbench.ingest(lines, CONFIG | {"format": "jsonl"}, "rows.jsonl")
    assert read_card(same).digest == read_card(folder).digest


def test_an_array_larger_than_a_piece_is_read_whole(workbench: Workbench) -> None:
    rows = [{"t": "长" * 5000 + str(i), "y": "uv"[i % 2]} for i in range(500)]
    folder = workbench.ingest(json.dumps(rows, ensure_ascii=False), JSON, "rows.json")
    assert read_table(folder)["t"].tolist() == [row["t"] for row in rows]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"a": 1}', r"rows.json:1: .*begins with '\{"),
        ('[{"y": 1},\n5]', r"rows.json:2: Each row is an object.*5"),
        ('[{"y": 1},\n{"y": ]', r"rows.json:2: The JSON cannot be read here"),
        ('[{"y": 1}\n{"y": 2}]', r"rows.json:2: .*',' or '\]' is missing"),
        ('[{"y": 1},\n]', r"rows.json:2: Each row is an object"),
        ('[{"y": 1}]\n[]', r"rows.json:2: .*something follows"),
        ('[{"y": 1}', "missing"),
        ("[]", "empty"),
        ("", "empty"),
    ],
)
def test_json_that_cannot_be_read_is_refused(
    workbench: Workbench, text: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        workbench.ingest(text, JSON, "rows.json")


def test_new_knows_json_by_its_content(look: Look) -> None:
    found = look(json.dumps(ROWS), file="rows.json")
    assert (found.definition["format"], found.rows) == ("json", 20)
    assert {column.name: column.type for column in found.columns}["n"] == "number"


def test_the_only_table_of_a_database_becomes_a_dataset(
    workbench: Workbench, tmp_path: Path
) -> None:
    folder = workbench.ingest(database(tmp_path), SQLITE, "rows.sqlite")
    assert read_table(folder)["word"].tolist() == [row["word"] for row in ROWS]
    types = {column.name: column.type for column in read_card(folder).columns}  # type: ignore[union-attr]
    assert types == {"n": "number", "word": "category", "ok": "number", "y": "category"}


def test_a_table_is_chosen_by_name(workbench: Workbench, tmp_path: Path) -> None:
    content = database(
        tmp_path, 'CREATE TABLE "a ""b" (y TEXT, n INT)', "CREATE VIEW v AS SELECT 1"
    )
    with pytest.raises(InvalidInput, match='2 tables that can be read: a "b, measured'):
        workbench.ingest(content, SQLITE, "rows.sqlite")
    with pytest.raises(InvalidInput, match=r"no table measure; did you mean measured"):
        workbench.ingest(content, SQLITE | {"table": "measure"}, "rows.sqlite")
    with pytest.raises(InvalidInput, match="no table v"):
        workbench.ingest(content, SQLITE | {"table": "v"}, "rows.sqlite")
    folder = workbench.ingest(content, SQLITE | {"table": "measured"}, "rows.sqlite")
    assert read_card(folder).counts.rows == 20


def test_blobs_are_kept_and_not_learnt_from(workbench: Workbench, tmp_path: Path) -> None:
    content = database(
        tmp_path, "ALTER TABLE measured ADD COLUMN b BLOB", "UPDATE measured SET b = x'00ff'"
    )
    card: Any = read_card(workbench.ingest(content, SQLITE, "rows.sqlite"))
    assert {c.name: (c.type, c.role) for c in card.columns}["b"] == ("other", "ignored")


def test_a_virtual_table_is_not_read(workbench: Workbench, tmp_path: Path) -> None:
    virtual = database(tmp_path, "CREATE VIRTUAL TABLE found USING fts5(y)")
    with pytest.raises(InvalidInput, match="no table found"):
        workbench.ingest(virtual, SQLITE | {"table": "found"}, "rows.sqlite")


def test_nothing_but_reading_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "rows.sqlite"
    database(tmp_path)
    with closing(connect(path)) as connection:
        connection.set_authorizer(only_reading)
        assert connection.execute("SELECT * FROM measured").fetchone()
        for statement in (
            "SELECT load_extension('x')",
            "ATTACH 'other.db' AS other",
            "PRAGMA trusted_schema = ON",
            "DELETE FROM measured",
            "CREATE TABLE more (a)",
        ):
            with pytest.raises(sqlite3.DatabaseError):
                connection.execute(statement)


@pytest.mark.parametrize("damage", [b"no database", b"", b"SQLite format 3\0" + bytes(200)])
def test_a_damaged_database_is_refused(workbench: Workbench, damage: bytes) -> None:
    with pytest.raises(InvalidInput):
        workbench.ingest(damage, SQLITE, "rows.sqlite")


def test_a_database_cut_short_is_refused(workbench: Workbench, tmp_path: Path) -> None:
    content = database(tmp_path)
    with pytest.raises(InvalidInput, match="SQLite file cannot be read"):
        workbench.ingest(content[: len(content) // 2], SQLITE, "rows.sqlite")


def test_new_chooses_the_table_that_has_the_target(look: Look, tmp_path: Path) -> None:
    content = database(tmp_path, "CREATE TABLE other (a INT)")
    found = look(content, file="rows.db")
    assert (found.definition["format"], found.definition["table"]) == ("sqlite", "measured")
    assert "data.assume_table" in [a.what.message_id for a in found.assumptions]
    with pytest.raises(InvalidInput, match="2 tables"):
        look(content, file="rows.db", target="nothing")
    assert look(content, file="rows.db", table="measured").rows == 20
