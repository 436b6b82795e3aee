"""Label tracks of Audacity: ``STEM.txt`` beside each recording, a line per sound event.

A line is start, end and label with tabs between them; lines that begin with a backslash, the
frequencies of the one before, are skipped. An empty file says that nothing is heard; a recording
without a file waits for annotation.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.audio.places import FOLDER, Places, path_of
from aileron.data.formats.audio.recordings import has_pictures, recordings, taken
from aileron.data.formats.audio.segments import check_name, segment_of, time_text
from aileron.data.formats.ids import Ids
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems, at
from aileron.data.formats.records import AudioSample, Segment, Task
from aileron.data.formats.text.lines import (
    encoding_notes,
    encoding_of,
    files_with,
    head_lines,
    lines_of,
)
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused

TRACK: Final = ".txt"
_FREQUENCIES: Final = "\\"
_TIMES: Final = re.compile(r"\s*\d+([.,]\d+)?\t\s*\d+([.,]\d+)?\s*(\t|$)")


class AudacityLabels(Format[AudioSample]):
    """Label tracks."""

    name = "audacity_labels"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Audacity label tracks",
        "zh": "Audacity 标签轨道",
    }
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
        f"{FOLDER}/[{{part}}/]{{sample_id}}\n"
        f"{FOLDER}/[{{part}}/]{{sample_id without suffix}}{TRACK}"
    )
    source = "https://manual.audacityteam.org/man/importing_and_exporting_labels.html"

    def recognises(self, tree: Tree) -> bool:
        return has_tracks(tree) and not has_pictures(tree)

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[AudioSample]:
        if not recordings(tree):
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        return Reading(
            task=self.wanted(task, "event_detection"),
            labels=(),
            samples=_samples(tree, problems),
            known=False,
            notes=encoding_notes(tree, _tracks(tree)),
        )

    def write(self, writing: Writing[AudioSample], sink: Sink) -> None:
        first: dict[str, str] = {}
        for sample in writing.samples:
            path = path_of(sample)
            other = first.setdefault(_track_of(path), sample.sample_id)
            if other != sample.sample_id:
                raise InvalidInput("data.formats.same_stem", first=other, second=sample.sample_id)
            sink.write(path, writing.media(sample))
            if sample.annotated:
                sink.write(_track_of(path), "".join(_lines(sample, self.name)).encode())


def has_tracks(tree: Tree) -> bool:
    """Whether label tracks lie beside recordings of `tree`: the first that is not empty is one."""
    tracks = _tracks(tree)
    first = next((path for path in tracks if tree.size(path)), None)
    return bool(tracks) and (first is None or _is_track(tree, first))


def _track_of(recording: str) -> str:
    return posixpath.splitext(recording)[0] + TRACK


def _tracks(tree: Tree) -> list[str]:
    """The texts that have the name of a recording beside them."""
    wanted = {_track_of(path) for path in recordings(tree)}
    return [path for path in tree.paths() if path in wanted]


def _is_track(tree: Tree, path: str) -> bool:
    """Whether the first line that says something begins with two times."""
    lines = (one for one in head_lines(tree, path) if one.strip())
    first = next((one for one in lines if not one.startswith(_FREQUENCIES)), None)
    return first is None or _TIMES.match(first) is not None


def _samples(tree: Tree, problems: Problems) -> Iterator[AudioSample]:
    paths = recordings(tree)
    tracks = set(_tracks(tree))
    places, ids = Places(paths), Ids()
    for path in taken(paths, problems):
        track, part = _track_of(path), places.part(path)
        there = track in tracks
        try:
            segments = tuple(_segments(tree, track)) if there else ()
            sample_id = ids.new(places.sample_id(path, part), part or "")
        except Fault as fault:
            problems.add(track if there else path, fault)
        except InvalidInput as error:
            problems.add_error(track, error)
        else:
            yield AudioSample(sample_id, path, split=part, annotated=there, segments=segments)
    for path in files_with(tree, (TRACK,)):
        if path not in tracks and tree.size(path) and _is_track(tree, path):
            problems.add(path, Fault("no_recording_beside"))


def _segments(tree: Tree, path: str) -> Iterator[Segment]:
    for number, line in lines_of(tree, path, encoding_of(tree, path)):
        text = line.rstrip("\r\n")
        if text.strip() and not text.startswith(_FREQUENCIES):
            with at(number):
                yield _segment(text)


def _segment(line: str) -> Segment:
    cells: Sequence[str] = line.split("\t", 2)
    if len(cells) < 2:
        raise Fault("column_count", found=len(cells), wanted=3)
    start, end, label = (*cells, "")[:3]
    return segment_of(label, *(time.strip().replace(",", ".") for time in (start, end)))


def _lines(sample: AudioSample, format_: str) -> Iterator[str]:
    for one in sample.segments:
        check_name(one.label, format_)
        yield f"{time_text(one.start)}\t{time_text(one.end)}\t{one.label}\n"
