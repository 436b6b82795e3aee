"""YOLO: a text per picture, one object a line, coordinates as shares of the picture's sides.

Written as Ultralytics reads it: ``class x y width height`` (the centre), ``class x y x y ...`` for
an outline, ``class x y width height x y visibility ...`` for key points. Also read are the layouts
of Roboflow (``train/images``), CVAT (lists of pictures) and Darknet (``obj.data``, ``obj.names``),
and pictures with texts beside them. A picture without a text is one with nothing on it. The names
of key points are in ``kpt_names``, which Ultralytics knows, and lines between them in
``skeleton``, which is ours. Oriented boxes are read as outlines of four points.
"""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

import yaml

from aileron.data.formats.documents import decode_text
from aileron.data.formats.images.geometry import box_of_polygons, check_box, check_polygon
from aileron.data.formats.images.pairs import NO_PART, NOTES, Pairs, Stems, read_pairs
from aileron.data.formats.images.pictures import Pictures, Size
from aileron.data.formats.images.yolo_config import (
    CONFIG,
    LISTED_NAMES,
    Config,
    find_configs,
    parts_of,
    read_config,
)
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems, at
from aileron.data.formats.records import (
    Box,
    ImageSample,
    KeyPoint,
    Label,
    Object,
    Polygon,
    Task,
)
from aileron.data.formats.traits import KEPT, Keep, Trait, lossy, refused
from aileron.data.layout import Part
from aileron.data.trees.structure import PART_NAMES

IMAGES: Final = "images"
LABELS: Final = "labels"
SUFFIX: Final = ".txt"
_FOLDERS: Final[Mapping[Part | None, str]] = {
    "train": "train",
    "validation": "val",
    "test": "test",
    None: NO_PART,
}
_LINE: Final = re.compile(rb"\s*\d+(\s+-?[\d.]+(e-?\d+)?){4,}\s*(\n|\r|$)", re.IGNORECASE)
_OTHER_TEXTS: Final = frozenset((*LISTED_NAMES, "labelmap.txt", "trainval.txt", "requirements.txt"))
_NO_POINT: Final = KeyPoint(0.0, 0.0, 0)
_DIGITS: Final = 8
"""Behind the point: exact to a ten-thousandth of a pixel in any picture."""


class Yolo(Format[ImageSample]):
    """You Only Look Once, in the layout of Ultralytics."""

    name = "yolo"
    title: ClassVar[Mapping[str, str]] = {"en": "YOLO", "zh": "YOLO"}
    modality = "image"
    tasks: ClassVar[tuple[Task, ...]] = ("detection", "instance_segmentation", "key_points")
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        Trait.IDS: KEPT,
        Trait.LABELS: refused(),
        Trait.SEVERAL_LABELS: refused(),
        Trait.BOXES: KEPT,
        Trait.POLYGONS: lossy("one_outline"),
        Trait.MASKS: refused("masks_not_polygons"),
        Trait.KEY_POINTS: KEPT,
        Trait.CROWDS: lossy("like_single"),
        Trait.ATTRIBUTES: lossy("left_out"),
        Trait.OBJECT_ATTRIBUTES: lossy("left_out"),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: lossy("like_empty"),
        Trait.EMPTY_CLASSES: KEPT,
    }
    layout = f"{CONFIG}\n{IMAGES}/{{part}}/{{sample_id}}\n{LABELS}/{{part}}/{{sample_id}}{SUFFIX}"
    source = "https://docs.ultralytics.com/datasets/"

    def recognises(self, tree: Tree) -> bool:
        if find_configs(tree):
            return True
        stems = {_base(path) for path in Pictures(tree).paths}
        texts = (path for path in tree.paths() if path.endswith(SUFFIX) and _base(path) in stems)
        first = next((path for path in texts if tree.size(path)), None)
        return first is not None and _LINE.match(tree.head(first, 65536)) is not None

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        config, pictures = read_config(tree), Pictures(tree)
        pairs = Pairs(pictures.paths, _notes(tree, pictures.paths), config.paths, parted=True)
        parts = parts_of(config, tree, pictures.paths, problems)
        reader = _Reader(tree, config)
        found = task or _task_of(tree, config, pairs.note_of.values())

        def sample_of(picture: str, note: str | None) -> ImageSample:
            size = pictures.size(picture)
            part = pairs.part(picture)
            if not pairs.in_part_folder(picture):
                part = parts.get(picture, part)
            things = () if note is None else reader.objects(note, size)
            return ImageSample(
                pairs.ids[picture], picture, size.width, size.height, (), tuple(things), part
            )

        labels = {label.name: label for label in config.labels or ()}
        samples = read_pairs(pairs, problems, sample_of)
        return Reading(found, tuple(labels.values()), samples, config.labels is not None)

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        numbers = {label.name: i for i, label in enumerate(writing.labels)}
        posed = writing.task == "key_points"
        count = max((len(label.point_names) for label in writing.labels), default=0)
        if posed:
            met = (len(thing.points) for sample in writing.samples for thing in sample.objects)
            count = max(count, 1, *met)
        stems = Stems()
        folders: dict[str, None] = {}
        for sample in writing.samples:
            folder = _FOLDERS[sample.split]
            folders[folder] = None
            path = f"{folder}/{sample.sample_id}"
            stem = stems.take(path)
            sink.write(f"{IMAGES}/{path}", writing.media(sample))
            if sample.annotated:
                lines = _lines(sample, numbers, count if posed else 0)
                sink.write(f"{LABELS}/{stem}{SUFFIX}", "".join(f"{n}\n" for n in lines).encode())
        sink.write(CONFIG, _config(writing.labels, count if posed else 0, list(folders)))


class _Reader:
    """Reads the texts of one dataset."""

    def __init__(self, tree: Tree, config: Config) -> None:
        self._tree = tree
        self._config = config

    def objects(self, path: str, size: Size) -> Iterator[Object]:
        """The objects that a text describes.

        Raises:
            Fault: a line is wrong; knows which.
            InvalidInput: it is no text.
        """
        for number, line in enumerate(decode_text(self._tree, path).splitlines(), 1):
            words = line.split()
            if words:
                with at(number):
                    yield self._object(self._label(words[0]), [_number(w) for w in words[1:]], size)

    def _label(self, word: str) -> Label:
        number = _number(word)
        labels = self._config.labels
        if not number.is_integer() or not 0 <= number < (len(labels) if labels else 1e6):
            known = f"0-{len(labels) - 1}" if labels else "0, 1, 2"
            raise Fault("unknown_label", name=word[:60], classes=known)
        return labels[int(number)] if labels else Label(str(int(number)))

    def _object(self, label: Label, values: Sequence[float], size: Size) -> Object:
        config, count = self._config, len(values)
        pixels = [value * size[i % 2] for i, value in enumerate(values)]
        if config.point_count and count == 4 + config.point_count * config.point_size:
            points = _points(values[4:], config.point_size, size)
            shown = points[: len(label.point_names) or None]
            if not any(point.visibility for point in shown):
                shown = ()
            return Object(label.name, _box(pixels[:4], size), points=shown)
        if count == 4:
            return Object(label.name, _box(pixels, size))
        if count < 6 or count % 2:
            raise Fault("yolo_line", count=count)
        check_polygon(pixels, *size)
        outline = (tuple(pixels),)
        return Object(label.name, box_of_polygons(outline), outline)


def _box(centred: Sequence[float], size: Size) -> Box:
    x, y, width, height = centred
    box = Box(x - width / 2, y - height / 2, width, height)
    check_box(box, *size)
    return box


def _points(values: Sequence[float], each: int, size: Size) -> tuple[KeyPoint, ...]:
    """Key points; without a visibility, one at the origin is not labelled (as in Ultralytics)."""
    found = []
    for i in range(0, len(values), each):
        x, y, *said = values[i : i + each]
        seen = said[0] if said else 2.0 * (x > 0 or y > 0)
        if seen not in (0, 1, 2):
            raise Fault("wrong_field", field="visibility", found=seen, wanted="0 / 1 / 2")
        found.append(KeyPoint(x * size.width, y * size.height, int(seen)))
    return tuple(found)


def _number(word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        raise Fault("not_a_number", found=word[:60]) from None
    if not math.isfinite(value):
        raise Fault("not_finite")
    return value


def _notes(tree: Tree, pictures: Iterable[str]) -> list[str]:
    """The texts that describe pictures: beside them, or in folders of labels."""
    folders = {posixpath.dirname(path) for path in pictures}
    return [
        path
        for path in tree.paths()
        if path.endswith(SUFFIX)
        and (
            not NOTES.isdisjoint(path.lower().split("/")[:-1])
            or (posixpath.dirname(path) in folders and not _is_other(posixpath.basename(path)))
        )
    ]


def _is_other(name: str) -> bool:
    """Whether a text beside pictures is known to be of something else."""
    stem = _base(name).lower()
    return name in _OTHER_TEXTS or stem in PART_NAMES or stem.startswith("readme")


def _task_of(tree: Tree, config: Config, notes: Iterable[str]) -> Task:
    """The task that the configuration or the first object shows."""
    if config.point_count:
        return "key_points"
    first = next((head.split(b"\n")[0] for head in map(tree.head, notes) if head.strip()), b"")
    return "instance_segmentation" if len(first.split()) > 6 else "detection"


def _lines(sample: ImageSample, numbers: Mapping[str, int], count: int) -> Iterator[str]:
    """The lines of a picture, with `count` key points for each object."""
    outlined = not count and any(thing.polygons for thing in sample.objects)
    size = Size(sample.width, sample.height)
    for thing in sample.objects:
        if outlined:
            shares = _shares(_joined(thing.polygons or (_corners(thing.box),)), size)
        else:
            left, top, right, bottom = _shares(
                _corners(thing.box)[:2] + _corners(thing.box)[4:6], size
            )
            shares = [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]
        for point in (*thing.points, *[_NO_POINT] * (count - len(thing.points)))[:count]:
            shares += [*_shares(point[:2], size), point.visibility]
        said = (f"{share:.{_DIGITS}f}".rstrip("0").rstrip(".") for share in shares)
        yield " ".join((str(numbers[thing.label]), *said))


def _shares(places: Sequence[float], size: Size) -> list[float]:
    """Coordinates as shares of the sides; what lies outside is moved to the edge."""
    return [min(max(place / size[i % 2], 0.0), 1.0) for i, place in enumerate(places)]


def _corners(box: Box) -> Polygon:
    x, y, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    return (x, y, right, y, right, bottom, x, bottom)


def _joined(polygons: Sequence[Polygon]) -> Polygon:
    """One outline of several: joined there and back where they are nearest, as Ultralytics does."""
    whole, *others = [list(zip(p[0::2], p[1::2], strict=True)) for p in polygons]
    for other in others:
        pairs = ((i, j) for i in range(len(whole)) for j in range(len(other)))
        i, j = min(pairs, key=lambda pair: math.dist(whole[pair[0]], other[pair[1]]))
        whole = whole[: i + 1] + other[j:] + other[: j + 1] + whole[i:]
    return tuple(place for point in whole for place in point)


def _config(labels: Sequence[Label], count: int, folders: Sequence[str]) -> bytes:
    """``data.yaml``. Ultralytics asks for `train` and `val`, so one may stand for the other."""
    train = next((name for name in ("train", *folders) if name in folders), NO_PART)
    places = {"train": train, "val": "val" if "val" in folders else train, "test": "test"}
    if "test" not in folders:
        del places["test"]
    content: dict[str, Any] = {part: f"{IMAGES}/{folder}" for part, folder in places.items()}
    content["names"] = {i: label.name for i, label in enumerate(labels)}
    if count:
        content["kpt_shape"] = [count, 3]
        content["kpt_names"] = {i: list(label.point_names) for i, label in enumerate(labels)}
        content["skeleton"] = {
            i: [list(p) for p in label.skeleton] for i, label in enumerate(labels)
        }
    written: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    return written.encode()


def _base(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]
