"""A file too large for memory becomes the same dataset, byte for byte, as if it were read whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import Workbench

from aileron.core.digest import digest_file
from aileron.core.errors import InvalidInput
from aileron.data import shelf
from aileron.data.reading import delimited, large

ROWS = 3000


def rows(**cells: str) -> str:
    """A CSV of many rows; `cells` are put into the last but one."""
    lines = ["number,word,day,speed,fast"]
    for i in range(ROWS):
        one = {
            "number": f"{i / 7}", "word": f"w{i % 900}", "day": f"2026-01-{i % 28 + 1:02d}",
            "speed": "" if i % 9 == 0 else str(i), "fast": "yes" if i % 2 else "no",
        }  # fmt: skip
        if i == ROWS - 2:
            one |= cells
        lines.append(",".join(one.values()))
    return "\n".join(lines) + "\n"


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): digest_file(path) for path in files}


@pytest.fixture
def in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is a large one, of several blocks."""
    monkeypatch.setattr(delimited, "LARGE", 0)
    monkeypatch.setattr(delimited, "BLOCK", 4096)
    monkeypatch.setattr(large, "SAMPLE", 10)
    monkeypatch.setattr(shelf, "SMALL", 0)


TABLES = {
    "plain": rows(),
    "a number that is text": rows(number="seven"),
    "a number that is not finite": rows(number="inf", speed="NAN"),
    "a marker with a space": rows(speed=" NA "),
    "a word that is a number": rows(word="5"),
    "a cell of two lines": rows(word='"a\nb"'),
    "a long row": rows(word="x" * 9000),
    "no date": rows(day="soon"),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"task": "regression", "target": "speed", "missing_target": "leave_out"},
        {"id_column": "number", "columns": {"word": {"missing": ["w1"]}}},
        {"task": "regression", "target": "number", "columns": {"speed": {"type": "category"}}},
    ],
    ids=["classification", "rows left out", "ids", "regression"],
)
def test_blocks_give_the_same_bytes(
    workbench: Workbench, table: str, change: Mapping[str, Any], request: pytest.FixtureRequest
) -> None:
    config = {"name": "cars", "task": "classification", "target": "fast", **change}
    whole = outcome(workbench, table, config)
    request.getfixturevalue("in_blocks")
    assert outcome(workbench, table, config) == whole


def outcome(workbench: Workbench, table: str, config: Mapping[str, Any]) -> object:
    """The files, or what is said to be wrong."""
    try:
        return contents(workbench.ingest(table, dict(config)))
    except InvalidInput as error:
        return error.render("en")


@pytest.mark.usefixtures("in_blocks")
def test_the_line_of_a_wrong_cell_is_named(workbench: Workbench) -> None:
    config = {"name": "cars", "task": "classification", "target": "fast"}
    config |= {"columns": {"number": {"type": "number"}}}
    with pytest.raises(InvalidInput, match=f":{ROWS}.*seven"):
        workbench.ingest(rows(number="seven"), config)
