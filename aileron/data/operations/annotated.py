"""Whole annotations of samples: the file that has them, whether they fit, and the rows they make.

The file is JSON Lines: an object per sample with its ``sample_id`` and all that is said of it, as
`aileron.data.annotation` has it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from aileron.core.errors import InvalidInput
from aileron.data.annotation import Annotation
from aileron.data.attributes import attributes_text
from aileron.data.formats.audio.segments import within
from aileron.data.formats.images.geometry import check_box, check_mask, check_polygon
from aileron.data.formats.problems import Fault
from aileron.data.formats.records import Segment
from aileron.data.images.annotations import object_row
from aileron.data.layout import SAMPLE_ID
from aileron.data.series.ranges import inside
from aileron.data.trees.tree import only_file

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Fit:
    """How to see whether an annotation fits a sample of one modality."""

    columns: tuple[str, ...]
    """The columns that say it."""
    check: Callable[[Annotation, Row], None]
    """Raises `Fault` if an annotation does not fit the sample of a row."""


def read_annotations(folder: Path) -> dict[str, Annotation]:
    """Sample id -> what is said of it, of the SOURCE artifact in `folder`.

    Raises:
        InvalidInput: a line that cannot be used, with its number.
    """
    path = only_file(folder)
    found: dict[str, Annotation] = {}
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            where = f"{path.name}:{number}"
            if not line.strip():
                continue
            sample, annotation = _parsed(line, where)
            if sample in found:
                raise InvalidInput("data.operations.change_twice", where=where, sample=sample)
            found[sample] = annotation
    return found


def _parsed(line: bytes, where: str) -> tuple[str, Annotation]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    sample = row.pop(SAMPLE_ID, None) if isinstance(row, dict) else None
    if not isinstance(sample, str) or not sample:
        raise InvalidInput("data.operations.bad_annotation_line", where=where)
    try:
        return sample, Annotation.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or "."
        problem = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(
            "data.operations.bad_annotation", where=where, field=field, problem=problem
        ) from None


def said(annotation: Annotation, columns: Collection[str], sample: Row) -> dict[str, Any]:
    """The values of `columns` in the row of a sample that `annotation` is of and fits.

    Args:
        sample: the row as it was.
    """
    row = annotation.model_dump()
    row["objects"] = [object_row(thing.record()) for thing in annotation.objects]
    row["attributes"] = attributes_text(annotation.attributes)
    if annotation.segments:
        row["segments"] = [one._asdict() for one in _segments(annotation, sample)]
    return {**{name: row[name] for name in columns}, "annotated": True}


def fields_of(modality: str, task: str) -> tuple[str, ...]:
    """The fields of an annotation that samples of a task have, besides attributes."""
    return _FIELDS.get((modality, task), ())


def _fits_picture(annotation: Annotation, row: Row) -> None:
    width, height = row["width"], row["height"]
    for thing in annotation.objects:
        record = thing.record()
        check_box(record.box, width, height)
        for polygon in record.polygons:
            check_polygon(polygon, width, height)
        if record.mask is not None:
            check_mask(record.mask, height, width)


def _fits_text(annotation: Annotation, row: Row) -> None:
    if annotation.tags and len(annotation.tags) != len(row["tokens"]):
        raise Fault("tag_count", tokens=len(row["tokens"]), tags=len(annotation.tags))
    for span in annotation.spans:
        if span.end > len(row["text"]):
            raise Fault("span_outside", start=span.start, end=span.end, length=len(row["text"]))


def _fits_segments(annotation: Annotation, row: Row) -> None:
    if annotation.segments:
        _segments(annotation, row)


def _segments(annotation: Annotation, row: Row) -> tuple[Segment, ...]:
    records = (one.record() for one in annotation.segments)
    if row.get("first") is not None:
        return inside(records, row["first"], row["last"])
    return within(records, row["seconds"])


FITS: Final[Mapping[str, Fit]] = {
    "image": Fit(("width", "height"), _fits_picture),
    "text": Fit(("text", "tokens"), _fits_text),
    "audio": Fit(("seconds",), _fits_segments),
    "series": Fit(("first", "last"), _fits_segments),
}
"""Modality -> how annotations fit."""
_DRAWN: Final = ("labels", "objects")
_FIELDS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("image", "classification"): ("labels",),
    ("image", "detection"): _DRAWN,
    ("image", "instance_segmentation"): _DRAWN,
    ("image", "semantic_segmentation"): _DRAWN,
    ("image", "key_points"): _DRAWN,
    ("text", "classification"): ("labels",),
    ("text", "matching"): ("labels",),
    ("text", "entities"): ("spans", "relations"),
    ("text", "sequence_labelling"): ("tags",),
    ("audio", "classification"): ("labels",),
    ("audio", "event_detection"): ("segments",),
    ("series", "event_detection"): ("segments",),
}
