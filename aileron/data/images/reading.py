"""What a source says of its pictures, by the format that it is in; none is decoded yet.

A folder per class and a table of labels are found as they always were (`finding`); every other
format of `aileron.data.formats` is read through its reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase
from aileron.data.formats import Format, Problems, find_format, formats
from aileron.data.formats.problems import Fault
from aileron.data.formats.records import ImageSample, Label
from aileron.data.images.checking import read_member
from aileron.data.images.finding import Found, find_pictures
from aileron.data.images.spec import ImageSpec
from aileron.data.refusals import LeftOut
from aileron.data.trees.archive import Archive
from aileron.data.trees.paths import is_picture
from aileron.data.trees.structure import find_structure
from aileron.data.trees.tree import FileTree

FOLDERS: Final = ("image_csv", "image_folders")
"""The formats that `finding` reads."""
UNLABELLED: Final = "pictures"
"""Taken only where it is named: labels that are not found may be a mistake."""


@dataclass(frozen=True)
class Source:
    """The candidates in the order of the source, and what was left out already."""

    samples: Sequence[ImageSample]
    medium: Callable[[ImageSample], bytes | Phrase]
    """The bytes of a picture, or why it has none."""
    refused: LeftOut
    labels: tuple[Label, ...] | None
    """The classes in order; None: those that the samples have."""
    notes: Sequence[str]


def read_source(archive: Archive, name: str, spec: ImageSpec) -> Source:
    """What the archive called `name` holds.

    Raises:
        InvalidInput: it is in no format, or not in the one said.
    """
    tree = FileTree(name, archive)
    format_ = _format(tree, spec)
    if format_ is None:
        return _by_folders(archive, find_pictures(archive, spec.label_type, name))
    problems = Problems()
    reading = format_.read(tree, spec.task, problems)
    samples = tuple(_fitting(reading.samples, spec, problems))
    looked_at = [one for one in samples if one.annotated]
    if spec.task == "classification" and looked_at and not any(one.labels for one in looked_at):
        raise InvalidInput("data.no_picture_labels", where=name, format=format_.name)
    delivered = reading.media or (lambda sample: tree.read(sample.media))
    return Source(
        samples=samples,
        medium=lambda sample: _bytes(delivered, sample),
        refused=LeftOut.of(problems),
        labels=reading.labels if reading.known else None,
        notes=[f"read as {format_.name}", *(note.render("en") for note in reading.notes)],
    )


def _format(tree: FileTree, spec: ImageSpec) -> Format[ImageSample] | None:
    """The format said, or the one that fits; None if `finding` reads it."""
    if spec.format is not None:
        return None if spec.format in FOLDERS else find_format(spec.format, "image")
    if spec.task == "classification" and _has_class_folders(tree):
        return None  # whatever else lies beside the pictures
    tried = (one for one in formats("image") if one.name not in (*FOLDERS, UNLABELLED))
    fitting = [one for one in tried if one.recognises(tree)]
    suited = [one for one in fitting if spec.task in one.tasks]
    if len(suited) > 1:
        names = ", ".join(one.name for one in suited)
        raise InvalidInput("data.formats.several_fit", where=tree.name, formats=names)
    if not suited and spec.task != "classification":
        names = ", ".join(one.name for one in formats("image") if spec.task in one.tasks)
        raise InvalidInput("data.formats.not_recognised", where=tree.name, formats=names)
    return suited[0] if suited else None


def _has_class_folders(tree: FileTree) -> bool:
    """Whether the pictures lie in two folders of classes at least."""
    pictures = [path for path in tree.paths() if is_picture(path)]
    structure = find_structure(pictures)
    return len({structure.label(path) for path in pictures} - {None}) > 1


def _by_folders(archive: Archive, found: Found) -> Source:
    members = {member.path: member for member in found.members}
    samples = [
        ImageSample(place.sample_id, path, 0, 0, place.labels, split=place.part)
        for path, place in ((path, found.places[path]) for path in members)
    ]
    return Source(
        samples=samples,
        medium=lambda sample: read_member(archive, members[sample.media]),
        refused=LeftOut(list(found.refused)),
        labels=None,
        notes=tuple(_said(found)),
    )


def _fitting(
    samples: Iterable[ImageSample], spec: ImageSpec, problems: Problems
) -> Iterator[ImageSample]:
    """The samples that have what the task needs; a class each, if one is wanted."""
    single = spec.task == "classification" and spec.label_type == "single"
    for sample in samples:
        count = len(sample.labels)
        if single and sample.annotated and count != 1 and not sample.objects:
            problems.add(sample.media, Fault("label_count", count=count))
        else:
            yield sample


def _bytes(deliver: Callable[[ImageSample], bytes], sample: ImageSample) -> bytes | Phrase:
    try:
        return deliver(sample)
    except InvalidInput as error:
        return Phrase(error.message_id, error.values)


def _said(found: Found) -> Iterator[str]:
    if found.structure.root:
        yield f"classes are looked for in {found.structure.root}"
    if found.structure.has_parts:
        yield "the source gives the parts: train, validation, test"
    for name in found.structure.empty:
        yield f"folder {name} holds no picture and is no class"
    if found.others:
        yield f"{found.others:,} files that are no pictures are left out"
