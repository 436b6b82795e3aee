"""JSON objects of text datasets in a tree: one per line, or all in one list."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from aileron.data.formats.documents import parse_json
from aileron.data.formats.port import Tree
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.text.lines import files_with, lines_of

SUFFIXES: Final = (".jsonl", ".ndjson", ".json")
HEAD: Final = 200
"""Rows that are looked at to find out what a dataset is of."""
_FIELD: Final = re.compile(r'"([^"\\]{1,40})"\s*:')

JsonRow = tuple[int | None, dict[str, Any]]


def row_files(tree: Tree) -> list[str]:
    """The files of `tree` whose first row is a JSON object."""
    paths = files_with(tree, SUFFIXES)
    return [path for path in paths if first_fields(tree, path)]


def first_fields(tree: Tree, path: str) -> frozenset[str]:
    """The names of the fields of the first row; none if the file holds no rows.

    A file with one object is one of rows only by its suffix: it is a document otherwise.
    """
    head = tree.head(path).removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").lstrip()
    listed = head.startswith("[")
    if listed:
        head = head[1:].lstrip()
    if not head.startswith("{"):
        return frozenset()
    try:
        first, end = json.JSONDecoder().raw_decode(head)
    except (ValueError, RecursionError):  # longer than the head, or damaged behind it
        if path.endswith(".json") and not listed:
            return frozenset()
        return frozenset(_FIELD.findall(head))
    more = head[end:].lstrip().startswith("{")
    alone = path.endswith(".json") and not listed and not more
    return frozenset() if alone or not isinstance(first, dict) else frozenset(first)


def rows_of(tree: Tree, path: str, problems: Problems) -> Iterator[JsonRow]:
    """Line and object of each row of a file; what is no object is a problem.

    Rows of a list have no line. Raises `InvalidInput` if a list is no JSON.
    """
    import orjson

    if tree.head(path).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
        for number, value in enumerate(parse_json(tree, path), 1):
            if isinstance(value, dict):
                yield None, value
            else:
                problems.add(f"{path} ({number})", Fault("no_object", found=str(value)[:60]))
        return
    for number, line in lines_of(tree, path):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            problems.add(path, Fault("not_json_line", problem=error.msg), number)
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            problems.add(path, Fault("no_object", found=str(value)[:60]), number)


def head_rows(tree: Tree, paths: list[str]) -> list[dict[str, Any]]:
    """The first rows of the first file, as far as they can be read."""
    found: list[dict[str, Any]] = []
    unheard = Problems()  # they are noted when the rows are read in earnest
    for path in paths[:1]:
        for _, value in rows_of(tree, path, unheard):
            found.append(value)
            if len(found) == HEAD:
                break
    return found
