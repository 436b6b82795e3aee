"""What labelme says of one shape: read, and written.

Points of one `group_id` with a box or an outline are key points of that object; whatever else
shares a group is joined as `shapes` has it.
"""

from __future__ import annotations

import base64
import io
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from aileron.data.formats.documents import field as required
from aileron.data.formats.images.rasters import cut_mask, put_mask
from aileron.data.formats.images.shapes import (
    CROWD,
    Shape,
    numbers,
    polygon_of_ellipse,
    scalars,
    shapes_of,
)
from aileron.data.formats.problems import Fault
from aileron.data.formats.records import Box, ImageSample, KeyPoint, Object

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HIDDEN: Final = "hidden"
POINT_NAMES: Final = "key_points"


def true_flags(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The flags of a file or a shape that are true."""
    flags = content.get("flags") or {}
    if not isinstance(flags, dict):
        raise Fault("wrong_field", field="flags", found=str(flags)[:60], wanted="{}")
    return tuple(name for name, is_true in flags.items() if is_true is True and name)


def kind_of(shape: Any) -> str:
    """Box, polygon, ... by labelme's names; a shape of old files without one is a polygon."""
    return str(shape.get("shape_type") or "polygon") if isinstance(shape, dict) else ""


def grouped(
    shapes: Sequence[Any],
) -> Iterator[tuple[str, list[Mapping[str, Any]], Sequence[str]]]:
    """Each class with the points of one of its objects, and the names that it states.

    A point that belongs to no object is one itself.
    """
    groups: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
    for number, shape in enumerate(shapes):
        label = required(shape, "label", str)
        group = _group(shape)
        key: Any = ("alone", number) if group is None else group
        groups[key].append({**shape, "label": label})
    for together in groups.values():
        dots, others = _parted(together)
        if len({shape["label"] for shape in others}) == 1:
            names = next((s[POINT_NAMES] for s in others if _are_names(s)), ())
            yield others[0]["label"], dots, names
        else:
            for shape in together:
                yield shape["label"], [], ()


def _group(shape: Mapping[str, Any]) -> int | None:
    """The number of the object that the shape belongs to; anything else is none."""
    group = shape.get("group_id")
    return group if isinstance(group, int) else None


def _are_names(shape: Mapping[str, Any]) -> bool:
    names = shape.get(POINT_NAMES)
    return isinstance(names, list) and all(isinstance(name, str) for name in names)


def _parted(
    shapes: Iterable[Mapping[str, Any]],
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Points, and other shapes."""
    dots: list[Mapping[str, Any]] = []
    others: list[Mapping[str, Any]] = []
    for shape in shapes:
        (dots if kind_of(shape) == "point" else others).append(shape)
    return dots, others


def read_shapes(
    said: Sequence[Any], point_names: Mapping[str, Sequence[str]], width: int, height: int
) -> Iterator[Shape]:
    """The shapes of a file.

    Args:
        point_names: of each class, in the order of its key points.

    Raises:
        Fault: one cannot be used.
    """
    for shape in said:
        if not isinstance(shape, dict):
            raise Fault("wrong_field", field="shapes", found=str(shape)[:60], wanted="[{}]")
        if kind_of(shape) != "point":
            yield _shape(shape, width, height)
    joined: set[int] = set()
    for label, dots, _ in grouped(said):
        if dots:
            points = _key_points(dots, point_names[label])
            yield Shape(label, points=points, group=dots[0]["group_id"])
            joined.add(dots[0]["group_id"])
    for shape in said:
        if kind_of(shape) == "point" and _group(shape) not in joined:
            yield Shape(required(shape, "label", str), points=(_key_point(shape),))


def _key_points(dots: Sequence[Mapping[str, Any]], names: Sequence[str]) -> tuple[KeyPoint, ...]:
    """The points of an object in the order of its class; those it lacks are not labelled."""
    found = {str(dot["label"]): _key_point(dot) for dot in dots}
    if len(found) != len(dots):
        raise Fault("point_count", found=len(dots), wanted=len(found))
    return tuple(found.get(name, KeyPoint(0.0, 0.0, 0)) for name in names)


def _key_point(shape: Mapping[str, Any]) -> KeyPoint:
    x, y = _corners(shape, 1)[0]
    return KeyPoint(x, y, 1 if HIDDEN in true_flags(shape) else 2)


def _shape(shape: Mapping[str, Any], width: int, height: int) -> Shape:
    flags = shape.get("flags") or {}
    attributes = {
        **(flags if isinstance(flags, dict) else {}),
        **scalars(shape.get("attributes"), "attributes"),
    }
    crowd = attributes.pop(CROWD, False) is True
    made = Shape(
        required(shape, "label", str),
        group=_group(shape),
        crowd=crowd,
        attributes=scalars(attributes, "flags"),
    )
    kind = kind_of(shape)
    if kind == "mask":
        return replace(made, mask=_mask(shape, width, height))
    if kind == "rectangle" and len(required(shape, "points", list)) == 2:
        (x1, y1), (x2, y2) = _corners(shape, 2)
        return replace(made, box=Box(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)))
    if kind in ("polygon", "rectangle", "rotation", "oriented_rectangle"):
        return replace(made, polygon=tuple(v for corner in _corners(shape) for v in corner))
    if kind == "circle":
        (x, y), (edge_x, edge_y) = _corners(shape, 2)
        radius = math.hypot(edge_x - x, edge_y - y)
        return replace(made, polygon=polygon_of_ellipse(x, y, radius, radius))
    raise Fault("shape_unknown", kind=kind)


def _corners(shape: Mapping[str, Any], count: int | None = None) -> list[tuple[float, float]]:
    points = required(shape, "points", list)
    if count not in (None, len(points)):
        raise Fault("wrong_field", field="points", found=str(points)[:60], wanted=f"[{count}]")
    found = [numbers(point, "points", 2) for point in points]
    return [(x, y) for x, y in found]


def _mask(shape: Mapping[str, Any], width: int, height: int) -> bytes:
    """The mask over the whole picture; labelme has the part of it inside of a box."""
    (left, top), (right, low) = ((int(x), int(y)) for x, y in _corners(shape, 2))
    part = _png(required(shape, "mask", str), right - left + 1, low - top + 1)
    if part is None:
        raise Fault("mask_size", width=width, height=height)
    return put_mask(part, left, top, width, height)


def _png(text: str, width: int, height: int) -> NDArray[np.bool_] | None:
    """The pixels of a PNG in base 64; None if it is none, or not of this size."""
    import numpy as np
    from PIL import Image

    try:
        with Image.open(io.BytesIO(base64.b64decode(text)), formats=("PNG",)) as picture:
            if picture.size != (width, height):
                return None
            return np.asarray(picture.convert("L")) > 0
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def written_shapes(
    thing: Object, sample: ImageSample, group: int, names: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """The shapes of an object, in `group` if there are several.

    Args:
        names: of the key points of its class; numbers, if it has none.
    """
    box_too = bool(thing.points)  # the class of key points is that of their box
    for shape in shapes_of(thing, sample.width, sample.height, group, box_too):
        if shape.points:
            yield from _dots(shape, names or tuple(map(str, range(1, len(thing.points) + 1))))
            continue
        kind, points, more = _drawn(shape, sample)
        made = _base(shape.label, kind, points, shape.group) | more
        if shape.crowd:
            made["flags"] = {CROWD: True}
        if shape.attributes:
            made["attributes"] = dict(shape.attributes)
        if shape.box is not None and thing.points:
            made[POINT_NAMES] = list(names)
        yield made


def _dots(shape: Shape, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for name, point in zip(names, shape.points, strict=True):
        if point.visibility:
            made = _base(name, "point", [[point.x, point.y]], shape.group)
            made["flags"] = {HIDDEN: True} if point.visibility == 1 else {}
            yield made


def _base(label: str, kind: str, points: list[list[float]], group: Any) -> dict[str, Any]:
    return {
        "label": label,
        "points": points,
        "group_id": group,
        "description": "",
        "shape_type": kind,
        "flags": {},
    }


def _drawn(shape: Shape, sample: ImageSample) -> tuple[str, list[list[float]], dict[str, Any]]:
    """Kind, points and further fields of a shape."""
    if shape.box is not None:
        x, y, width, height = shape.box
        return "rectangle", [[x, y], [x + width, y + height]], {}
    if shape.polygon is not None:
        pairs = zip(shape.polygon[0::2], shape.polygon[1::2], strict=True)
        return "polygon", [[x, y] for x, y in pairs], {}
    pixels, left, top = cut_mask(shape.mask or b"", sample.width, sample.height)
    rows, columns = pixels.shape
    corners: list[list[float]] = [[left, top], [left + columns - 1, top + rows - 1]]
    return "mask", corners, {"mask": _png_text(pixels)}


def _png_text(pixels: NDArray[np.bool_]) -> str:
    import numpy as np
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode("ascii")
