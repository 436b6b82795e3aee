"""A folder per class of text files, a text each: ATP's `dir`.

Folders of parts may stand above those of the classes. Texts in a folder ``unlabelled``, or in
none, wait for annotation. The class is part of the id, since other classes may have a file of
the same name.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from aileron.core.errors import InvalidInput
from aileron.data.formats.folders import find_folders, folder_notes
from aileron.data.formats.ids import Ids
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import AudioSample, Task, TextSample
from aileron.data.formats.text.file_names import folder_name, name_of_folder
from aileron.data.formats.text.kinds import UNLABELLED, kind_of, says_unlabelled
from aileron.data.formats.text.lines import encoding_notes, files_with
from aileron.data.formats.text.plain_text import whole_text
from aileron.data.formats.text.values import class_name
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused
from aileron.data.trees.structure import Structure


class TextFolders(Format[TextSample]):
    """Folders of texts."""

    name = "text_folders"
    title: ClassVar[Mapping[str, str]] = {"en": "Folder per class", "zh": "按类别分文件夹"}
    modality = "text"
    tasks: ClassVar[tuple[Task, ...]] = ("classification",)
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: lossy("ids_by_path"),
        Trait.TEXTS: KEPT,
        Trait.LABELS: KEPT,
        Trait.SEVERAL_LABELS: refused(),
        Trait.PAIRS: refused(),
        Trait.TAGS: refused(),
        Trait.SPANS: refused(),
        Trait.RELATIONS: refused(),
        Trait.TURNS: refused(),
        Trait.ATTRIBUTES: refused(),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: lossy("classes_of_samples"),
    }
    layout = f"[{{part}}/]{{class}}/{{sample_id}}.txt\n[{{part}}/]{UNLABELLED}/{{sample_id}}.txt"
    source = "https://scikit-learn.org/stable/modules/generated/sklearn.datasets.load_files.html"

    def recognises(self, tree: Tree) -> bool:
        return kind_of(tree) == self.name

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[TextSample]:
        paths = files_with(tree, (".txt",))
        if not paths:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        structure = find_folders(paths)
        notes = (*encoding_notes(tree, paths), *folder_notes(structure))
        samples = _samples(tree, paths, structure, problems)
        return Reading(self.wanted(task, "classification"), (), samples, known=False, notes=notes)

    def write(self, writing: Writing[TextSample], sink: Sink) -> None:
        for sample in writing.samples:
            sink.write(f"{path_of(sample)}.txt", sample.text.encode())


def path_of(sample: TextSample | AudioSample) -> str:
    """Where `sample` is written: its part, its class and its id, a name in one folder.

    Folders below that of a class could be taken for classes themselves.
    """
    folder = folder_name(sample.labels[0]) if sample.labels else UNLABELLED
    name = folder_name(sample.sample_id.removeprefix(f"{folder}/"))
    return posixpath.join(sample.split or "", folder, name)


def id_below(path: str) -> str:
    """The id of the file at `path` below the folder of its part."""
    folder, _, name = path.rpartition("/")
    return posixpath.join(folder, name_of_folder(name))


def class_of(folder: str | None) -> str | None:
    """The class whose folder is called `folder`; None if it says that there is none."""
    if folder is None or says_unlabelled(folder):
        return None
    return class_name(name_of_folder(folder), "label")


def _samples(
    tree: Tree, paths: Sequence[str], structure: Structure, problems: Problems
) -> Iterator[TextSample]:
    ids = Ids()
    for path in paths:
        part = structure.part(path)
        below = structure.below(path)
        name = below.split("/", 1)[1] if part else below
        try:
            label = class_of(structure.label(path))
            sample_id = ids.new(id_below(name.removesuffix(".txt")), part or "")
            text = whole_text(tree, path)
        except Fault as fault:
            problems.add(path, fault)
        except InvalidInput as error:
            problems.add_error(path, error)
        else:
            labels = (label,) if label else ()
            yield TextSample(sample_id, text, labels=labels, split=part, annotated=bool(label))
