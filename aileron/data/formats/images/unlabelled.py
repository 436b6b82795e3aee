"""Pictures that nobody has said anything of yet, in whatever folders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from aileron.core.errors import InvalidInput
from aileron.data.formats.images.pictures import Pictures
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import TASKS, ImageSample, Task
from aileron.data.formats.traits import KEPT, TRAITS, Keep, Trait, lossy, refused
from aileron.data.trees.structure import find_structure


class UnlabelledPictures(Format[ImageSample]):
    """All pictures wait for annotation; folders are a part of their ids."""

    name = "pictures"
    title: ClassVar[Mapping[str, str]] = {"en": "Pictures without labels", "zh": "未标注图片"}
    modality = "image"
    tasks: ClassVar[tuple[Task, ...]] = TASKS["image"]
    fallback = True
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        **dict.fromkeys(TRAITS["image"], refused()),
        Trait.IDS: KEPT,
        Trait.SPLITS: lossy("left_out"),
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: lossy("no_empty_classes"),
    }
    layout = "{sample_id}"
    source = "docs/reference/formats.md"

    def recognises(self, tree: Tree) -> bool:
        """Pictures and nothing else, in no folders that could be classes."""
        pictures = Pictures(tree).paths
        structure = find_structure(pictures)
        return len(pictures) == len(tree.paths()) > 0 and not any(map(structure.label, pictures))

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        pictures = Pictures(tree)
        if not pictures.paths:
            raise InvalidInput("data.formats.no_pictures", where=tree.name)
        samples = _waiting(pictures, problems)
        return Reading(self.wanted(task, "classification"), (), samples, known=False)

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        for sample in writing.samples:
            sink.write(sample.sample_id, writing.media(sample))


def _waiting(pictures: Pictures, problems: Problems) -> Iterator[ImageSample]:
    structure = find_structure(pictures.paths)
    for path in pictures.paths:
        try:
            size = pictures.size(path)
        except Fault as fault:
            problems.add(path, fault)
            continue
        yield ImageSample(
            structure.below(path), path, width=size.width, height=size.height, annotated=False
        )
