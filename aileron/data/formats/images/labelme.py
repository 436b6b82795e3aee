"""LabelMe: one JSON beside each picture, as wkentaro's labelme draws and saves it.

Coordinates are pixels from the upper left. What stands in no field of labelme (attributes, the
names of key points) is in fields of its own, which labelme keeps when it saves. Flags of a picture
that are true are its labels; a picture without a JSON waits for annotation. Key points are points
that share `group_id` with a box or an outline: theirs is the class, the points' labels are names.
Circles become polygons.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import decode_text, parse_json
from aileron.data.formats.documents import field as required
from aileron.data.formats.images.labelme_shapes import (
    grouped,
    kind_of,
    read_shapes,
    true_flags,
    written_shapes,
)
from aileron.data.formats.images.pictures import Pictures
from aileron.data.formats.images.shapes import (
    objects_of,
    scalars,
    task_of,
)
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import ImageSample, Label, Task
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy
from aileron.data.layout import Part
from aileron.data.trees.structure import PART_NAMES

VERSION: Final = "5.5.0"
"""Of labelme, whose fields these are: the first with masks was 5.3."""
LISTS: Final = ("labels.txt", "flags.txt")
"""What labelme is started with: the classes of shapes, and those of whole pictures."""
NO_PART: Final = "default"
_NO_CLASSES: Final = frozenset(("__ignore__", "_background_"))
_KINDS: Final = {
    "rectangle": "box",
    **dict.fromkeys(("polygon", "mask", "circle", "rotation", "oriented_rectangle"), "outline"),
}
_MARKS: Final = (b'"flags"', b'"imagePath"', b'"imageData"', b'"version"')


class Labelme(Format[ImageSample]):
    """The JSON of wkentaro's labelme."""

    name = "labelme"
    title: ClassVar[Mapping[str, str]] = {"en": "LabelMe", "zh": "LabelMe"}
    modality = "image"
    tasks: ClassVar[tuple[Task, ...]] = (
        "instance_segmentation",
        "detection",
        "key_points",
        "semantic_segmentation",
        "classification",
    )
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.LABELS: KEPT,
        Trait.SEVERAL_LABELS: KEPT,
        Trait.BOXES: KEPT,
        Trait.POLYGONS: KEPT,
        Trait.MASKS: KEPT,
        Trait.KEY_POINTS: lossy("no_skeleton"),
        Trait.CROWDS: KEPT,
        Trait.ATTRIBUTES: KEPT,
        Trait.OBJECT_ATTRIBUTES: KEPT,
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: KEPT,
    }
    layout = (
        "[{part}/]{sample_id}\n[{part}/]{sample_id without suffix}.json\nlabels.txt | flags.txt"
    )
    source = "https://github.com/wkentaro/labelme/blob/main/labelme/_label_file.py"

    def recognises(self, tree: Tree) -> bool:
        paths = tree.paths()
        first = next((path for path in paths if path.endswith(".json")), None)
        if first is not None:
            return _is_labelme(tree.head(first))
        return any(path in LISTS for path in paths)

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        paths = tree.paths()
        documents = [path for path in paths if path.endswith(".json")]
        lists = [path for path in paths if path in LISTS]
        if not documents and not lists:
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        survey = _Survey([name for path in lists for name in _listed(tree, path)])
        for path in documents:
            survey.look(tree, path)
        samples = _samples(tree, documents, survey, problems)
        return Reading(task or survey.task(), survey.labels(), samples)

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        names = {label.name: label.point_names for label in writing.labels}
        parted = any(sample.split for sample in writing.samples)
        taken: set[str] = set()
        for sample in writing.samples:
            folder = sample.split or NO_PART if parted else ""
            path = posixpath.join(folder, sample.sample_id)
            sink.write(path, writing.media(sample))
            if sample.annotated:
                document = _document(sample, posixpath.basename(path), names)
                sink.write(_json_path(path, taken), document)
        listed = LISTS[writing.task == "classification"]
        sink.write(listed, "".join(f"{label.name}\n" for label in writing.labels).encode())


def _json_path(picture: str, taken: set[str]) -> str:
    """Beside the picture, named by it; with its suffix where another one has the name."""
    path = f"{posixpath.splitext(picture)[0]}.json"
    if path in taken:
        path = f"{picture}.json"
    taken.add(path)
    return path


def _is_labelme(head: bytes) -> bool:
    return b'"shapes"' in head and any(mark in head for mark in _MARKS)


def _listed(tree: Tree, path: str) -> list[str]:
    lines = (line.strip() for line in decode_text(tree, path).splitlines())
    return [line for line in lines if line and line not in _NO_CLASSES]


@dataclass
class _Survey:
    """What all files say together: found first, since each says only a part of it."""

    names: list[str]
    """Of the classes; those of the lists come first."""
    point_names: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _met: set[str] = field(default_factory=set)
    _kinds: set[str] = field(default_factory=set)

    def look(self, tree: Tree, path: str) -> None:
        """Note the classes of a file; what is wrong with it is told when it is read."""
        try:
            content = _content(tree, path)
            labels = true_flags(content)
            self._met.update(labels)
            self._kinds.update(["label"] if labels else [])
            for label, dots, names in grouped(required(content, "shapes", list)):
                self._met.add(label)
                known = self.point_names[label] if names or dots else []
                met = (*names, *(str(dot["label"]) for dot in dots))
                known.extend(dict.fromkeys(name for name in met if name not in known))
                if dots:
                    self._kinds.add("points")
            self._kinds.update(_KINDS.get(kind_of(shape), "") for shape in content["shapes"])
        except Fault:
            return

    def labels(self) -> tuple[Label, ...]:
        """The classes that are listed, then those that are met."""
        names = dict.fromkeys((*self.names, *sorted(self._met)))
        return tuple(Label(name, tuple(self.point_names.get(name, ()))) for name in names)

    def task(self) -> Task:
        """The richest task that a file is of."""
        return task_of(self._kinds)


def _content(tree: Tree, path: str) -> Mapping[str, Any]:
    """The JSON object in a file; what keeps it from being read is a fault of its sample only."""
    try:
        content = parse_json(tree, path)
    except InvalidInput as error:
        raise Fault(error.message_id.removeprefix("data.formats."), **error.values) from None
    if not isinstance(content, dict):
        raise Fault("wrong_field", field=".", found=str(content)[:60], wanted="{}")
    return content


def _samples(
    tree: Tree, documents: Sequence[str], survey: _Survey, problems: Problems
) -> Iterator[ImageSample]:
    pictures = Pictures(tree)
    parted = _is_parted(pictures.paths)
    used: set[str] = set()
    for path in documents:
        try:
            content = _content(tree, path)
            picture = _picture(content, path, pictures)
            again = picture in used
            used.add(picture)
            sample = _sample(content, picture, pictures, survey)
        except Fault as fault:
            problems.add(path, fault)
            used.update(filter(None, [_beside(path, pictures)]))  # it does not wait for annotation
            continue
        if again:
            problems.add(path, Fault("twice", name=picture))
            continue
        yield _placed(sample, parted)
    for picture in pictures.unused(used):
        try:
            width, height = pictures.size(picture)
        except Fault as fault:
            problems.add(picture, fault)
            continue
        yield _placed(ImageSample(picture, picture, width, height, annotated=False), parted)


def _is_parted(paths: Sequence[str]) -> bool:
    """Whether the first folders are parts."""
    tops = {path.split("/")[0].lower() for path in paths}
    return bool(tops & PART_NAMES.keys()) and tops <= {*PART_NAMES, NO_PART}


def _placed(sample: ImageSample, parted: bool) -> ImageSample:
    if not parted:
        return sample
    top, _, below = sample.sample_id.partition("/")
    part: Part | None = PART_NAMES.get(top.lower())
    return replace(sample, sample_id=below, split=part)


def _picture(content: Mapping[str, Any], path: str, pictures: Pictures) -> str:
    """The path of the picture: as the file says, or the one that lies beside it."""
    name = required(content, "imagePath", str).replace("\\", "/")
    folder = posixpath.dirname(path)
    said = posixpath.normpath(posixpath.join(folder, name))
    base = posixpath.basename(name)
    found = pictures.find(said) or pictures.find(base, (folder,)) or _beside(path, pictures)
    if found is None:
        raise Fault("no_picture", file=name)
    return found


def _beside(path: str, pictures: Pictures) -> str | None:
    """The picture that has the name of a file, but for the suffix."""
    folder, name = posixpath.split(path)
    return pictures.find(posixpath.splitext(name)[0], (folder,))


def _sample(
    content: Mapping[str, Any], picture: str, pictures: Pictures, survey: _Survey
) -> ImageSample:
    width, height = content.get("imageWidth"), content.get("imageHeight")
    if type(width) is not int or type(height) is not int or width < 1 or height < 1:
        width, height = pictures.size(picture)
    said = required(content, "shapes", list)
    drawn = list(read_shapes(said, survey.point_names, width, height))
    return ImageSample(
        sample_id=picture,
        media=picture,
        width=width,
        height=height,
        labels=true_flags(content),
        objects=objects_of(drawn, width, height),
        attributes=scalars(content.get("attributes"), "attributes"),
    )


def _document(sample: ImageSample, picture: str, point_names: Mapping[str, Sequence[str]]) -> bytes:
    import orjson

    shapes: list[dict[str, Any]] = []
    for number, thing in enumerate(sample.objects, 1):
        shapes.extend(written_shapes(thing, sample, number, point_names.get(thing.label, ())))
    content: dict[str, Any] = {
        "version": VERSION,
        "flags": dict.fromkeys(sample.labels, True),
        "shapes": shapes,
        "imagePath": picture,
        "imageData": None,
        "imageHeight": sample.height,
        "imageWidth": sample.width,
    }
    if sample.attributes:
        content["attributes"] = dict(sample.attributes)
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)
