"""A CSV per time series in a folder, and a table of its ranges: ``series,start,end,label``.

A series without a row in the table waits for annotation; one whose row has neither start nor end
nor label is annotated and has no ranges.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.audio.recordings import has_pictures, recordings
from aileron.data.formats.audio.segments import check_name
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import Segment, SeriesSample, Task
from aileron.data.formats.series.cells import has_dates, range_of, time_text
from aileron.data.formats.text.file_names import file_name, id_of
from aileron.data.formats.text.lines import encoding_notes, files_with
from aileron.data.formats.text.tables import csv_row, header_of, open_table
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy

FOLDER: Final = "series"
RANGES: Final = "ranges.csv"
HEADER: Final = ("series", "start", "end", "label")
SUFFIXES: Final = (".csv", ".tsv")


class SeriesCsv(Format[SeriesSample]):
    """Files of series, and a table of ranges."""

    name = "series_csv"
    title: ClassVar[Mapping[str, str]] = {
        "en": "CSV per series, and ranges",
        "zh": "每序列一个 CSV，另有区间表",
    }
    modality = "series"
    tasks: ClassVar[tuple[Task, ...]] = ("event_detection",)
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.SEGMENTS: KEPT,
        Trait.ATTRIBUTES: lossy("left_out"),
        Trait.SPLITS: lossy("left_out"),
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: lossy("classes_of_samples"),
    }
    layout = f"{RANGES}: {','.join(HEADER)}\n{FOLDER}/{{sample_id}}.csv: time,channel..."
    source = "https://labelstud.io/guide/tasks#Time-series-data"

    def recognises(self, tree: Tree) -> bool:
        if has_pictures(tree) or recordings(tree):
            return False
        ranges = _ranges_file(tree)
        found = _series(tree)
        if ranges is not None:
            return bool(found) and set(HEADER) <= _names(tree, ranges)
        return bool(found) and all(FOLDER in path.split("/")[:-1] for path in found)

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[SeriesSample]:
        found = _series(tree)
        if not found:
            raise InvalidInput("data.formats.no_series_files", where=tree.name, layout=self.layout)
        ranges = _ranges_file(tree)
        if ranges is not None and not set(HEADER) <= _names(tree, ranges):
            header = ", ".join(header_of(tree, ranges))
            raise InvalidInput("data.formats.no_range_columns", where=f"{ranges}:1", found=header)
        return Reading(
            task=self.wanted(task, "event_detection"),
            labels=(),
            samples=_samples(tree, found, ranges, problems),
            known=False,
            notes=encoding_notes(tree, [ranges] if ranges else []),
        )

    def write(self, writing: Writing[SeriesSample], sink: Sink) -> None:
        rows = [csv_row(HEADER)]
        for sample in writing.samples:
            content = writing.media(sample)
            name = file_name(sample.sample_id)
            sink.write(f"{FOLDER}/{name}.csv", content)
            dates = has_dates(content)
            if sample.annotated and not sample.segments:
                rows.append(csv_row((name, "", "", "")))
            for one in sample.segments:
                check_name(one.label, self.name)
                times = (time_text(time, dates=dates) for time in (one.start, one.end))
                rows.append(csv_row((name, *times, one.label)))
        sink.write(RANGES, b"".join(rows))


@dataclass
class _Listed:
    """What the table says of one series."""

    segments: list[Segment] = field(default_factory=list)
    usable: bool = True


def _names(tree: Tree, path: str) -> set[str]:
    return {name.lower() for name in header_of(tree, path)}


def _ranges_file(tree: Tree) -> str | None:
    """The table of ranges: the one nearest to the root."""
    found = (path for path in tree.paths() if posixpath.basename(path).lower() == RANGES)
    outside = [path for path in found if FOLDER not in path.split("/")[:-1]]
    return min(outside, key=lambda path: path.count("/"), default=None)


def _series(tree: Tree) -> list[str]:
    """The files of series: those in folder ``series`` if there is one, else all tables."""
    ranges = _ranges_file(tree)
    found = [path for path in files_with(tree, SUFFIXES) if path != ranges]
    return [path for path in found if FOLDER in path.split("/")[:-1]] or found


def _samples(
    tree: Tree, paths: Sequence[str], ranges: str | None, problems: Problems
) -> Iterator[SeriesSample]:
    names = {_name(path): path for path in reversed(paths)}
    listed = _listed(tree, ranges, names, problems) if ranges else {}
    for path in paths:
        name = _name(path)
        if names[name] != path:
            problems.add(path, Fault("twice", name=name))
            continue
        found = listed.get(path)
        if found is None or found.usable:
            segments = tuple(found.segments) if found else ()
            annotated = found is not None
            yield SeriesSample(id_of(name), path, annotated=annotated, segments=segments)


def _listed(
    tree: Tree, ranges: str, names: Mapping[str, str], problems: Problems
) -> Mapping[str, _Listed]:
    """What is said of each series that the table of ranges names, by the path of its file."""
    found: dict[str, _Listed] = {}
    table = open_table(tree, ranges)
    columns = {name.lower(): name for name in table.header}
    for line, cells in table.records(problems):
        said, start, end, label = (cells[columns[name]].strip() for name in HEADER)
        path = names.get(said) or names.get(posixpath.splitext(said)[0])
        path = path or names.get(file_name(said))
        if path is None:
            problems.add(ranges, Fault("no_series", name=said[:200]), line)
            continue
        one = found.setdefault(path, _Listed())
        if not (start or end or label):
            continue
        try:
            one.segments.append(range_of(label, start, end))
        except Fault as fault:
            one.usable = False
            problems.add(ranges, fault, line)
    return found


def _name(path: str) -> str:
    """The path of a file of a series below its folder, without its suffix."""
    folders = path.split("/")
    if FOLDER in folders[:-1]:
        folders = folders[folders.index(FOLDER) + 1 :]
    return posixpath.splitext("/".join(folders))[0]
