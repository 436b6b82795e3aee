"""How the terminal shows things: tables for people, one JSON document for programs."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import click
from pydantic import BaseModel

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
Row = Mapping[str, Any]


def json_option(function: FunctionT) -> FunctionT:
    """Add ``--json`` as argument `as_json`."""
    option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    return option(function)


def show(value: Any, *, as_json: bool, columns: Sequence[str] = ()) -> None:
    """Print a row as ``key: value`` lines, rows as a table of `columns`, or either as JSON."""
    if as_json:
        click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=plain))
    elif isinstance(value, Mapping):
        width = max((cells(str(key)) for key in value), default=0)
        for key, item in value.items():
            click.echo(f"{pad(str(key), width)}  {text(item)}")
    elif not value:
        click.echo("(none)")
    else:
        table(value, columns or list(value[0]))


def table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Print `rows` under a heading, columns aligned also for wide characters."""
    grid = [list(columns)] + [[text(row.get(column)) for column in columns] for row in rows]
    widths = [max(cells(line[i]) for line in grid) for i in range(len(columns))]
    for line in grid:
        padded = (pad(cell, width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def text(value: Any) -> str:
    """One cell: empty for None, short numbers, local times, JSON for the rest."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, str | int):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=plain)


def plain(value: Any) -> Any:
    """What `json` cannot write by itself."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return str(value)


def cells(string: str) -> int:
    """Terminal cells that `string` takes: two for a wide character."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in string)


def pad(string: str, width: int) -> str:
    return string + " " * (width - cells(string))
