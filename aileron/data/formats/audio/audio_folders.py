"""A folder per class of recordings; folders of parts may stand above those of the classes.

Recordings in a folder ``unlabelled``, or in none, wait for annotation. The class is part of the
id, since other classes may have a file of the same name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from aileron.core.errors import InvalidInput
from aileron.data.formats.audio.audacity_labels import has_tracks
from aileron.data.formats.audio.audio_csv import lists_files
from aileron.data.formats.audio.recordings import has_pictures, recordings, taken
from aileron.data.formats.folders import find_folders, folder_notes
from aileron.data.formats.ids import Ids
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import AudioSample, Task
from aileron.data.formats.text.kinds import UNLABELLED
from aileron.data.formats.text.lines import suffix_of
from aileron.data.formats.text.text_folders import class_of, id_below, path_of
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused
from aileron.data.trees.structure import Structure

_SHARDS = frozenset((".parquet", ".tar"))
_LISTS = _SHARDS | frozenset((".csv", ".tsv", ".json", ".jsonl"))


class AudioFolders(Format[AudioSample]):
    """Folders of recordings."""

    name = "audio_folders"
    title: ClassVar[Mapping[str, str]] = {"en": "Folder per class", "zh": "按类别分文件夹"}
    modality = "audio"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: lossy("ids_by_path"),
        Trait.LABELS: KEPT,
        Trait.SEVERAL_LABELS: refused(),
        Trait.SEGMENTS: refused(),
        Trait.ATTRIBUTES: refused(),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: lossy("classes_of_samples"),
    }
    layout = f"[{{part}}/]{{class}}/{{sample_id}}\n[{{part}}/]{UNLABELLED}/{{sample_id}}"
    source = "https://huggingface.co/docs/datasets/audio_dataset#audiofolder"

    def recognises(self, tree: Tree) -> bool:
        paths = recordings(tree)
        if not paths or has_pictures(tree) or has_tracks(tree):
            return False
        beside = {suffix_of(path) for path in tree.paths()}
        if not beside & _LISTS:
            return True
        # Folders of classes are classes, whatever lies beside them, unless it lists the files.
        structure = find_folders(paths)
        several = len({structure.label(path) for path in paths} - {None}) > 1
        return several and not beside & _SHARDS and not lists_files(tree)

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[AudioSample]:
        paths = recordings(tree)
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        structure = find_folders(paths)
        samples = _samples(paths, structure, problems)
        notes = folder_notes(structure)
        return Reading(self.wanted(task, "classification"), (), samples, known=False, notes=notes)

    def write(self, writing: Writing[AudioSample], sink: Sink) -> None:
        for sample in writing.samples:
            sink.write(path_of(sample), writing.media(sample))


def _samples(paths: list[str], structure: Structure, problems: Problems) -> Iterator[AudioSample]:
    ids = Ids()
    for path in taken(paths, problems):
        part = structure.part(path)
        below = structure.below(path)
        name = below.split("/", 1)[1] if part else below
        try:
            label = class_of(structure.label(path))
            sample_id = ids.new(id_below(name), part or "")
        except Fault as fault:
            problems.add(path, fault)
            continue
        labels = (label,) if label else ()
        yield AudioSample(sample_id, path, labels, part, annotated=bool(label))
