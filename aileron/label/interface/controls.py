"""The controls of a labelling screen: their names, their tags, and the fields of their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aileron.label.spec import LabelAttribute, LabelSpec, Tool


@dataclass(frozen=True)
class Control:
    """One control: its name in results, and its tag in the configuration."""

    name: str
    tag: str
    of: str
    """The name of what it is about: the picture, the text, the recording, the series."""

    @property
    def type(self) -> str:
        """What results call its tag."""
        return self.tag.lower()

    @property
    def key(self) -> str:
        """The field of a result's value that holds what was chosen."""
        return {"TextArea": "text"}.get(self.tag, self.type)

    def result(self, region: str, value: Mapping[str, Any]) -> dict[str, Any]:
        """One result of it."""
        return {
            "id": region,
            "from_name": self.name,
            "to_name": self.of,
            "type": self.type,
            "origin": "manual",
            "value": dict(value),
        }


IMAGE: Final = "image"
TEXT: Final = "text"
PAIR: Final = "pair"
AUDIO: Final = "audio"
SERIES: Final = "series"
LABELS: Final = "labels"
CROWD: Final = "crowd"
"""An attribute of objects with this name is the field `crowd` of the object."""
HIDDEN: Final = "hidden"
YES: Final = "yes"
NO: Final = "no"
"""What results have for a boolean."""
SPANS: Final = Control("spans", "Labels", TEXT)
SEGMENTS: Final = Control("segments", "Labels", AUDIO)
RANGES: Final = Control("ranges", "TimeSeriesLabels", SERIES)
VISIBILITY: Final = Control("visibility", "Choices", IMAGE)
DRAWN: Final[Mapping[Tool, Control]] = {
    "box": Control("boxes", "RectangleLabels", IMAGE),
    "rotated_box": Control("boxes", "RectangleLabels", IMAGE),
    "polygon": Control("outlines", "PolygonLabels", IMAGE),
    "mask": Control("masks", "BrushLabels", IMAGE),
    "points": Control("boxes", "RectangleLabels", IMAGE),
}
_TAGS: Final = {"boolean": "Choices", "choice": "Choices", "number": "Number", "text": "TextArea"}


def subject_of(spec: LabelSpec) -> str:
    """The name of what is shown: the picture, the text, the recording or the series."""
    return {"image": IMAGE, "text": TEXT, "audio": AUDIO, "series": SERIES}[spec.modality or ""]


def labels_control(spec: LabelSpec) -> Control:
    """The one that says classes of the sample as a whole."""
    return Control(LABELS, "Choices", subject_of(spec))


def attribute_control(spec: LabelSpec, attribute: LabelAttribute) -> Control:
    """The one that says `attribute`."""
    return Control(f"attribute_{attribute.name}", _TAGS[attribute.kind], subject_of(spec))


def points_control(spec: LabelSpec, label: str) -> Control:
    """The one that draws the key points of a class."""
    return Control(f"points{spec.class_names.index(label) + 1}", "KeyPointLabels", IMAGE)
