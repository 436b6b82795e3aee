"""Label Studio's tasks in the making: a picture, and a result for each thing said of it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from aileron.data.formats.images import label_studio_config as config
from aileron.data.formats.images.brush import encode_brush
from aileron.data.formats.images.geometry import decode_mask
from aileron.data.formats.images.label_studio_regions import (
    HIDDEN,
)
from aileron.data.formats.images.shapes import (
    CROWD,
    Shape,
    shapes_of,
)
from aileron.data.formats.records import (
    ImageSample,
    Object,
)

IMAGES: Final = "images"
LOCAL: Final = "/data/local-files/?d="
"""How Label Studio serves files of its local storage; what follows is below its root."""
_POINT_SIZE: Final = 0.5


def task_entry(number: int, sample: ImageSample, controls: config.Controls) -> dict[str, Any]:
    """A task with all that is said of its picture."""
    data = {"image": LOCAL + quote(posixpath.join(IMAGES, sample.sample_id))}
    if sample.split is not None:
        data["split"] = sample.split
    results: list[dict[str, Any]] = []
    if sample.labels:
        results.append(_chosen("labels", config.LABELS, {"choices": list(sample.labels)}))
    for place, thing in enumerate(sample.objects):
        results.extend(_written(thing, f"{number}-{place}", sample, controls))
    size = {"original_width": sample.width, "original_height": sample.height}
    for result in results:
        result |= {**size, "image_rotation": 0}
    annotation = {"id": number, "was_cancelled": False, "ground_truth": False, "result": results}
    return {
        "id": number,
        "data": data,
        "meta": dict(sample.attributes),
        "annotations": [annotation] if sample.annotated else [],
        "predictions": [],
    }


def _written(
    thing: Object, name: str, sample: ImageSample, controls: config.Controls
) -> Iterator[dict[str, Any]]:
    shapes = shapes_of(thing, sample.width, sample.height, name, bool(thing.points))
    for number, shape in enumerate(shapes):
        own = f"{name}-{number}"
        parent = {"parentID": f"{name}-0"} if number else {}
        if shape.points:
            yield from _dots(shape, own, parent, sample, controls)
            continue
        control, value = _drawn(shape, sample)
        yield {**_chosen(own, control, value | {control.key: [shape.label]}), **parent}
        if number:
            continue
        place = {key: value[key] for key in value if key != "rle"}
        said = {**shape.attributes, **({CROWD: True} if shape.crowd else {})}
        for attribute, content in said.items():
            used = controls.of_attribute(attribute)
            yield _chosen(own, used, place | config.value_of(used, content))


def _dots(
    shape: Shape,
    name: str,
    parent: Mapping[str, str],
    sample: ImageSample,
    controls: config.Controls,
) -> Iterator[dict[str, Any]]:
    control = controls.of_points(shape.label)
    for point_name, point in zip(controls.point_names(shape.label), shape.points, strict=True):
        if not point.visibility:
            continue
        own = f"{name}-{point_name}"
        place = {"x": point.x * 100 / sample.width, "y": point.y * 100 / sample.height}
        value = {**place, "width": _POINT_SIZE}
        yield {**_chosen(own, control, value | {control.key: [point_name]}), **parent}
        if point.visibility == 1:
            yield _chosen(own, config.SEEN, value | {"choices": [HIDDEN]})


def _chosen(name: str, control: config.Control, value: Mapping[str, Any]) -> dict[str, Any]:
    """One result."""
    return {
        "id": name,
        "from_name": control.name,
        "to_name": config.PICTURE,
        "type": control.kind,
        "origin": "manual",
        "value": dict(value),
    }


def _drawn(shape: Shape, sample: ImageSample) -> tuple[config.Control, dict[str, Any]]:
    """The control that draws a shape, and where it is."""
    across, down = 100 / sample.width, 100 / sample.height
    if shape.box is not None:
        x, y, width, height = shape.box
        sides = {"x": x * across, "y": y * down, "width": width * across, "height": height * down}
        return config.BOXES, {**sides, "rotation": 0}
    if shape.polygon is not None:
        pairs = zip(shape.polygon[0::2], shape.polygon[1::2], strict=True)
        return config.OUTLINES, {"points": [[x * across, y * down] for x, y in pairs]}
    pixels = decode_mask(shape.mask or b"", sample.height, sample.width)
    return config.MASKS, {"format": "rle", "rle": encode_brush(pixels)}
