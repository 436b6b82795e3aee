"""All time series in one table: a row per point, ``series,time,channel...,label``.

A row stands for the time until the next row of its series; rows of a series with the same label
that follow each other are a range; rows with none, or the word ``none``, are of no range. So is
what people marked read as a table, and learnt.
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.audio.segments import check_name
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import Segment, SeriesSample, Task
from aileron.data.formats.series.cells import time_of
from aileron.data.formats.text.lines import encoding_notes, files_with
from aileron.data.formats.text.tables import Table, csv_row, header_of, open_table
from aileron.data.formats.text.values import class_name
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy

FILE: Final = "series.csv"
SERIES: Final = "series"
TIME: Final = "time"
LABEL: Final = "label"
NONE: Final = "none"
OURS: Final = frozenset((SERIES, TIME, LABEL))


class SeriesTable(Format[SeriesSample]):
    """One table of all series."""

    name = "series_table"
    title: ClassVar[Mapping[str, str]] = {
        "en": "One table with a label per row",
        "zh": "单表，每行一个标签",
    }
    modality = "series"
    tasks: ClassVar[tuple[Task, ...]] = ("event_detection",)
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.SEGMENTS: lossy("ranges_of_rows"),
        Trait.ATTRIBUTES: lossy("left_out"),
        Trait.SPLITS: lossy("left_out"),
        Trait.UNANNOTATED: lossy("series_like_empty"),
        Trait.EMPTY_CLASSES: lossy("classes_of_samples"),
    }
    layout = f"{FILE}: {SERIES},{TIME},channel...,{LABEL}"
    options: ClassVar[Mapping[str, tuple[str, ...]]] = {"unmarked": ("empty", NONE)}
    """What rows without a range have as their label: nothing, or the word ``none``."""
    source = "https://labelstud.io/guide/tasks#Time-series-data"

    def recognises(self, tree: Tree) -> bool:
        paths = files_with(tree, (".csv", ".tsv"))
        return len(paths) == 1 and set(header_of(tree, paths[0])) >= {SERIES, TIME}

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[SeriesSample]:
        paths = files_with(tree, (".csv", ".tsv"))
        if not paths:
            raise InvalidInput("data.formats.no_series_files", where=tree.name, layout=self.layout)
        table = open_table(tree, paths[0])
        if not set(table.header) >= {SERIES, TIME}:
            found = ", ".join(table.header)
            where = f"{table.path}:1"
            raise InvalidInput("data.formats.no_series_columns", where=where, found=found)
        contents: dict[str, bytes] = {}
        return Reading(
            task=self.wanted(task, "event_detection"),
            labels=(),
            samples=_samples(table, contents, problems),
            known=False,
            media=lambda sample: contents[sample.media],
            notes=encoding_notes(tree, paths[:1]),
        )

    def write(self, writing: Writing[SeriesSample], sink: Sink) -> None:
        out = io.BytesIO()
        unmarked = NONE if self.option("unmarked") == NONE else ""
        for sample in writing.samples:
            header, *rows = _rows(writing.media(sample))
            if taken := (OURS - {TIME}) & {name.lower() for name in header}:
                found = min(taken)
                raise InvalidInput("data.formats.name_unwritable", name=found, format=self.name)
            if not out.tell():
                out.write(csv_row((SERIES, *header, LABEL)))
            labels = _labels(sample, [time_of(row[0]) for row in rows], self.name)
            for row, label in zip(rows, labels, strict=True):
                out.write(csv_row((sample.sample_id, *row, label or unmarked)))
        sink.write(FILE, out.getvalue() or csv_row((SERIES, TIME, LABEL)))


def _rows(content: bytes) -> list[list[str]]:
    """The header and the points of a series, as datasets keep it."""
    return list(csv.reader(io.StringIO(content.decode())))


def _labels(sample: SeriesSample, times: Sequence[float], format_: str) -> list[str]:
    """The label of each row; of ranges that overlap, that of the one that begins last."""
    labels = [""] * len(times)
    for one in sorted(sample.segments, key=lambda segment: segment.start):
        check_name(one.label, format_)
        first, behind = bisect_left(times, one.start), bisect_left(times, one.end)
        behind += behind == len(times) - 1 and one.end == times[-1]
        labels[first:behind] = [one.label] * max(behind - first, 0)
    return labels


def _samples(
    table: Table, contents: dict[str, bytes], problems: Problems
) -> Iterator[SeriesSample]:
    """The series of a table; their bytes go into `contents`."""
    channels = [name for name in table.header if name not in OURS]
    found: dict[str, list[tuple[int, Mapping[str, str]]]] = {}
    for line, cells in table.records(problems):
        name = cells[SERIES].strip()
        if name:
            found.setdefault(name, []).append((line, cells))
        else:
            problems.add(table.path, Fault("no_series_name"), line)
    for name in list(found):
        rows = found.pop(name)
        try:
            segments = tuple(_ranges(rows)) if LABEL in table.header else ()
        except Fault as fault:
            problems.add(table.path, fault, fault.line or rows[0][0])
            continue
        points = ((row[TIME], *(row[one] for one in channels)) for _, row in rows)
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([(TIME, *channels), *points])
        contents[name] = out.getvalue().encode()
        yield SeriesSample(name, name, annotated=LABEL in table.header, segments=segments)


def _ranges(rows: Sequence[tuple[int, Mapping[str, str]]]) -> Iterator[Segment]:
    """The ranges of the labels of a series' rows."""
    place = 0
    for label, several in groupby(rows, lambda row: row[1][LABEL].strip()):
        first, place = place, place + len(list(several))
        if label in ("", NONE):
            continue
        start = time_of(rows[first][1][TIME])
        end = time_of(rows[min(place, len(rows) - 1)][1][TIME])
        if start >= end:
            fault = Fault("lone_last_row")
            fault.line = rows[first][0]
            raise fault
        yield Segment(class_name(label, LABEL), start, end)
