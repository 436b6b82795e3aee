"""Label Studio's results: the regions of a picture as shapes, and what else is said of them.

Regions are told by what their values hold, since results call them by the names of controls.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from aileron.data.formats.documents import field as required
from aileron.data.formats.images import label_studio_config as config
from aileron.data.formats.images.brush import decode_brush
from aileron.data.formats.images.geometry import encode_mask
from aileron.data.formats.images.shapes import (
    CROWD,
    Shape,
    numbers,
    polygon_of_box,
    polygon_of_ellipse,
)
from aileron.data.formats.problems import Fault
from aileron.data.formats.records import (
    Attributes,
    Box,
    KeyPoint,
    Scalar,
)

HIDDEN: Final = "hidden"


def an_object(value: Any) -> Mapping[str, Any]:
    """`value` as a JSON object.

    Raises:
        Fault: it is something else.
    """
    if not isinstance(value, dict):
        raise Fault("wrong_field", field=".", found=str(value)[:60], wanted="{}")
    return value


@dataclass(frozen=True)
class Region:
    """One region that was drawn, with its classes."""

    name: str
    parent: str | None
    kind: str
    """Of `task_of`."""
    labels: tuple[str, ...]
    item: Mapping[str, Any]

    @property
    def value(self) -> Mapping[str, Any]:
        """Where it is."""
        return required(self.item, "value", dict)  # type: ignore[no-any-return]


def regions_of(results: Sequence[Mapping[str, Any]]) -> list[Region]:
    """The regions of a picture; a region without a class has it in another result of its id."""
    found: dict[str, Region] = {}
    drawn: dict[str, Mapping[str, Any]] = {}
    for number, item in enumerate(results):
        value = item.get("value")
        if not isinstance(value, dict) or not value.keys() & {"x", "points", "rle", "vertices"}:
            continue
        name = str(item.get("id", f"no id {number}"))
        drawn.setdefault(name, item)
        labels = _labels(value)
        if labels:
            parent = item.get("parentID")
            said = None if parent is None else str(parent)
            found[name] = Region(name, said, _kind(item, value), labels, item)
    if drawn.keys() - found.keys():
        raise Fault("empty_label")
    return list(found.values())


def _labels(value: Mapping[str, Any]) -> tuple[str, ...]:
    """The classes of a region: of ``rectanglelabels``, ``brushlabels``, ... or ``labels``."""
    lists = (found for key, found in value.items() if key.endswith("labels"))
    first = next((found for found in lists if isinstance(found, list)), [])
    return tuple(str(name) for name in first if name)


def _kind(item: Mapping[str, Any], value: Mapping[str, Any]) -> str:
    if "keypointlabels" in value or str(item.get("type", "")).startswith("keypoint"):
        return "points"
    plain = value.keys() >= {"x", "y", "width", "height"} and not value.get("rotation")
    return "box" if plain else "outline"


def read_shapes(
    results: Sequence[Mapping[str, Any]],
    regions: Sequence[Region],
    point_names: Mapping[str, Sequence[str]],
    width: int,
    height: int,
) -> Iterator[Shape]:
    """The shapes of a picture.

    Args:
        results: all of the picture, for the attributes of its regions.
        point_names: of each class, in the order of its key points.

    Raises:
        Fault: one cannot be used.
    """
    owners = {region.name: region for region in regions}
    attributes = _of_regions(results, owners)
    dots: dict[str, list[Region]] = defaultdict(list)
    for region in regions:
        owner = owners.get(region.parent or "")
        if region.kind == "points" and owner is not None and owner.kind != "points":
            dots[owner.name].append(region)
            continue
        shape = _shape(region, width, height)
        said = attributes[region.name]
        crowd = said.pop(CROWD, False) is True
        group = region.parent or region.name
        for label in region.labels:
            alone = len(region.labels) > 1
            group_of = None if alone else group
            yield replace(shape, label=label, group=group_of, crowd=crowd, attributes=said)
    for name, parts in dots.items():
        label = owners[name].labels[0]
        order = point_names[label]
        found = {part.labels[0]: _key_point(part, attributes, width, height) for part in parts}
        if len(found) != len(parts):
            raise Fault("point_count", found=len(parts), wanted=len(found))
        points = tuple(found.get(point, KeyPoint(0.0, 0.0, 0)) for point in order)
        yield Shape(label, points=points, group=owners[name].parent or name)


def _of_regions(
    results: Iterable[Mapping[str, Any]], owners: Mapping[str, Region]
) -> dict[str, dict[str, Scalar]]:
    """The attributes of regions, by their ids."""
    found: dict[str, dict[str, Scalar]] = defaultdict(dict)
    for item in results:
        if str(item.get("id")) in owners:
            found[str(item["id"])].update(attribute_of(item))
    return found


def attribute_of(item: Mapping[str, Any]) -> Attributes:
    """What a control says that is neither shape nor class: a text, a number, or a choice."""
    value, name = item.get("value"), item.get("from_name")
    if not isinstance(value, dict) or not isinstance(name, str):
        return {}
    texts = value.get("choices", value.get("text"))
    if isinstance(texts, str):
        texts = [texts]
    if isinstance(texts, list):
        text = "\n".join(map(str, texts))
        is_choice = "choices" in value and text in ("true", "false")
        return {name: text == "true" if is_choice else text}
    number = value.get("number", value.get("rating"))
    return {name: number} if type(number) in (int, float) else {}  # type: ignore[dict-item]


def _key_point(
    region: Region, attributes: Mapping[str, Attributes], width: int, height: int
) -> KeyPoint:
    x, y = numbers([region.value.get(key) for key in "xy"], "x, y", 2)
    hidden = attributes.get(region.name, {}).get(config.VISIBILITY) == HIDDEN
    return KeyPoint(x * width / 100, y * height / 100, 1 if hidden else 2)


def _shape(region: Region, width: int, height: int) -> Shape:
    value, across, down = region.value, width / 100, height / 100
    if region.item.get("image_rotation"):
        raise Fault("shape_unknown", kind="image_rotation")
    made = Shape(region.labels[0])
    if region.kind == "points":
        return replace(made, points=(_key_point(region, {}, width, height),))
    if "rle" in value:
        pixels = decode_brush(required(value, "rle", list), width, height)
        return replace(made, mask=encode_mask(pixels))
    if "points" in value:
        pairs = [numbers(pair, "points", 2) for pair in required(value, "points", list)]
        polygon = tuple(v for x, y in pairs for v in (x * across, y * down))
        return replace(made, polygon=polygon)
    turned = numbers([value.get("rotation") or 0], "rotation", 1)[0]
    if "radiusX" in value:
        keys = ("x", "y", "radiusX", "radiusY")
        x, y, wide, high = numbers([value.get(key) for key in keys], ", ".join(keys), 4)
        ellipse = (x * across, y * down, wide * across, high * down)
        return replace(made, polygon=polygon_of_ellipse(*ellipse, turned))
    keys = ("x", "y", "width", "height")
    if not value.keys() >= set(keys):
        raise Fault("shape_unknown", kind=str(region.item.get("type"))[:60])
    x, y, wide, high = numbers([value[key] for key in keys], ", ".join(keys), 4)
    box = Box(x * across, y * down, wide * across, high * down)
    if turned:  # around its upper left corner
        return replace(made, polygon=polygon_of_box(box, turned, (box.x, box.y)))
    return replace(made, box=box)
