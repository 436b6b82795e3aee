"""Key points: named dots that belong to a box, both ways."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.images.geometry import box_of_polygons
from aileron.data.formats.images.shapes import numbers
from aileron.label.annotation import AnnotatedObject, ObjectBox, ObjectPoint
from aileron.label.interface.controls import HIDDEN, VISIBILITY, points_control
from aileron.label.spec import LabelSpec

_SIZE: Final = 0.5
"""Of a dot on the screen, in percent."""
_DIGITS: Final = 6
_NOWHERE: Final = ObjectPoint(x=0.0, y=0.0, visibility=0)
Result = dict[str, Any]


@dataclass(frozen=True)
class _Dot:
    """One key point as it was drawn."""

    region: str
    parent: str
    label: str
    name: str
    point: ObjectPoint


def dots(
    spec: LabelSpec, sample: Mapping[str, Any], thing: AnnotatedObject, region: str
) -> Iterator[Result]:
    """The results that draw the key points of `thing`, whose box is `region`."""
    names = next((one.points for one in spec.classes if one.name == thing.label), ())
    for place, (name, point) in enumerate(zip(names, thing.points, strict=False)):
        if not point.visibility:
            continue
        control = points_control(spec, thing.label)
        own = f"{region}_point{place}"
        x, y = point.x * 100 / sample["width"], point.y * 100 / sample["height"]
        where = {"x": x, "y": y, "width": _SIZE}
        yield {**control.result(own, {**where, control.key: [name]}), "parentID": region}
        if point.visibility == 1:
            yield VISIBILITY.result(own, {**where, VISIBILITY.key: [HIDDEN]})


def join_points(
    spec: LabelSpec,
    sample: Mapping[str, Any],
    things: Mapping[str, AnnotatedObject],
    result: Sequence[Mapping[str, Any]],
) -> dict[str, AnnotatedObject]:
    """`things`, which are boxes, with the key points in `result`.

    A key point belongs to the box that it hangs on, else to the smallest of its class around it
    that lacks it, else to the nearest. Those of a class without a box make an object of their own.

    Raises:
        InvalidInput: two of the same name, and no box that tells them apart.
    """
    joined: dict[str, dict[str, ObjectPoint]] = {name: {} for name in things}
    alone: dict[str, dict[str, ObjectPoint]] = {}
    found = list(_read(spec, sample, result))
    for dot in sorted(found, key=lambda dot: dot.parent not in things):
        owner = dot.parent if dot.parent in things else _owner(dot, things, joined)
        own = joined[owner] if owner else alone.setdefault(dot.label, {})
        if dot.name in own:
            raise InvalidInput("label.interface.point_twice", point=dot.name, label=dot.label)
        own[dot.name] = dot.point
    names = {one.name: one.points for one in spec.classes}
    made = {
        name: thing.model_copy(update={"points": _ordered(names[thing.label], joined[name])})
        for name, thing in things.items()
    }
    for label, points in alone.items():
        made[f"points of {label}"] = AnnotatedObject(
            label=label, box=_around(points), points=_ordered(names[label], points)
        )
    return made


def _read(
    spec: LabelSpec, sample: Mapping[str, Any], result: Sequence[Mapping[str, Any]]
) -> Iterator[_Dot]:
    labels = {points_control(spec, one.name).name: one for one in spec.classes}
    hidden = {
        str(item["id"])
        for item in result
        if item.get("from_name") == VISIBILITY.name and HIDDEN in item["value"][VISIBILITY.key]
    }
    for item in result:
        label = labels.get(str(item.get("from_name")))
        if label is None:
            continue
        value = item["value"]
        chosen = value.get("keypointlabels")
        if not chosen:
            raise InvalidInput("label.interface.no_class")
        if chosen[0] not in label.points:
            known = ", ".join(label.points)
            raise InvalidInput("label.interface.unknown_label", label=chosen[0], known=known)
        x, y = numbers([value["x"], value["y"]], "x, y", 2)
        point = ObjectPoint(
            x=round(x * sample["width"] / 100, _DIGITS),
            y=round(y * sample["height"] / 100, _DIGITS),
            visibility=1 if str(item["id"]) in hidden else 2,
        )
        yield _Dot(str(item["id"]), str(item.get("parentID")), label.name, chosen[0], point)


def _owner(
    dot: _Dot,
    things: Mapping[str, AnnotatedObject],
    joined: Mapping[str, Mapping[str, ObjectPoint]],
) -> str | None:
    """The box that a dot belongs to that hangs on none; None where its class has no box."""
    own = [name for name, thing in things.items() if thing.label == dot.label]
    free = [name for name in own if dot.name not in joined[name]]
    if own and not free:
        raise InvalidInput("label.interface.point_twice", point=dot.name, label=dot.label)

    def distance(name: str) -> tuple[bool, float]:
        box, point = things[name].box, dot.point
        inside = 0 <= point.x - box.x <= box.width and 0 <= point.y - box.y <= box.height
        if inside:
            return False, box.width * box.height
        middle = (box.x + box.width / 2, box.y + box.height / 2)
        return True, math.dist(middle, (point.x, point.y))

    return min(free, key=distance, default=None)


def _ordered(names: Sequence[str], points: Mapping[str, ObjectPoint]) -> tuple[ObjectPoint, ...]:
    """The points in the order of their class's names; none if nobody drew one."""
    return tuple(points.get(name, _NOWHERE) for name in names) if points else ()


def _around(points: Mapping[str, ObjectPoint]) -> ObjectBox:
    places = tuple(value for point in points.values() for value in (point.x, point.y))
    x, y, width, height = box_of_polygons([places])
    return ObjectBox(x=x, y=y, width=width, height=height)
