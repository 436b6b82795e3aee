"""DCASE's strong labels: a TSV with a row per sound event, and the recordings beside it.

A recording whose row has neither onset nor offset nor label is annotated and without events; one
that no table lists waits for annotation.
"""

from __future__ import annotations

import csv
import io
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.audio.places import FOLDER, Places, name_of, path_of
from aileron.data.formats.audio.recordings import Recordings, has_pictures, recordings, taken
from aileron.data.formats.audio.segments import check_name, segment_of, time_text
from aileron.data.formats.ids import Ids
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import AudioSample, Segment, Task
from aileron.data.formats.text.lines import encoding_notes, files_with, stem_of
from aileron.data.formats.text.tables import Table, header_of, open_table
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused
from aileron.data.layout import Part

TABLES: Final = "metadata"
EVENTS: Final = "events"
"""The table of what belongs to no part."""
HEADER: Final = ("filename", "onset", "offset", "event_label")
_FILES: Final = ("filename", "file", "file_name", "path")
_LABELS: Final = ("event_label", "label", "event")
_LOOKED_AT: Final = 20


class DcaseTsv(Format[AudioSample]):
    """Tables of sound events."""

    name = "dcase_tsv"
    title: ClassVar[Mapping[str, str]] = {"en": "DCASE strong labels", "zh": "DCASE 强标签"}
    modality = "audio"
    tasks: ClassVar[tuple[Task, ...]] = ("event_detection",)
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.LABELS: refused(),
        Trait.SEVERAL_LABELS: refused(),
        Trait.SEGMENTS: KEPT,
        Trait.ATTRIBUTES: lossy("left_out"),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: lossy("classes_of_samples"),
    }
    layout = (
        f"{TABLES}/{{part or {EVENTS}}}.tsv: filename, onset, offset, event_label\n"
        f"{FOLDER}/[{{part}}/]{{sample_id}}"
    )
    source = "https://dcase.community/challenge2023/task-sound-event-detection-with-weak-labels-and-synthetic-soundscapes"

    def recognises(self, tree: Tree) -> bool:
        return lists_events(tree) and bool(recordings(tree)) and not has_pictures(tree)

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[AudioSample]:
        paths = [path for path in _tables(tree) if _has_events(header_of(tree, path))]
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        tables = [open_table(tree, path) for path in paths]
        return Reading(
            task=self.wanted(task, "event_detection"),
            labels=(),
            samples=_samples(tree, tables, problems),
            known=False,
            notes=encoding_notes(tree, paths),
        )

    def write(self, writing: Writing[AudioSample], sink: Sink) -> None:
        rows: dict[str, list[bytes]] = {}
        for sample in writing.samples:
            sink.write(path_of(sample), writing.media(sample))
            if sample.annotated:
                rows.setdefault(sample.split or EVENTS, []).extend(_rows(sample, self.name))
        for table, lines in (rows or {EVENTS: []}).items():
            sink.write(f"{TABLES}/{table}.tsv", b"".join([_row(HEADER), *lines]))


def lists_events(tree: Tree) -> bool:
    """Whether a table of `tree` has a row per sound event."""
    return any(_has_events(header_of(tree, path)) for path in _tables(tree)[:_LOOKED_AT])


@dataclass
class _Listed:
    """What a table says of one recording."""

    table: str
    part: Part | None
    segments: list[Segment] = field(default_factory=list)
    usable: bool = True


def _tables(tree: Tree) -> list[str]:
    return files_with(tree, (".tsv", ".csv"))


def _column(header: Sequence[str], names: Sequence[str]) -> str | None:
    plain = {name.lower(): name for name in header}
    return next((plain[name] for name in names if name in plain), None)


def _has_events(header: Sequence[str]) -> bool:
    return all(_column(header, one) for one in (_FILES, ("onset",), ("offset",), _LABELS))


def _samples(tree: Tree, tables: Sequence[Table], problems: Problems) -> Iterator[AudioSample]:
    listed = _listed(Recordings(tree, FOLDER), tables, problems)
    paths = recordings(tree)
    places, ids = Places(paths), Ids()
    for path in taken(paths, problems):
        found = listed.get(path)
        if found is not None and not found.usable:
            continue
        part = (found.part if found else None) or places.part(path)
        try:
            sample_id = ids.new(places.sample_id(path, part), part or "")
        except Fault as fault:
            problems.add(path, fault)
            continue
        segments = tuple(found.segments) if found else ()
        yield AudioSample(
            sample_id, path, split=part, annotated=found is not None, segments=segments
        )


def _listed(
    files: Recordings, tables: Sequence[Table], problems: Problems
) -> Mapping[str, _Listed]:
    """What is said of each recording that a table lists; the first table has it."""
    found: dict[str, _Listed] = {}
    for table in tables:
        part = part_in(posixpath.basename(table.path)) or part_in(posixpath.dirname(table.path))
        columns = [_column(table.header, one) for one in (_LABELS, ("onset",), ("offset",))]
        file = _column(table.header, _FILES) or ""
        elsewhere: set[str] = set()
        for line, cells in table.records(problems):
            name = cells[file].strip()
            path = files.find(f"{stem_of(table.path)}/{name}") or files.find(name)
            if path is None:
                problems.add(table.path, Fault("no_recording", file=name[:200]), line)
                continue
            one = found.setdefault(path, _Listed(table.path, part))
            if one.table != table.path:
                if path not in elsewhere:
                    problems.add(table.path, Fault("twice", name=name[:200]), line)
                elsewhere.add(path)
                continue
            try:
                one.segments.extend(_segments([cells[column or ""] for column in columns]))
            except Fault as fault:
                one.usable = False
                problems.add(table.path, fault, line)
    return found


def _segments(cells: Sequence[str]) -> Iterator[Segment]:
    """The event of a row; a row of nothing but a file has none."""
    if any(cell.strip() for cell in cells):
        label, onset, offset = cells
        yield segment_of(label, onset, offset)


def _rows(sample: AudioSample, format_: str) -> Iterator[bytes]:
    name = name_of(sample)
    if not sample.segments:
        yield _row((name, "", "", ""))
    for one in sample.segments:
        check_name(one.label, format_)
        yield _row((name, time_text(one.start), time_text(one.end), one.label))


def _row(cells: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerow(cells)
    return out.getvalue().encode()
