"""Pictures and, of the same base name, JSON with labels: ``{"labels": [{"name": "car"}]}``.

Baidu's BML imports it (BML-DVIS-03 to -05): for classification, single or multi-label, an entry
has a name alone; for detection also ``x1, y1`` (upper left) and ``x2, y2`` (lower right), pixels
with fractions. Beside boxes, a name alone is a label of the picture. A picture without JSON waits
for annotation. Folders of parts may stand above all.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import NUMBER, field, parse_json
from aileron.data.formats.images.geometry import check_box
from aileron.data.formats.images.pairs import Pairs, Stems, part_prefixes, read_pairs
from aileron.data.formats.images.pictures import Pictures, Size
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import Box, ImageSample, Object, Task
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused

SUFFIX: Final = ".json"
CORNERS: Final = ("x1", "y1", "x2", "y2")
_FIELD: Final = re.compile(rb'"labels"\s*:\s*\[')
_FOREIGN: Final = re.compile(rb'"(?:shapes|imagePath|annotations|items|images)"\s*:')
"""Fields of JSON in LabelMe, COCO and Datumaro, which may have labels too."""


class BmlJson(Format[ImageSample]):
    """Pairs of a picture and a JSON beside it."""

    name = "bml_json"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Pictures with JSON (BML)",
        "zh": "图片与同名 JSON（BML）",
    }
    modality = "image"
    tasks: ClassVar[tuple[Task, ...]] = ("classification", "detection")
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.LABELS: KEPT,
        Trait.SEVERAL_LABELS: KEPT,
        Trait.BOXES: KEPT,
        Trait.POLYGONS: refused(),
        Trait.MASKS: refused(),
        Trait.KEY_POINTS: refused(),
        Trait.CROWDS: refused(),
        Trait.ATTRIBUTES: lossy("left_out"),
        Trait.OBJECT_ATTRIBUTES: lossy("left_out"),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: lossy("classes_not_listed"),
    }
    layout = "{part}/{sample_id}\n{part}/{sample_id without suffix}.json"
    source = "https://cloud.baidu.com/doc/BML/index.html"

    def recognises(self, tree: Tree) -> bool:
        stems = {_base(path) for path in Pictures(tree).paths}
        first = next((path for path in _notes(tree) if _base(path) in stems), None)
        if first is None:
            return False
        head = tree.head(first)
        return _FIELD.search(head) is not None and _FOREIGN.search(head) is None

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        notes, pictures = _notes(tree), Pictures(tree)
        if not notes:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        pairs = Pairs(pictures.paths, notes, parted=True)
        found = task or _task_of(tree, pairs.note_of.values())

        def sample_of(picture: str, note: str | None) -> ImageSample:
            size = pictures.size(picture)
            entries = [] if note is None else _entries(parse_json(tree, note))
            labels, things = [], []
            for entry in entries:
                if found != "classification" and _is_boxed(entry):
                    things.append(_object(entry, size))
                else:
                    labels.append(_name(entry))
            return ImageSample(
                sample_id=pairs.ids[picture],
                media=picture,
                width=size.width,
                height=size.height,
                labels=tuple(dict.fromkeys(labels)),
                objects=tuple(things),
                split=pairs.part(picture),
                annotated=note is not None,
            )

        return Reading(found, (), read_pairs(pairs, problems, sample_of), False)

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        import orjson

        stems, prefixes = Stems(), part_prefixes(writing.samples)
        for sample in writing.samples:
            path = f"{prefixes[sample.split]}{sample.sample_id}"
            stem = stems.take(path)
            sink.write(path, writing.media(sample))
            if sample.annotated:
                entries = [{"name": label} for label in sample.labels]
                entries += [_entry(thing) for thing in sample.objects]
                sink.write(f"{stem}{SUFFIX}", orjson.dumps({"labels": entries}))


def _task_of(tree: Tree, notes: Iterable[str]) -> Task:
    """The task of the first file that has an entry."""
    for note in notes:
        try:
            entries = _entries(parse_json(tree, note))
        except (Fault, InvalidInput):
            continue  # it becomes a problem when it is read
        if entries:
            return "detection" if any(map(_is_boxed, entries)) else "classification"
    return "classification"


def _entries(content: Any) -> Sequence[Any]:
    entries: Sequence[Any] = field(content, "labels", list)
    return entries


def _name(entry: Any) -> str:
    name: str = field(entry, "name", str)
    if not name.strip():
        raise Fault("empty_label")
    return name


def _is_boxed(entry: Any) -> bool:
    return isinstance(entry, dict) and any(corner in entry for corner in CORNERS)


def _object(entry: Any, size: Size) -> Object:
    label = _name(entry)
    left, top, right, bottom = (float(field(entry, corner, NUMBER)) for corner in CORNERS)
    box = Box(left, top, right - left, bottom - top)
    check_box(box, *size)
    return Object(label, box)


def _entry(thing: Object) -> dict[str, Any]:
    x, y, width, height = thing.box
    places = (x, y, x + width, y + height)
    return {"name": thing.label, **dict(zip(CORNERS, places, strict=True))}


def _notes(tree: Tree) -> Sequence[str]:
    return [path for path in tree.paths() if path.lower().endswith(SUFFIX)]


def _base(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]
