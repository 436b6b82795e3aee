"""WebDataset of recordings: ``key.wav`` with ``key.json``, and the number of the class in
``key.cls`` for those who train from the archives.

The JSON has `labels`, or `segments` with label, start and end in seconds.
"""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.audio.recordings import check_kind
from aileron.data.formats.audio.segments import segment_of
from aileron.data.formats.classes import CLASSES_FILE, read_classes, write_classes
from aileron.data.formats.ids import Ids
from aileron.data.formats.images.webdataset_images import labels_of
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import AudioSample, Segment, Task
from aileron.data.formats.shards import (
    Entry,
    Place,
    ShardWriter,
    content,
    entries,
    first_suffixes,
    json_of,
    shards,
)
from aileron.data.formats.text.values import attributes_of
from aileron.data.formats.traits import KEPT, TRAITS, Keep, Trait
from aileron.data.trees.paths import SOUNDS

_KNOWN: Final = frozenset(("labels", "label", "class", "cls", "segments", "annotated", "sample_id"))
_LOOKED_AT: Final = 100


class WebdatasetAudio(Format[AudioSample]):
    """Archives of recordings."""

    name = "webdataset_audio"
    title: ClassVar[Mapping[str, str]] = {"en": "WebDataset", "zh": "WebDataset"}
    modality = "audio"
    tasks: ClassVar[tuple[Task, ...]] = ("classification", "event_detection")
    keeps: ClassVar[Mapping[Trait, Keep]] = dict.fromkeys(TRAITS["audio"], KEPT)
    layout = f"{{part}}-000000.tar: key.wav, key.json[, key.cls]\n{CLASSES_FILE}"
    source = "https://github.com/webdataset/webdataset#the-webdataset-format"

    def recognises(self, tree: Tree) -> bool:
        return bool(first_suffixes(tree) & SOUNDS)

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[AudioSample]:
        paths = shards(tree)
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        labels = read_classes(tree)
        names = [label.name for label in labels or ()]
        return Reading(
            task=self.wanted(task, _task_of(tree, paths)),
            labels=labels or (),
            samples=_samples(tree, paths, names, problems),
            known=labels is not None,
            media=lambda sample: content(tree, Place.parse(sample.media)),
        )

    def write(self, writing: Writing[AudioSample], sink: Sink) -> None:
        import orjson

        numbers = {label.name: number for number, label in enumerate(writing.labels)}
        with ShardWriter(sink) as writer:
            for sample in writing.samples:
                stem, suffix = posixpath.splitext(sample.sample_id)
                key = writer.key(sample.split, stem)
                row = _row(sample)
                if key + suffix.lower() != sample.sample_id:
                    row["sample_id"] = sample.sample_id
                files = {suffix[1:].lower(): writing.media(sample), "json": orjson.dumps(row)}
                if len(sample.labels) == 1:
                    files["cls"] = str(numbers[sample.labels[0]]).encode()
                writer.add(sample.split, key, files)
        sink.write(CLASSES_FILE, write_classes(writing.labels))


def _row(sample: AudioSample) -> dict[str, Any]:
    row: dict[str, Any] = {"labels": list(sample.labels)} if sample.labels else {}
    if sample.segments:
        row["segments"] = [segment._asdict() for segment in sample.segments]
    if sample.attributes:
        row["attributes"] = dict(sample.attributes)
    return {**row, "annotated": sample.annotated}


def _task_of(tree: Tree, paths: Sequence[str]) -> Task:
    """Whether any of the first samples has segments."""
    for entry in itertools.islice(entries(tree, paths[0]), _LOOKED_AT):
        try:
            if json_of(tree, entry).get("segments"):
                return "event_detection"
        except Fault:  # it is noted when it is read in earnest
            continue
    return "classification"


def _samples(
    tree: Tree, paths: Sequence[str], classes: Sequence[str], problems: Problems
) -> Iterator[AudioSample]:
    ids = Ids()
    for path in paths:
        for entry in entries(tree, path):
            try:
                sample = _sample(tree, entry, classes, ids)
            except Fault as fault:
                problems.add(f"{path} ({entry.key})", fault)
                continue
            yield sample


def _sample(tree: Tree, entry: Entry, classes: Sequence[str], ids: Ids) -> AudioSample:
    suffix = next((suffix for suffix in entry.files if f".{suffix}" in SOUNDS), None)
    if suffix is None:
        raise Fault("no_medium", key=entry.key)
    check_kind(f"{entry.key}.{suffix}")
    row = json_of(tree, entry)
    labels = labels_of(tree, entry, row, classes)
    segments = tuple(_segments(row))
    said, name = row.get("annotated"), row.get("sample_id")
    own = name if isinstance(name, str) and name else f"{entry.key}.{suffix}"
    return AudioSample(
        sample_id=ids.new(own, entry.part or ""),
        media=str(entry.files[suffix]),
        labels=labels,
        split=entry.part,
        annotated=said if isinstance(said, bool) else bool(labels or segments),
        attributes=attributes_of(row, _KNOWN),
        segments=segments,
    )


def _segments(row: Mapping[str, Any]) -> Iterator[Segment]:
    found = row.get("segments") or []
    for one in found if isinstance(found, list) else [found]:
        if not isinstance(one, dict):
            raise Fault("wrong_field", field="segments", found=str(one)[:60], wanted="[{}]")
        yield segment_of(*(str(one.get(name, "")) for name in Segment._fields))
