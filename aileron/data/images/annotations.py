"""Columns of ``samples.parquet`` for what is drawn on pictures, and the records from its rows.

An object is a struct, so that pandas, Polars, DuckDB and Hugging Face's reader see its fields.
Attributes are JSON: their names and kinds are the user's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from aileron.data.attributes import attributes_of, attributes_text
from aileron.data.formats.records import Box, ImageSample, KeyPoint, Object

if TYPE_CHECKING:
    import pyarrow as pa

OBJECTS = "objects"
ANNOTATED = "annotated"
ATTRIBUTES = "attributes"


def object_type() -> pa.DataType:
    """The struct of one object: label, box in pixels, outline, mask, key points."""
    import pyarrow as pa

    number = pa.float64()
    box = pa.struct([("x", number), ("y", number), ("width", number), ("height", number)])
    point = pa.struct([("x", number), ("y", number), ("visibility", pa.int8())])
    return pa.struct(
        [
            ("label", pa.string()),
            ("box", box),
            ("polygons", pa.list_(pa.list_(number))),
            ("mask", pa.binary()),
            ("points", pa.list_(point)),
            ("crowd", pa.bool_()),
            (ATTRIBUTES, pa.string()),
        ]
    )


def object_row(thing: Object) -> dict[str, Any]:
    """The struct of `thing`."""
    box = thing.box
    return {
        "label": thing.label,
        # Several times quicker than `_asdict`, of which an import makes two a box.
        "box": {"x": box.x, "y": box.y, "width": box.width, "height": box.height},
        "polygons": [list(polygon) for polygon in thing.polygons],
        "mask": thing.mask,
        "points": [point._asdict() for point in thing.points],
        "crowd": thing.crowd,
        ATTRIBUTES: attributes_text(thing.attributes),
    }


def object_of(row: Mapping[str, Any]) -> Object:
    """The object whose struct is `row`."""
    return Object(
        label=row["label"],
        box=Box(**row["box"]),
        polygons=tuple(tuple(polygon) for polygon in row["polygons"]),
        mask=row["mask"],
        points=tuple(KeyPoint(**point) for point in row["points"]),
        crowd=row["crowd"],
        attributes=attributes_of(row[ATTRIBUTES]),
    )


def sample_of(row: Mapping[str, Any]) -> ImageSample:
    """The record of a row of ``samples.parquet``; its medium is the picture's digest."""
    return ImageSample(
        sample_id=row["sample_id"],
        media=row["content_digest"],
        width=row["width"],
        height=row["height"],
        labels=tuple(row["labels"]),
        objects=tuple(object_of(thing) for thing in row.get(OBJECTS) or ()),
        split=row["split"],
        annotated=row.get(ANNOTATED, True),
        attributes=attributes_of(row.get(ATTRIBUTES)),
    )


def object_identity(objects: Iterable[Object]) -> list[dict[str, Any]]:
    """What of the objects belongs to the identity of a dataset version, as JSON."""
    return [
        {**object_row(thing), "mask": thing.mask.decode("ascii") if thing.mask else None}
        for thing in objects
    ]
