"""The port of modalities: what operations need of pictures, texts, recordings or tables.

To add one: implement `Modality`, enter it in `MODALITIES`, and run
``tests/unit/data/operations`` on it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Literal, TypeVar

from aileron.core.errors import InvalidInput
from aileron.data.card_base import CardBase
from aileron.data.operations.edit import Edit, Facts

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

CardT = TypeVar("CardT", bound=CardBase)
ColumnKind = Literal["number", "text", "date", "any"]
"""What values of a column are; `any` is what the user's attributes are."""


class Modality(ABC, Generic[CardT]):
    """Reads the samples of one kind of dataset, and writes them changed."""

    has_media: ClassVar[bool] = False
    """Whether bytes lie in shards, which `data.compact` makes smaller."""

    @abstractmethod
    def facts(self, folder: Path, card: CardT) -> Facts:
        """What operations decide by."""

    @abstractmethod
    def contents(self, folders: Sequence[Path], card: CardT) -> list[np.ndarray[Any, Any]]:
        """A number per sample of each folder that is the same for samples of the same content.

        Across the folders as well; the content is that which a dataset of `card` has.
        """

    @abstractmethod
    def identities(self, folders: Sequence[Path], card: CardT) -> list[np.ndarray[Any, Any]]:
        """As `contents`, but the same only where all that is said of the samples is the same.

        Ids, and the parts that samples are given to, do not count.
        """

    def by_place(self, card: CardT, ids: pa.Array) -> np.ndarray[Any, Any]:  # noqa: ARG002
        """Whether each id says only where in its source a sample stood."""
        import numpy as np

        return np.zeros(len(ids), dtype=bool)

    @abstractmethod
    def columns(self, card: CardT) -> Mapping[str, ColumnKind]:
        """The columns that conditions may be about."""

    def kind(self, card: CardT, column: str) -> ColumnKind | None:
        """What the values of a column are; None: conditions cannot be about it."""
        return self.columns(card).get(column)

    @abstractmethod
    def values(
        self, folder: Path, card: CardT, columns: Sequence[str]
    ) -> Iterator[list[list[Any]]]:
        """The values of `columns`, a list each, in batches of samples in order."""

    @abstractmethod
    def joined(self, one: CardT, other: CardT) -> CardT:
        """The card of samples of both: classes are one if their names are equal.

        Raises:
            InvalidInput: they do not go together; says why.
        """

    @abstractmethod
    def renamed(
        self, card: CardT, names: Mapping[str, str | None], classes: Sequence[str]
    ) -> CardT:
        """The card after labels got new names or were dropped; `classes` is what comes of it.

        Raises:
            InvalidInput: samples of this task cannot be without the dropped ones.
        """

    @abstractmethod
    def labels_are_given(self, card: CardT) -> bool:
        """Whether a sample's labels are a list of names that can be replaced by another one."""

    @abstractmethod
    def write(self, target: Path, card: CardT, edits: Sequence[Edit], *, whole: bool) -> CardT:
        """Write the samples of `edits` into the new directory `target`.

        Args:
            card: of the result; its counts and its digest are not known yet.
            whole: keep also media of the first dataset that no sample refers to.

        Returns:
            The card with counts and digest, which is not written yet.
        """


MODALITIES: Final[Mapping[str, str]] = {
    "audio": "aileron.data.operations.audio:Audio",
    "series": "aileron.data.operations.series:SeriesRows",
    "image": "aileron.data.operations.images:Images",
    "text": "aileron.data.operations.texts:Texts",
    "table": "aileron.data.operations.tables:Tables",
}
"""Modality of a card -> its adapter."""


def modality_of(card: CardBase) -> Modality[Any]:
    """The adapter of the datasets with such a card."""
    name = str(getattr(card, "modality", ""))
    if name not in MODALITIES:
        raise InvalidInput("data.operations.no_adapter", where=card.name, modality=name)
    module, _, cls = MODALITIES[name].partition(":")
    adapter: Modality[Any] = getattr(import_module(module), cls)()
    return adapter


def same_kind(one: CardBase, other: CardBase, facts: Mapping[str, str]) -> None:
    """Refuse to join datasets that differ in one of `facts`: field of the cards -> what it is.

    Raises:
        InvalidInput: names the field and both values.
    """
    for name, called in facts.items():
        first, second = getattr(one, name), getattr(other, name)
        if first != second:
            raise InvalidInput(
                "data.operations.other_kind", one=one.name, other=other.name, what=called,
                first=str(first).replace("_", " "), second=str(second).replace("_", " "),
            )  # fmt: skip


def joined_classes(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """The classes of both, by name: those of `one`, then what `other` has more."""
    return tuple(dict.fromkeys((*one, *other)))
