"""Semantic segmentation in PNGs: beside each picture a mask, whose pixels say the class.

Masks are written with a palette, and `labelmap.txt` gives each class its colour and, by its line,
its number, as in Pascal VOC and CVAT's "Segmentation mask". Read are palettes and colours by that
file, and gray masks by number, where `classes.txt` may stand for it or nothing; then classes are
numbers. What is called background, the number 0 and VOC's border (255) are no class. A picture
without a mask waits for annotation.
"""

from __future__ import annotations

import io
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import decode_text
from aileron.data.formats.images.geometry import (
    box_of_mask,
    decode_mask,
    encode_mask,
    mask_of_polygons,
)
from aileron.data.formats.images.pictures import Pictures
from aileron.data.formats.images.rasters import check_pixels
from aileron.data.formats.parts import part_in
from aileron.data.formats.port import Format, Reading, Sink, Tree, Writing
from aileron.data.formats.problems import Fault, Problems
from aileron.data.formats.records import ImageSample, Label, Object, Task
from aileron.data.formats.traits import KEPT, TRAITS, Keep, Trait, lossy, refused
from aileron.data.layout import Part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

IMAGES: Final = "images"
MASKS: Final = "masks"
LISTS: Final = "ImageSets/Segmentation"
LABELMAP: Final = "labelmap.txt"
CLASSES: Final = "classes.txt"
BACKGROUND: Final = "background"
MASK_FOLDERS: Final = ("masks", "mask", "segmentationclass", "segmentationclasspng")
IMAGE_FOLDERS: Final = ("images", "image", "imgs", "jpegimages")
BORDER: Final = 255
"""The number of pixels that VOC leaves open."""
MOST_CLASSES: Final = 255
_BORDER_COLOUR: Final = (224, 224, 192)


class Colour(NamedTuple):
    """Of a class in a mask."""

    red: int
    green: int
    blue: int


class MaskPng(Format[ImageSample]):
    """A PNG of class numbers or colours for each picture."""

    name = "mask_png"
    title: ClassVar[Mapping[str, str]] = {"en": "Mask PNGs", "zh": "掩码 PNG"}
    modality = "image"
    tasks: ClassVar[tuple[Task, ...]] = ("semantic_segmentation",)
    keeps: ClassVar[Mapping[Trait, Keep]] = {
        **dict.fromkeys(TRAITS["image"], refused()),
        Trait.IDS: KEPT,
        Trait.POLYGONS: lossy("polygons_to_pixels"),
        Trait.MASKS: lossy("one_class_each"),
        Trait.SPLITS: KEPT,
        Trait.UNANNOTATED: KEPT,
        Trait.EMPTY_CLASSES: KEPT,
    }
    layout = (
        "labelmap.txt\nimages/{sample_id}\nmasks/{sample_id without suffix}.png\n"
        "[ImageSets/Segmentation/{part}.txt]"
    )
    source = "https://docs.cvat.ai/docs/manual/advanced/formats/format-smask"

    def recognises(self, tree: Tree) -> bool:
        paths = tree.paths()
        return _is_masks(paths) and not any(path.endswith((".xml", ".json")) for path in paths)

    def read(self, tree: Tree, task: Task | None, problems: Problems) -> Reading[ImageSample]:
        if not _is_masks(tree.paths()):
            raise InvalidInput("data.formats.no_annotations", where=tree.name, layout=self.layout)
        palette = _read_palette(tree)
        labels = tuple(Label(name) for name in palette.names if name != BACKGROUND)
        samples = _samples(tree, palette, problems)
        return Reading(task or "semantic_segmentation", labels, samples, known=bool(palette.file))

    def write(self, writing: Writing[ImageSample], sink: Sink) -> None:
        names = [label.name for label in writing.labels if label.name != BACKGROUND]
        if len(names) >= MOST_CLASSES:
            raise InvalidInput("data.formats.many_classes", count=len(names), most=MOST_CLASSES - 1)
        colours = [_colour(number) for number in range(len(names) + 1)]
        numbers = {name: number for number, name in enumerate(names, 1)}
        parts: dict[Part, list[str]] = {}
        taken: set[str] = set()
        for sample in writing.samples:
            sink.write(posixpath.join(IMAGES, sample.sample_id), writing.media(sample))
            name = posixpath.splitext(sample.sample_id)[0]
            name = sample.sample_id if name in taken else name
            taken.add(name)
            if sample.annotated:
                mask = _indexed(_painted(sample, numbers), colours)
                sink.write(posixpath.join(MASKS, f"{name}.png"), mask)
            if sample.split is not None:
                parts.setdefault(sample.split, []).append(name)
        for part, listed in parts.items():
            sink.write(f"{LISTS}/{part}.txt", "".join(f"{name}\n" for name in listed).encode())
        sink.write(LABELMAP, _labelmap([BACKGROUND, *names], colours))


@dataclass(frozen=True)
class _Palette:
    """The classes by number, with their colours where the file gives them."""

    file: str
    """That lists them; empty, if none does."""
    names: tuple[str, ...]
    colours: Mapping[Colour, str]

    def name(self, number: int) -> str | None:
        """The class of a gray pixel; None if it is none."""
        if number == 0 and (not self.names or self.names[0] == BACKGROUND):
            return None
        foreground = [name for name in self.names if name != BACKGROUND]
        if number == BORDER and len(foreground) == 1:
            return foreground[0]  # black and white
        if self.file and number == BORDER:
            return None
        if not self.file:
            return str(number)
        if number >= len(self.names):
            raise Fault("colour_unknown", colour=number, file=self.file)
        return self.names[number]

    def of_colour(self, colour: Colour) -> str | None:
        """The class of a coloured pixel; None if it is none."""
        if colour in self.colours:
            name = self.colours[colour]
            return None if name == BACKGROUND else name
        if colour in ((0, 0, 0), _BORDER_COLOUR):
            return None
        shown = ",".join(map(str, colour))
        raise Fault("colour_unknown", colour=shown, file=self.file or LABELMAP)


def _is_masks(paths: Sequence[str]) -> bool:
    """Whether there are folders of masks beside such of pictures, or pictures that wait for masks.

    A class of pictures may be called mask too.
    """
    pictures = {posixpath.dirname(root) for path in paths if (root := _image_root(path))}
    masks = {posixpath.dirname(root) for path in paths if (root := _mask_root(path))}
    waiting = LABELMAP in paths and any(path.startswith(f"{IMAGES}/") for path in paths)
    return waiting or bool(pictures & masks)


def _read_palette(tree: Tree) -> _Palette:
    """The classes of the first file that lists some."""
    for path in sorted(tree.paths(), key=lambda path: (path.count("/"), path)):
        name = posixpath.basename(path)
        if name == LABELMAP:
            return _read_labelmap(tree, path)
        if name == CLASSES:
            lines = [line.strip() for line in decode_text(tree, path).splitlines()]
            listed = tuple(dict.fromkeys(line for line in lines if line))
            first = () if BACKGROUND in listed else (BACKGROUND,)
            return _Palette(path, (*first, *listed), {})
    return _Palette("", (), {})


def _read_labelmap(tree: Tree, path: str) -> _Palette:
    """Lines of ``name:red,green,blue:parts:actions``, of which all but the name may be empty."""
    found: dict[Colour, str] = {}
    names: list[str] = []
    for number, line in enumerate(decode_text(tree, path).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, rest = _fields(line)
        colour = _parsed(rest) if rest else _colour(len(names))
        if not name or colour is None:
            raise InvalidInput("data.formats.bad_labelmap", where=f"{path}:{number}")
        names.append(name)
        found.setdefault(colour, name)
    return _Palette(path, tuple(names), found)


def _fields(line: str) -> tuple[str, str]:
    """Name and colour; a name may have colons of its own."""
    parts = line.strip().rsplit(":", 3)
    if len(parts) < 4:
        parts = [*line.strip().split(":", 1), ""]
    return parts[0].strip(), parts[1].strip()


def _parsed(text: str) -> Colour | None:
    values = text.split(",")
    if len(values) != 3 or not all(v.strip().isascii() and v.strip().isdigit() for v in values):
        return None
    numbers = [int(value) for value in values if len(value) < 5]
    return Colour(*numbers) if len(numbers) == 3 and max(numbers) < 256 else None


def _mask_root(path: str) -> str | None:
    """The folder of masks that a PNG lies in; None if it is no mask."""
    if not path.lower().endswith(".png"):
        return None
    folders = path.split("/")[:-1]
    for place, folder in enumerate(folders):
        if folder.lower() in MASK_FOLDERS:
            return "/".join(folders[: place + 1])
    return None


def _samples(tree: Tree, palette: _Palette, problems: Problems) -> Iterator[ImageSample]:
    pictures = Pictures(tree)
    masks = {path: root for path in pictures.paths if (root := _mask_root(path)) is not None}
    by_name = {}
    for path, root in masks.items():
        folder = posixpath.dirname(root)
        by_name[posixpath.join(folder, posixpath.splitext(path[len(root) + 1 :])[0])] = path
    used: set[str] = set()
    parts = _parts(tree)
    for path in pictures.paths:
        root = _image_root(path)
        if root is None or path in masks or "/segmentationobject/" in f"/{path.lower()}":
            continue
        below = path[len(root) :].lstrip("/")
        folder = posixpath.dirname(root)
        stem = posixpath.splitext(below)[0]
        whole = by_name.get(posixpath.join(folder, below))
        mask = whole or by_name.get(posixpath.join(folder, stem))
        try:
            sample = _sample(tree, path, below, mask, palette, pictures)
        except Fault as fault:
            problems.add(mask or path, fault)
            used.update([mask] if mask else [])
            continue
        listed = parts.get(below if whole else stem, parts.get(stem))
        yield replace(sample, split=listed or part_in(folder))
        used.update([mask] if mask else [])
    for mask in sorted(masks.keys() - used):
        stem = posixpath.splitext(mask[len(masks[mask]) + 1 :])[0]
        problems.add(mask, Fault("no_picture", file=stem))


def _image_root(path: str) -> str | None:
    """The folder of pictures that `path` lies in; None if it lies in none."""
    folders = path.split("/")[:-1]
    for place, folder in enumerate(folders):
        if folder.lower() in IMAGE_FOLDERS:
            return "/".join(folders[: place + 1])
    return None


def _parts(tree: Tree) -> dict[str, Part]:
    """The part of each picture that a list names."""
    found: dict[str, Part] = {}
    for path in tree.paths():
        folder, name = posixpath.split(path)
        part = part_in(name) if folder.endswith(LISTS) and name.endswith(".txt") else None
        if part is not None:
            lines = decode_text(tree, path).splitlines()
            found |= {line.strip(): part for line in lines if line.strip()}
    return found


def _sample(
    tree: Tree, path: str, name: str, mask: str | None, palette: _Palette, pictures: Pictures
) -> ImageSample:
    width, height = pictures.size(path)
    things = () if mask is None else _things(tree, mask, palette, (width, height))
    return ImageSample(name, path, width, height, objects=things, annotated=mask is not None)


def _things(tree: Tree, path: str, palette: _Palette, size: tuple[int, int]) -> tuple[Object, ...]:
    """One object for each class that a mask has pixels of."""
    width, height = size
    check_pixels(width, height)
    pixels: dict[str, NDArray[np.bool_]] = {}
    for name, found in _layers(tree, path, palette, size):
        pixels[name] = pixels[name] | found if name in pixels else found
    made = []
    order = {name: place for place, name in enumerate(palette.names)}
    for name, found in sorted(pixels.items(), key=lambda pair: order.get(pair[0], 0)):
        counts = encode_mask(found)
        made.append(Object(name, box_of_mask(counts, height, width), mask=counts))
    return tuple(made)


def _layers(
    tree: Tree, path: str, palette: _Palette, size: tuple[int, int]
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Each class of a mask with its pixels; a class may come twice."""
    import numpy as np
    import PIL.Image

    try:
        with PIL.Image.open(io.BytesIO(tree.read(path)), formats=("PNG",)) as picture:
            if picture.size != size:
                said = f"{picture.width} x {picture.height}"
                raise Fault("wrong_size", said=said, found=f"{size[0]} x {size[1]}")
            gray = _is_gray(picture, palette)
            values = np.asarray(picture if gray else picture.convert("RGB"))
    except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError):
        raise Fault("mask_unreadable", file=path) from None
    if not gray:
        codes = values.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    else:
        codes = values.astype(np.int64)
    for code in np.unique(codes).tolist():
        colour = Colour(code >> 16, code >> 8 & 255, code & 255)
        name = palette.name(int(code)) if gray else palette.of_colour(colour)
        if name is not None:
            yield name, codes == code


def _is_gray(picture: Image, palette: _Palette) -> bool:
    """Whether pixels are numbers of classes: in gray, or where the file gives no colours."""
    if picture.mode == "P" and palette.colours:
        known = (*palette.colours, _BORDER_COLOUR)
        listed = picture.getpalette("RGB") or []
        pairs = picture.getcolors(256) or []
        starts = [3 * number for _, number in pairs if isinstance(number, int)]
        return not all(tuple(listed[start : start + 3]) in known for start in starts)
    return picture.mode in ("1", "L", "P", "I", "I;16")


def _painted(sample: ImageSample, numbers: Mapping[str, int]) -> NDArray[np.uint8]:
    """The number of the class of each pixel; a later object covers an earlier one."""
    import numpy as np

    pixels = np.zeros((sample.height, sample.width), np.uint8)
    size = sample.height, sample.width
    for thing in sample.objects:
        mask = thing.mask
        if mask is None and thing.polygons:
            mask = mask_of_polygons(thing.polygons, *size)
        if mask is not None and thing.label in numbers:
            pixels[decode_mask(mask, *size)] = numbers[thing.label]
    return pixels


def _indexed(pixels: NDArray[np.uint8], colours: Sequence[Colour]) -> bytes:
    import PIL.Image

    picture = PIL.Image.fromarray(pixels).convert("L")
    picture.putpalette([value for colour in colours for value in colour])
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=False)
    return out.getvalue()


def _colour(number: int) -> Colour:
    """The colour of a class by VOC's rule: the bits of the number, dealt to the three in turn."""
    red, green, blue = 0, 0, 0
    for place in range(8):
        low = number >> (3 * place)
        red |= (low & 1) << (7 - place)
        green |= (low >> 1 & 1) << (7 - place)
        blue |= (low >> 2 & 1) << (7 - place)
    return Colour(red, green, blue)


def _labelmap(names: Sequence[str], colours: Sequence[Colour]) -> bytes:
    pairs = zip(names, colours, strict=True)
    lines = (f"{name}:{','.join(map(str, colour))}::\n" for name, colour in pairs)
    return ("# label:color_rgb:parts:actions\n" + "".join(lines)).encode()
