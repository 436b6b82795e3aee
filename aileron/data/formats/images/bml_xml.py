"""Pictures and, of the same base name, XML as Pascal VOC has it: boxes of a detection.

Baidu's BML imports it (BML-DVIS-03 and -06), Roboflow exports it. A picture without XML waits for
annotation. Folders of parts (``train``, ``valid``, ``test``) may stand above all.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from typing import ClassVar

from aileron.core.errors import InvalidInput
from aileron.data.formats.images.pairs import Pairs, Stems, part_prefixes, read_pairs
from aileron.data.formats.images.pictures import Pictures
from aileron.data.formats.images.voc import NOTES
from aileron.data.formats.images.voc_xml import (
    check_name,
    is_voc_xml,
    objects_of,
    parse_voc,
    size_of,
    voc_xml,
)
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Problems
from aileron.data.formats.records import ImageSample, Object, Task
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused

SUFFIX = ".xml"


class BmlXml(Format[ImageSample]):
    """Pairs of a picture and an XML beside it."""

    name = "bml_xml"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Pictures with XML (BML)",
        "zh": "图片与同名 XML（BML）",
    }
    modality = "image"
    tasks: ClassVar[tuple[Task, ...]] = ("detection",)
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.LABELS: refused(),
        Trait.SEVERAL_LABELS: refused(),
        Trait.BOXES: KEPT,
        Trait.POLYGONS: refused(),
        Trait.MASKS: refused(),
        Trait.KEY_POINTS: refused(),
        Trait.CROWDS: refused(),
        Trait.ATTRIBUTES: lossy("left_out"),
        Trait.OBJECT_ATTRIBUTES: lossy("strings_only"),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: lossy("classes_not_listed"),
    }
    layout = "{part}/{sample_id}\n{part}/{sample_id without suffix}.xml"
    source = "https://cloud.baidu.com/doc/BML/index.html"

    def recognises(self, tree: Tree) -> bool:
        notes = _notes(tree)
        stems = {posixpath.splitext(posixpath.basename(path))[0] for path in Pictures(tree).paths}
        paired = (p for p in notes if posixpath.splitext(posixpath.basename(p))[0] in stems)
        first = next(paired, None)
        in_folder = first is not None and NOTES.lower() in first.lower().split("/")[:-1]
        return first is not None and not in_folder and is_voc_xml(tree, first)

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        notes, pictures = _notes(tree), Pictures(tree)
        if not notes:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        pairs = Pairs(pictures.paths, notes, parted=True)

        def sample_of(picture: str, note: str | None) -> ImageSample:
            things: tuple[Object, ...] = ()
            if note is None:
                size = pictures.size(picture)
            else:
                root = parse_voc(tree, note)
                size = size_of(root, pictures, picture)
                things = objects_of(root, size)
            return ImageSample(
                sample_id=pairs.ids[picture],
                media=picture,
                width=size.width,
                height=size.height,
                objects=things,
                split=pairs.part(picture),
                annotated=note is not None,
            )

        return Reading(task or "detection", (), read_pairs(pairs, problems, sample_of), False)

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        for label in writing.labels:
            check_name(label.name, self.name)
        stems, prefixes = Stems(), part_prefixes(writing.samples)
        for sample in writing.samples:
            path = f"{prefixes[sample.split]}{sample.sample_id}"
            stem = stems.take(path)
            sink.write(path, writing.media(sample))
            if sample.annotated:
                sink.write(f"{stem}{SUFFIX}", voc_xml(sample))


def _notes(tree: Tree) -> Sequence[str]:
    return [path for path in tree.paths() if path.lower().endswith(SUFFIX)]
