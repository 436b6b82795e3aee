"""The dataset card: what a DATASET artifact holds, as ``card.json`` beside the rows.

It is written by ingest and read by every later step. It holds no time and no path, so that
the same source gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from aileron.core.errors import InvalidInput
from aileron.data.audio.card import AudioCard
from aileron.data.card_base import CARD_FILE, CardBase, RefusedSample
from aileron.data.images.card import ImageCard
from aileron.data.series.card import SeriesCard
from aileron.data.texts.card import TextCard

ColumnType = Literal["number", "category", "text", "date", "other"]
ColumnRole = Literal["feature", "target", "time", "series", "ignored"]
Task = Literal["classification", "regression", "clustering", "forecasting"]


class Column(BaseModel):
    """One column of the table, in the order of the source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: ColumnType
    role: ColumnRole
    categories: tuple[str, ...] | None = None
    """Known values of a category, sorted; None for other types."""
    formats: tuple[str, ...] = ()
    """How the source writes its dates, besides ISO 8601."""
    missing: int = Field(ge=0, description="rows without a value")
    reason: str | None = None
    """Why the column is ignored."""


class Counts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int
    refused: int = Field(0, ge=0, description="rows that cannot be used")


class SourceFile(BaseModel):
    """The file that was imported."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str


class Card(CardBase):
    """``card.json`` of a table. Field `schema` in JSON is `columns` here."""

    task: Task
    modality: Literal["table"] = "table"
    target: str | None
    """The column to predict; None for clustering."""
    time_column: str | None = None
    """When each row was measured, of a forecasting."""
    series: tuple[str, ...] = ()
    """The columns that tell the series of a forecasting apart; none: there is one."""
    classes: tuple[str, ...] | None = None
    """Class labels in order; the last of two is the positive one. None for other tasks."""
    id_column: str | None = None
    columns: tuple[Column, ...] = Field(alias="schema")
    counts: Counts
    digest: str
    """SHA-256 of the rows and the schema: the identity of a dataset version."""
    source: SourceFile
    test_source: SourceFile | None = None
    """The file whose rows are the test part, if one was given."""
    refused: tuple[RefusedSample, ...] = ()
    """The first of the refused rows; `counts.refused` is their number."""

    @property
    def predicted(self) -> str:
        """`target`, for what needs one.

        Raises:
            InvalidInput: the dataset has none.
        """
        if self.target is None:
            raise InvalidInput("data.without_target", where=self.name, task=self.task)
        return self.target

    @property
    def features(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.role == "feature")


AnyCard = Card | ImageCard | TextCard | AudioCard | SeriesCard

_KINDS: Mapping[str, type[ImageCard | TextCard | AudioCard | SeriesCard]] = {
    "image": ImageCard,
    "text": TextCard,
    "audio": AudioCard,
    "series": SeriesCard,
}
"""Modality in the JSON -> the card; tables need not say theirs."""


def parse_card(text: str | bytes) -> AnyCard:
    """The card whose JSON is `text`.

    Raises:
        ValueError: it is none of these.
    """
    values = json.loads(text)
    modality = values.get("modality") if isinstance(values, dict) else None
    kind: type[AnyCard] = _KINDS.get(str(modality), Card)
    return kind.model_validate(values)


def read_card(folder: Path) -> AnyCard:
    """The card of the DATASET artifact in `folder`: as its modality says.

    Raises:
        InvalidInput: there is none, or it is of another format.
    """
    path = folder / CARD_FILE
    try:
        return parse_card(path.read_bytes())
    except FileNotFoundError:
        raise InvalidInput("data.no_card", where=folder.name) from None
    except ValueError as error:
        problem = str(error).splitlines()[0]
        raise InvalidInput("data.bad_card", where=CARD_FILE, problem=problem) from None


def read_table_card(folder: Path) -> Card:
    """The card of the table in `folder`.

    Raises:
        InvalidInput: there is none, or it is of pictures.
    """
    card = read_card(folder)
    if not isinstance(card, Card):
        raise InvalidInput("data.not_a_table", where=CARD_FILE, name=card.name)
    return card


def write_card(card: AnyCard, folder: Path) -> None:
    """Write `card` as ``card.json`` into `folder`."""
    card.write(folder)
