"""The index of a dataset version: one SQLite file, made once, then only read.

A sample is a row: its place in the version, what filters and search look at, and all of it as
JSON. Labels have a table of their own, so that a page of one label is found by its key.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FORMAT: Final = 1
"""Part of an index's file name: another format is another file."""
SCHEMA: Final = """\
CREATE TABLE samples (
    place INTEGER PRIMARY KEY,
    sample_id TEXT NOT NULL,
    split TEXT,
    annotated INTEGER NOT NULL,
    medium TEXT,
    sought TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE labels (label TEXT, place INTEGER, PRIMARY KEY (label, place)) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
KEYS: Final = """\
CREATE UNIQUE INDEX by_id ON samples (sample_id);
CREATE INDEX by_split ON samples (split, place);
CREATE INDEX by_annotated ON samples (annotated, place);
"""
BATCH: Final = 5000
ASKED: Final = 500
"""Ids of one question to SQLite."""


@dataclass(frozen=True)
class Entry:
    """One sample, as it is put into an index."""

    sample_id: str
    split: str | None
    annotated: bool
    medium: str | None
    """JSON of where its bytes are; None if it has none."""
    labels: frozenset[str]
    """Of the sample, of what is drawn on it or marked in it."""
    sought: str
    """What a search looks at, in lower case."""
    body: str
    """JSON of the sample."""


@dataclass(frozen=True)
class Wanted:
    """Which samples; None is no condition."""

    part: str | None = None
    """``none``: those that the source gives to no part."""
    label: str | None = None
    annotated: bool | None = None
    search: str | None = None


@dataclass(frozen=True)
class Found:
    """JSON of the samples of a page, and how many there are on all pages."""

    total: int
    bodies: tuple[str, ...]


def write_index(path: Path, entries: Iterable[Entry]) -> None:
    """Make the index of `entries` at `path`, which must not exist."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")  # who makes it renames it when it is whole
        database.executescript(SCHEMA)
        database.execute("BEGIN")
        for first, batch in _batches(entries):
            _insert(database, first, batch)
        database.execute("COMMIT")
        database.executescript(KEYS)
        for name, value in list(_facts(database)):
            database.execute("INSERT INTO facts VALUES (?, ?)", (name, json.dumps(value)))


class SampleIndex:
    """The index at `path`, open for one question at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def page(self, wanted: Wanted, offset: int, limit: int) -> Found:
        """`limit` samples from `offset` on, in the order of the version."""
        conditions, values = _conditions(wanted)
        with self._open() as database:
            total = self._total(database, conditions, values)
            query = _query("body", conditions)
            if not conditions:  # then a sample's place is its number
                query, values, offset = f"{query} WHERE place >= ?", [offset], 0
            query += " ORDER BY samples.place LIMIT ? OFFSET ?"
            rows = database.execute(query, [*values, limit, offset])
            return Found(total, tuple(body for (body,) in rows))

    def ids(self, wanted: Wanted) -> list[str]:
        """The ids of all samples wanted, in the order of the version."""
        conditions, values = _conditions(wanted)
        query = f"{_query('sample_id', conditions)} ORDER BY samples.place"
        with self._open() as database:
            return [sample_id for (sample_id,) in database.execute(query, values)]

    def bodies(self, ids: Sequence[str]) -> dict[str, str]:
        """JSON of each of these samples, by id; what the version does not have is left out."""
        found: dict[str, str] = {}
        with self._open() as database:
            for first in range(0, len(ids), ASKED):
                asked = ids[first : first + ASKED]
                marks = ", ".join("?" * len(asked))
                query = f"SELECT sample_id, body FROM samples WHERE sample_id IN ({marks})"  # noqa: S608
                found.update(database.execute(query, asked).fetchall())
        return found

    def medium(self, sample_id: str) -> dict[str, Any] | None:
        """Where the bytes of a sample are; None if there is no such sample, or none of it."""
        query = "SELECT medium FROM samples WHERE sample_id = ?"
        with self._open() as database:
            row = database.execute(query, [sample_id]).fetchone()
        return json.loads(row[0]) if row and row[0] else None

    def facts(self) -> Mapping[str, Any]:
        """`every`, `waiting`, `labels` and `parts`: how many samples there are of each."""
        with self._open() as database:
            rows = database.execute("SELECT name, value FROM facts").fetchall()
        return {name: json.loads(value) for name, value in rows}

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        address = f"{self._path.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as database:
            yield database

    def _total(self, database: sqlite3.Connection, conditions: list[str], values: list[Any]) -> int:
        if not conditions:
            row = database.execute("SELECT value FROM facts WHERE name = 'every'").fetchone()
            return int(row[0])
        (count,) = database.execute(_query("count(*)", conditions), values).fetchone()
        return int(count)


def _query(what: str, conditions: list[str]) -> str:
    """All values are bound; only names of this module are put together."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    joined = " JOIN labels ON labels.place = samples.place" if _LABEL in conditions else ""
    return f"SELECT {what} FROM samples{joined}{where}"  # noqa: S608


_LABEL: Final = "labels.label = ?"


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []
    if wanted.label is not None:
        conditions.append(_LABEL)
        values.append(wanted.label)
    if wanted.part == "none":
        conditions.append("samples.split IS NULL")
    elif wanted.part is not None:
        conditions.append("samples.split = ?")
        values.append(wanted.part)
    if wanted.annotated is not None:
        conditions.append("samples.annotated = ?")
        values.append(int(wanted.annotated))
    for word in (wanted.search or "").lower().split():
        conditions.append("instr(samples.sought, ?) > 0")
        values.append(word)
    return conditions, values


def _batches(entries: Iterable[Entry]) -> Iterator[tuple[int, list[Entry]]]:
    first, batch = 0, []
    for entry in entries:
        batch.append(entry)
        if len(batch) == BATCH:
            yield first, batch
            first, batch = first + BATCH, []
    yield first, batch


def _insert(database: sqlite3.Connection, first: int, batch: list[Entry]) -> None:
    rows = (
        (place, one.sample_id, one.split, one.annotated, one.medium, one.sought, one.body)
        for place, one in enumerate(batch, first)
    )
    database.executemany("INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    labels = ((label, place) for place, one in enumerate(batch, first) for label in one.labels)
    database.executemany("INSERT INTO labels VALUES (?, ?)", labels)


def _facts(database: sqlite3.Connection) -> Iterator[tuple[str, Any]]:
    (every,) = database.execute("SELECT count(*) FROM samples").fetchone()
    yield "every", every
    query = "SELECT count(*) FROM samples WHERE NOT annotated"
    yield "waiting", database.execute(query).fetchone()[0]
    query = "SELECT label, count(*) FROM labels GROUP BY label"
    yield "labels", dict(database.execute(query).fetchall())
    query = "SELECT coalesce(split, 'none'), count(*) FROM samples GROUP BY split"
    yield "parts", dict(database.execute(query).fetchall())
