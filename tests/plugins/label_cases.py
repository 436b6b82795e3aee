"""A label spec of each kind of labelling, a sample for it, and what somebody says of that."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from aileron.data.annotation import (
    AnnotatedObject,
    AnnotatedSegment,
    AnnotatedSpan,
    Annotation,
    ObjectBox,
    ObjectPoint,
    SpanRelation,
)
from aileron.data.formats.images.geometry import box_of_mask, box_of_polygons, encode_mask
from aileron.data.formats.images.shapes import polygon_of_box
from aileron.data.formats.records import Box
from aileron.label.spec import LabelSpec

WIDTH, HEIGHT = 97, 61
"""Of the picture; odd, so that percents are no round numbers."""
PICTURE = {"sample_id": "a/one.png", "width": WIDTH, "height": HEIGHT, "attributes": {}}
ATTRIBUTES = [
    {"name": "occluded", "kind": "boolean", "of": "object"},
    {"name": "side", "kind": "choice", "choices": ["left", "right $5"], "of": "object"},
    {"name": "count", "kind": "number", "of": "object"},
    {"name": "note", "kind": "text", "of": "object"},
    {"name": "blurred", "kind": "boolean"},
]
_ODD = "$5 <b> & \"q\" 'x'"
_CLASSES = [
    {"name": "normal", "display_name": "正常", "colour": "#1f77b4", "shortcut": "q"},
    {"name": "defective", "description": 'it has "cracks"'},
]
_CROWD = {"name": "crowd", "kind": "boolean", "of": "object"}
_PEOPLE = [
    {"name": "person", "points": ["nose", "hand"]},
    {"name": "dog", "points": ["nose", "tail"]},
]
_BLURRED = {"attributes": {"blurred": False}}


@dataclass(frozen=True)
class LabelCase:
    """One kind of labelling."""

    name: str
    spec: LabelSpec
    sample: dict[str, Any]
    annotation: Annotation


def label_case(name: str) -> LabelCase:
    """The one of that name."""
    return next(one for one in label_cases() if one.name == name)


def label_cases() -> list[LabelCase]:
    """One of each kind."""
    return [*_pictures(), *_texts(), *_recordings(), *_series()]


def same(one: Annotation, other: Annotation) -> bool:
    """Whether both say the same: masks and words exactly, places within a millionth."""
    return _same(one.model_dump(), other.model_dump())


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, float):
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-6)
    return bool(one == other)


def _pictures() -> list[LabelCase]:
    segments = "instance_segmentation"
    return [
        _case("classification", "image", {"labels": ["defective"]}),
        _case(
            "classification", "image", {"labels": ["normal", _ODD]}, name="multi",
            label_type="multi", classes=[*_CLASSES, {"name": _ODD}],
        ),
        _case(
            "detection", "image", {"objects": _boxes(), **_BLURRED}, tool="box",
            attributes=[*ATTRIBUTES, _CROWD],
        ),
        _case(
            segments, "image", {"objects": _outlines()}, name="polygons", tool="polygon",
            attributes=ATTRIBUTES,
        ),
        _case(
            segments, "image", {"objects": _turned()}, name="rotated boxes", tool="rotated_box",
            attributes=ATTRIBUTES,
        ),
        _case(
            segments, "image", {"objects": _masks(2)}, name="masks", tool="mask",
            attributes=ATTRIBUTES,
        ),
        _case("semantic_segmentation", "image", {"objects": _masks(1)}, tool="mask"),
        _case(
            "key_points", "image", {"objects": _people()}, tool="points", attributes=ATTRIBUTES,
            classes=_PEOPLE,
        ),
    ]  # fmt: skip


def _texts() -> list[LabelCase]:
    spans = [_span("normal", 1, 4), _span("defective", 0, 2), _span("normal", 5, 9)]
    relations = [
        SpanRelation(label="owns", head=2, tail=0),
        SpanRelation(label="sees", head=0, tail=1),
    ]
    return [
        _case(
            "classification", "text", {"labels": ["normal"], **_BLURRED}, name="text",
            sample={"text": "first line\nsecond & <last>"}, attributes=ATTRIBUTES[-1:],
        ),
        _case(
            "matching", "text", {"labels": ["defective"]}, sample={"text": "one", "pair": "two"}
        ),
        _case(
            "entities", "text", {"spans": spans, "relations": relations},
            sample={"text": "😀中🚀 ab\ncd😀"}, relations=["owns", "sees"],
        ),
        _case(
            "sequence_labelling", "text",
            {"tags": ["B-normal", "I-normal", "B-normal", "O", "B-defective"]},
            sample={"tokens": ["中", "😀文", "a b", ",", "x"]},
        ),
    ]  # fmt: skip


def _recordings() -> list[LabelCase]:
    heard = [("normal", 0.0, 1.234567), ("defective", 0.5, 2.000125), ("normal", 1.25, 3.5)]
    segments = [AnnotatedSegment(label=name, start=a, end=b) for name, a, b in heard]
    return [
        _case("classification", "audio", {"labels": ["normal"]}, name="audio"),
        _case(
            "event_detection", "audio", {"segments": segments, **_BLURRED},
            sample={"seconds": 3.5}, attributes=ATTRIBUTES[-1:],
        ),
    ]  # fmt: skip


def _series() -> list[LabelCase]:
    """Of numbers, below zero too, and of dates."""
    numbers = [("normal", -2.5, 1.25), ("defective", 0.0, 7.125)]
    dates = [("normal", 1467331200.0, 1467334800.5), ("defective", 1467333000.0, 1467345600.0)]
    return [
        _case(
            "event_detection", "series",
            {"segments": [AnnotatedSegment(label=name, start=a, end=b) for name, a, b in said],
             **_BLURRED},
            name=f"series of {time}s",
            sample={"first": said[0][1], "last": said[-1][2], "time": time},
            attributes=ATTRIBUTES[-1:],
            channels=("level", "flow $5"),
            time=time,
        )
        for time, said in (("number", numbers), ("date", dates))
    ]  # fmt: skip


def _case(
    task: str,
    modality: str,
    said: dict[str, Any],
    *,
    name: str | None = None,
    sample: dict[str, Any] | None = None,
    classes: Any = None,
    label_type: str = "single",
    **spec: Any,
) -> LabelCase:
    full = {"task": task, "modality": modality, "label_type": label_type, **spec}
    return LabelCase(
        name or task,
        LabelSpec.model_validate({**full, "classes": classes or _CLASSES}),
        {**PICTURE, **(sample or {})},
        Annotation(**said),
    )


def _boxes() -> list[AnnotatedObject]:
    said = {"occluded": True, "side": "right $5", "count": 3, "note": 'a "b"\nc'}
    return [
        AnnotatedObject(label="normal", box=_box(1.25, 2, 30.125, 17.3), attributes=said),
        AnnotatedObject(label="defective", box=_box(0, 0, WIDTH, HEIGHT), crowd=True),
    ]


def _outlines() -> list[AnnotatedObject]:
    pieces = ((1.5, 2.0, 30.0, 3.25, 17.7, 40.1), (50.0, 50.0, 60.0, 50.0, 60.0, 60.0, 50.0, 60.0))
    things = (
        ("normal", pieces, {"occluded": False, "count": 2.5}),
        ("defective", pieces[:1], {}),
    )
    return [
        AnnotatedObject(
            label=label, box=_box(*box_of_polygons(parts)), polygons=parts, attributes=said
        )
        for label, parts, said in things
    ]


def _turned() -> list[AnnotatedObject]:
    made = []
    for label, degrees in (("normal", 30.0), ("defective", 0.0), ("normal", 250.5)):
        box = Box(40.0, 30.0, 20.0, 10.0)
        polygon = tuple(round(v, 6) for v in polygon_of_box(box, degrees, (box.x, box.y)))
        around = _box(*(round(v, 6) for v in box_of_polygons([polygon])))
        said = {"note": label}
        made.append(AnnotatedObject(label=label, box=around, polygons=(polygon,), attributes=said))
    return made


def _masks(of_each: int) -> list[AnnotatedObject]:
    random = np.random.default_rng(7)
    made = []
    for label in ("normal", "defective") * of_each:
        pixels = random.random((HEIGHT, WIDTH)) < 0.3
        pixels[5:30, 7:50] = True
        pixels[:3] = False
        counts = encode_mask(pixels)
        box = box_of_mask(counts, HEIGHT, WIDTH)
        made.append(AnnotatedObject(label=label, box=_box(*box), mask=counts.decode()))
    return made


def _people() -> list[AnnotatedObject]:
    def point(x: float, y: float, visibility: int = 2) -> ObjectPoint:
        return ObjectPoint(x=x, y=y, visibility=visibility)

    return [
        AnnotatedObject(
            label="person",
            box=_box(1, 1, 40, 50),
            points=(point(3.3, 4.4, 1), point(0, 0, 0)),
            attributes={"occluded": True},
        ),
        AnnotatedObject(
            label="person", box=_box(2, 2, 30, 40), points=(point(5, 6), point(7.125, 8))
        ),
        AnnotatedObject(label="dog", box=_box(50, 20, 40, 40)),
    ]


def _span(label: str, start: int, end: int) -> AnnotatedSpan:
    return AnnotatedSpan(label=label, start=start, end=end)


def _box(x: float, y: float, width: float, height: float) -> ObjectBox:
    return ObjectBox(x=x, y=y, width=width, height=height)
