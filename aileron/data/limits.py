"""What an import takes: sizes, lengths and numbers, of the workspace and of one dataset.

``configs/limits.yaml`` says them for every dataset; `limits` of a dataset.yaml says them for
one, and wins. Both go into the config of the ingest step. They are narrower than the bounds that
guard the machine itself (`trees.archive`, `serve.pictures`), which nobody can lift.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aileron.core.documents import check, read_document
from aileron.core.errors import InvalidInput

FILE: Final = Path("configs") / "limits.yaml"
MOST_SIDE: Final = 20_000
"""Pixels beyond which the decoder takes no picture, whatever is said here."""
MOST_PICTURE_BYTES: Final = 128 << 20
MOST_SECONDS: Final = 3600.0
"""How long a recording may be unless somebody says otherwise."""
MOST_POINTS: Final = 1_000_000
"""Points of a time series, which a screen has to draw, unless somebody says otherwise."""
MOST_SERIES_BYTES: Final = 50 << 20
PictureFormat = Literal["JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF"]
S = TypeVar("S")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PictureLimits(_Section):
    """Which pictures are taken; the others are left out."""

    max_bytes: int | None = Field(
        None, gt=0, le=MOST_PICTURE_BYTES, description="of a picture's file"
    )
    max_side: int | None = Field(
        None, gt=0, le=MOST_SIDE, description="pixels of a picture's longer side"
    )
    min_side: int = Field(1, ge=1, description="pixels of a picture's shorter side")
    max_aspect: float | None = Field(
        None, ge=1, description="longer side of a picture by its shorter one: 3 for 3:1"
    )
    max_objects: int | None = Field(None, ge=0, description="boxes or outlines of one picture")
    formats: tuple[PictureFormat, ...] | None = Field(
        None, min_length=1, description="what a picture's file may be; default: all that is known"
    )

    @model_validator(mode="after")
    def _sides_in_order(self) -> PictureLimits:
        if self.max_side is not None and self.max_side < self.min_side:
            raise ValueError("`max_side` must not be below `min_side`")
        return self


class TextLimits(_Section):
    """How long texts may be."""

    max_characters: int | None = Field(
        None, gt=0, description="of a text, of each of a pair, or of all tokens or turns together"
    )
    on_longer: Literal["refuse", "cut"] = Field(
        "refuse",
        description="a longer text is left out, or cut together with what is said of its end; "
        "a dialogue is never cut",
    )


class AudioLimits(_Section):
    """Which recordings are taken; the others are left out."""

    max_seconds: float = Field(MOST_SECONDS, gt=0, description="length of a recording")
    max_bytes: int | None = Field(None, gt=0, description="of a recording's file")


class SeriesLimits(_Section):
    """Which time series are taken; the others are left out."""

    max_points: int = Field(MOST_POINTS, gt=1, description="points in time of a series")
    max_bytes: int = Field(MOST_SERIES_BYTES, gt=0, description="of a series' file")


class TableLimits(_Section):
    """Which tables are taken, and which of their rows."""

    min_columns: int = Field(1, ge=1, description="columns of a table, the target among them")
    max_columns: int | None = Field(None, ge=1, description="columns of a table")
    column_names: Literal["any", "plain"] = Field(
        "any",
        description="plain: letters from a to z, digits and _, which is not the first",
    )
    max_characters: int | None = Field(
        None, gt=0, description="of a cell that is text; a row with a longer one is left out"
    )

    @model_validator(mode="after")
    def _columns_in_order(self) -> TableLimits:
        if self.max_columns is not None and self.max_columns < self.min_columns:
            raise ValueError("`max_columns` must not be below `min_columns`")
        return self


class SampleLimits(_Section):
    """How many samples a dataset may have."""

    max_samples: int | None = Field(None, gt=0, description="samples of one import")
    on_more: Literal["refuse", "ignore"] = Field(
        "refuse", description="more samples fail the import, or those after the first are ignored"
    )


class ArchiveLimits(_Section):
    """How large a source may be."""

    max_bytes: int | None = Field(
        None, gt=0, description="of the archive or file; of a folder, of all its files together"
    )


class _AnyLimits(_Section):
    dataset: SampleLimits = Field(SampleLimits(), description="how many samples")
    archive: ArchiveLimits = Field(ArchiveLimits(), description="how large the source")


class ImageLimits(_AnyLimits):
    """Of a dataset of pictures."""

    pictures: PictureLimits = Field(PictureLimits(), description="which pictures are taken")


class TextsLimits(_AnyLimits):
    """Of a dataset of texts."""

    texts: TextLimits = Field(TextLimits(), description="how long texts may be")


class RecordingLimits(_AnyLimits):
    """Of a dataset of recordings."""

    audio: AudioLimits = Field(AudioLimits(), description="which recordings are taken")


class SeriesSetLimits(_AnyLimits):
    """Of a dataset of time series."""

    series: SeriesLimits = Field(SeriesLimits(), description="which time series are taken")


class TablesLimits(_AnyLimits):
    """Of a dataset of a table."""

    tables: TableLimits = Field(TableLimits(), description="which tables and rows are taken")


Limits = ImageLimits | TextsLimits | RecordingLimits | SeriesSetLimits | TablesLimits


class LimitsSpec(ImageLimits, TextsLimits, RecordingLimits, SeriesSetLimits, TablesLimits):
    """``configs/limits.yaml``."""

    api_version: Literal["aileron/v1"] = Field("aileron/v1", alias="apiVersion")
    kind: Literal["Limits"] = "Limits"


def load_limits(workspace: Path) -> LimitsSpec:
    """Read ``configs/limits.yaml`` of `workspace`; without the file there are the defaults.

    Raises:
        InvalidInput: the first thing wrong with it, with file, line and field.
    """
    path = workspace / FILE
    if not path.is_file():
        return LimitsSpec()
    document = read_document(path)
    for field in ("apiVersion", "kind"):
        if field not in document.values:
            raise InvalidInput("core.missing_field", where=document.where(), field=field)
    return check(LimitsSpec, document)


def laid_over(workspace: LimitsSpec, own: Limits) -> dict[str, Any]:
    """What is said in `own`, else in `workspace`, by section: the `limits` of an ingest step."""
    merged = {}
    for section in type(own).model_fields:
        values: dict[str, Any] = {}
        for limits in (workspace, own):
            values |= getattr(limits, section).model_dump(mode="json", exclude_unset=True)
        if values:
            merged[section] = values
    return merged


def check_size(path: Path, limits: ArchiveLimits) -> None:
    """Raise if the source's one file is larger than it may be."""
    size = path.stat().st_size
    if limits.max_bytes is not None and size > limits.max_bytes:
        raise InvalidInput(
            "data.source_too_large", where=path.name, size=size, most=limits.max_bytes
        )


def first_of(
    samples: Iterable[S], limits: SampleLimits, where: str, log: Callable[[str], None]
) -> Iterator[S]:
    """As many samples as there may be, in the order of the source.

    Raises:
        InvalidInput: there are more, and that is refused.
    """
    for number, sample in enumerate(samples):
        if number == limits.max_samples:
            if limits.on_more == "refuse":
                raise InvalidInput("data.too_many_samples", where=where, most=number)
            log(f"the first {number:,} samples are taken; those after them are ignored")
            return
        yield sample
