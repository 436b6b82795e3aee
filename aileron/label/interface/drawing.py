"""What is drawn on pictures: boxes, turned boxes, outlines, masks, key points, both ways.

Label Studio has percent of the picture's sides, from the upper left; datasets have pixels of the
upright picture, kept here to a millionth. Parts of one object hang on its first by `parentID`, as
its key points hang on its box; key points that hang on nothing belong to the box around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.images.brush import decode_brush, encode_brush
from aileron.data.formats.images.geometry import (
    box_of_mask,
    box_of_polygons,
    decode_mask,
    encode_mask,
)
from aileron.data.formats.images.shapes import numbers, polygon_of_box
from aileron.data.formats.records import Box, Polygon
from aileron.label.annotation import AnnotatedObject, Annotation, ObjectBox
from aileron.label.interface.controls import CROWD, DRAWN
from aileron.label.interface.dotting import dots, join_points
from aileron.label.interface.drawable import brush_of, outlines_of, turned_box
from aileron.label.interface.saying import attributes_said, label_in, read_attributes
from aileron.label.spec import LabelSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EXISTING: Final = "existing"
"""What the ids of regions begin with that are objects of the dataset."""
_DIGITS: Final = 6
Result = dict[str, Any]


def drawings(
    spec: LabelSpec, sample: Mapping[str, Any], annotation: Annotation, prefix: str
) -> Iterator[Result]:
    """The results that draw the objects of `annotation`; what the tool cannot draw is left out."""
    size = {"original_width": sample["width"], "original_height": sample["height"]}
    for place, thing in enumerate(annotation.objects):
        for result in _drawing(spec, sample, thing, f"{prefix}{place}"):
            yield {**result, **size, "image_rotation": 0}


def _drawing(
    spec: LabelSpec, sample: Mapping[str, Any], thing: AnnotatedObject, region: str
) -> Iterator[Result]:
    control = DRAWN[spec.tool or "box"]
    value: dict[str, Any] = {}
    for number, value in enumerate(_values(spec, sample, thing)):
        own = f"{region}_{number}" if number else region
        said = control.result(own, {**value, control.key: [thing.label]})
        yield {**said, "parentID": region} if number else said
        if number == 0:
            where = {key: value[key] for key in value if key != "rle"}
            values = {**thing.attributes, CROWD: thing.crowd} if thing.crowd else thing.attributes
            asked = spec.attributes_of("object")
            yield from attributes_said(spec, asked, values, own, where)
    if spec.tool == "points" and value:
        yield from dots(spec, sample, thing, region)


def _values(
    spec: LabelSpec, sample: Mapping[str, Any], thing: AnnotatedObject
) -> Iterator[dict[str, Any]]:
    """Where the pieces of `thing` are, as the tool has them."""
    width, height = sample["width"], sample["height"]
    across, down = 100 / width, 100 / height
    if spec.tool == "mask":
        pixels = brush_of(thing, width, height)
        if pixels is not None:
            yield {"format": "rle", "rle": encode_brush(pixels)}
    elif spec.tool == "polygon":
        for polygon in outlines_of(thing, width, height):
            pairs = zip(polygon[0::2], polygon[1::2], strict=True)
            yield {"points": [[x * across, y * down] for x, y in pairs], "closed": True}
    else:
        box = Box(thing.box.x, thing.box.y, thing.box.width, thing.box.height)
        degrees = 0.0
        if spec.tool == "rotated_box" and thing.polygons:
            box, degrees = turned_box(thing.polygons)
        x, y, wide, high = box.x * across, box.y * down, box.width * across, box.height * down
        yield {"x": x, "y": y, "width": wide, "height": high, "rotation": degrees}


def read_drawings(
    spec: LabelSpec, sample: Mapping[str, Any], result: Sequence[Mapping[str, Any]]
) -> tuple[AnnotatedObject, ...]:
    """The objects that `result` draws on `sample`."""
    if any(item.get("image_rotation") for item in result):
        raise InvalidInput("label.interface.turned_picture")
    control = DRAWN[spec.tool or "box"]
    drawn = {str(item["id"]): item for item in result if item.get("from_name") == control.name}
    said: dict[str, list[Mapping[str, Any]]] = {}
    for item in result:
        said.setdefault(str(item.get("id")), []).append(item)
    things: dict[str, AnnotatedObject] = {}
    parts: dict[str, list[Polygon]] = {}
    for name, item in drawn.items():
        label = label_in(spec, item["value"])
        thing = _object(spec, sample, label, item)
        if thing is None:
            continue
        owner = things.get(str(item.get("parentID")))
        if owner is not None and owner.label == label and thing.polygons:
            parts.setdefault(str(item["parentID"]), []).extend(thing.polygons)
            continue
        things[name] = _with_said(spec, sample, thing, name, said[name])
    things |= {name: _with_parts(things[name], polygons) for name, polygons in parts.items()}
    if spec.tool == "points":
        things = join_points(spec, sample, things, result)
    if spec.task == "semantic_segmentation":
        return tuple(_one_per_class(things.values(), sample))
    return tuple(things.values())


def _object(
    spec: LabelSpec, sample: Mapping[str, Any], label: str, item: Mapping[str, Any]
) -> AnnotatedObject | None:
    value = item["value"]
    width, height = sample["width"], sample["height"]
    if spec.tool == "mask":
        pixels = _painted(item, width, height)
        if not pixels.any():
            return None
        return _of_mask(label, encode_mask(pixels), width, height)
    if spec.tool == "polygon":
        pairs = [numbers(pair, "points", 2) for pair in value["points"]]
        if len(pairs) < 3:
            return None
        return _of_polygon(
            label, [v for x, y in pairs for v in (x * width / 100, y * height / 100)]
        )
    keys = ("x", "y", "width", "height")
    x, y, wide, high = numbers([value[key] for key in keys], ", ".join(keys), 4)
    box = Box(x * width / 100, y * height / 100, wide * width / 100, high * height / 100)
    if box.width <= 0 or box.height <= 0:
        return None
    degrees = numbers([value.get("rotation") or 0], "rotation", 1)[0]
    if spec.tool == "rotated_box":
        return _of_polygon(label, polygon_of_box(box, degrees, (box.x, box.y)))
    if degrees:
        box = box_of_polygons([polygon_of_box(box, degrees, (box.x, box.y))])
    return AnnotatedObject(label=label, box=_box(box))


def _painted(item: Mapping[str, Any], width: int, height: int) -> NDArray[np.bool_]:
    """The pixels of a brush; of a picture that was shown smaller, the nearest ones.

    It never has more of them than the picture: what it says of its size costs memory.
    """
    import numpy as np

    numbers = item["value"]["rle"]
    wide, high = item.get("original_width") or width, item.get("original_height") or height
    if type(numbers) is not list or type(wide) is not int or type(high) is not int:
        raise TypeError("rle")  # a number in place of the list would become so many bytes
    if min(wide, high) < 1 or wide * high > width * height:
        size, found = f"{width} x {height}", f"{wide} x {high}"
        raise InvalidInput("label.interface.other_size", found=found[:40], size=size)
    pixels = decode_brush(numbers, wide, high)
    if (wide, high) == (width, height):
        return pixels
    rows = (np.arange(height) + 0.5) * high / height
    columns = (np.arange(width) + 0.5) * wide / width
    nearest: NDArray[np.bool_] = pixels[np.ix_(rows.astype(int), columns.astype(int))]
    return nearest


def _with_parts(owner: AnnotatedObject, parts: Sequence[Polygon]) -> AnnotatedObject:
    polygons = (*owner.polygons, *parts)
    return owner.model_copy(update={"polygons": polygons, "box": _box(box_of_polygons(polygons))})


def _with_said(
    spec: LabelSpec,
    sample: Mapping[str, Any],
    thing: AnnotatedObject,
    region: str,
    result: Sequence[Mapping[str, Any]],
) -> AnnotatedObject:
    """`thing` with its attributes, and those of the dataset's object that nobody is asked for."""
    asked = spec.attributes_of("object")
    names = {one.name for one in asked}
    said = read_attributes(spec, asked, result)
    before = _before(sample, region, thing.label)
    kept = {k: v for k, v in before.get("attributes", {}).items() if k not in names}
    crowd = said.pop(CROWD, False) if CROWD in names else before.get("crowd", False)
    return thing.model_copy(update={"attributes": {**kept, **said}, "crowd": bool(crowd)})


def _before(sample: Mapping[str, Any], region: str, label: str) -> Mapping[str, Any]:
    """The object of the dataset that a region was a suggestion of."""
    found = re.fullmatch(rf"{EXISTING}(\d+)", region)
    objects: Sequence[Mapping[str, Any]] = sample.get("objects") or ()
    if found is None or int(found[1]) >= len(objects):
        return {}
    thing = objects[int(found[1])]
    return thing if thing["label"] == label else {}


def _one_per_class(things: Any, sample: Mapping[str, Any]) -> Iterator[AnnotatedObject]:
    """The things of a class as one, as a semantic segmentation has them."""
    width, height = sample["width"], sample["height"]
    groups: dict[str, list[AnnotatedObject]] = {}
    for thing in things:
        groups.setdefault(thing.label, []).append(thing)
    for label, group in groups.items():
        if len(group) == 1:
            yield group[0]
            continue
        masks = (decode_mask((thing.mask or "").encode(), height, width) for thing in group)
        whole = next(masks)
        for mask in masks:
            whole |= mask
        joined = _of_mask(label, encode_mask(whole), width, height)
        attributes = {k: v for thing in reversed(group) for k, v in thing.attributes.items()}
        yield joined.model_copy(update={"attributes": attributes})


def _of_mask(label: str, counts: bytes, width: int, height: int) -> AnnotatedObject:
    box = box_of_mask(counts, height, width)
    return AnnotatedObject(label=label, box=_box(box), mask=counts.decode("ascii"))


def _of_polygon(label: str, places: Sequence[float]) -> AnnotatedObject:
    polygon: Polygon = tuple(round(place, _DIGITS) for place in places)
    return AnnotatedObject(label=label, box=_box(box_of_polygons([polygon])), polygons=(polygon,))


def _box(box: Box) -> ObjectBox:
    x, y, width, height = (round(value, _DIGITS) for value in box)
    return ObjectBox(x=x, y=y, width=width, height=height)
