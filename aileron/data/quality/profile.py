"""The profile of a dataset version: ``profile.json``, whatever the samples are.

One shape for all modalities. `columns` are the columns of a table; of pictures, texts and
recordings they are the *facts* of each sample (width, brightness, characters, seconds, ...), so
one page draws all of them. The JSON is stable: fields are added, and never change their meaning;
`format_version` says which they are.

Shape::

    {format_version: 1, kind: "profile", dataset, display_name, modality, task, digest, rows,
     sampling: {looked_at, of} | null,            # media that were decoded, where not all were
     columns: [{name, about: "sample"|"object", type: "number"|"category"|"text"|"date"|"boolean",
                role, title: {en, zh} | null, count, missing, distinct, distinct_exact,
                min, max, mean, std, quantiles: {"0.5": ...} | null,
                histogram: {edges: [n+1], counts: [n]} | null, top: [{value, count}]}],
     classes: [{label, samples, share, objects}],
     parts: [{part, samples, classes: {label: samples}}],
     repeats: {kind: "exact", groups, samples, across_parts, examples: [[sample_id, ...]]} | null,
     near_repeats: the same with kind "near" | null,
     worst: [{fact, end: "lowest"|"highest", title: {en, zh}, samples: [{sample_id, value, text}]}],
     findings: [{id, severity: "problem"|"warning"|"note", values, sentence: {en, zh}}]}
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

PROFILE_FILE: Final = "profile.json"
FORMAT_VERSION: Final = 1
Modality = Literal["table", "image", "text", "audio", "series"]
ValueType = Literal["number", "category", "text", "date", "boolean"]
Scalar = bool | int | float | str
Words = Mapping[Literal["en", "zh"], str]
"""The same sentence in both languages."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Histogram(_Record):
    """How many values lie between neighbouring edges; the last interval holds its upper edge."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


class TopValue(_Record):
    """A frequent value."""

    value: str
    count: int


class ColumnProfile(_Record):
    """What the values of one column, or one fact, are like."""

    name: str
    about: Literal["sample", "object"] = "sample"
    """What there is one value of: each sample, or each object that is drawn on one."""
    type: ValueType
    role: str | None = None
    """Of a table's column: feature, target or ignored."""
    title: Words | None = None
    """Of a fact: what it is."""
    count: int
    """Rows with a value."""
    missing: int
    distinct: int
    distinct_exact: bool = True
    """Whether `distinct` was counted; estimated in large tables."""
    min: float | str | None = None
    """A date is a string; of texts it is the shortest length."""
    max: float | str | None = None
    mean: float | None = None
    std: float | None = None
    quantiles: Mapping[str, float] | None = None
    histogram: Histogram | None = None
    top: tuple[TopValue, ...] = ()
    """The most frequent values, of categories and of short texts."""


class ClassProfile(_Record):
    """How often a class appears."""

    label: str
    samples: int
    share: float
    """Of all samples."""
    objects: int | None = None
    """Where classes are drawn on pictures."""


class PartProfile(_Record):
    """A part that the dataset gives its samples to."""

    part: str
    samples: int
    classes: Mapping[str, int]


class Repeats(_Record):
    """Samples that show or say the same (`exact`) or nearly the same (`near`)."""

    kind: Literal["exact", "near"]
    groups: int
    samples: int
    """Samples in those groups, all of them."""
    across_parts: int
    """Groups with samples in more than one part."""
    examples: tuple[tuple[str, ...], ...]
    """Sample ids of the largest groups."""


class WorstSample(_Record):
    """A sample at the end of a fact's range."""

    sample_id: str
    value: float | str | None
    text: str | None = None
    """The beginning of what it says, of a text."""


class Worst(_Record):
    """The samples with the lowest or the highest value of a fact."""

    fact: str
    end: Literal["lowest", "highest"]
    title: Words
    samples: tuple[WorstSample, ...]


class Finding(_Record):
    """What a person should know, in a sentence."""

    id: str
    severity: Literal["problem", "warning", "note"]
    values: Mapping[str, Scalar]
    sentence: Words


class Sampling(_Record):
    """Not all media were decoded: the facts of pixels and waves are about these."""

    looked_at: int
    of: int


class Profile(_Record):
    """``profile.json``."""

    format_version: Literal[1] = FORMAT_VERSION
    kind: Literal["profile"] = "profile"
    dataset: str
    display_name: str | None = None
    modality: Modality
    task: str
    digest: str
    rows: int
    sampling: Sampling | None = None
    columns: tuple[ColumnProfile, ...]
    classes: tuple[ClassProfile, ...] = ()
    parts: tuple[PartProfile, ...] = ()
    repeats: Repeats | None = None
    near_repeats: Repeats | None = None
    worst: tuple[Worst, ...] = ()
    findings: tuple[Finding, ...] = ()

    def column(self, name: str) -> ColumnProfile | None:
        """The column of that name, or none."""
        return next((column for column in self.columns if column.name == name), None)

    def to_json(self) -> dict[str, Any]:
        """The JSON object of ``profile.json``."""
        return self.model_dump(mode="json")


def read_profile(path: Path) -> Profile:
    """The profile in the file `path`, or in the folder `path`."""
    file = path / PROFILE_FILE if path.is_dir() else path
    return Profile.model_validate_json(file.read_bytes())
