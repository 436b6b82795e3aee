"""Reading a DATASET artifact of texts: its card, its samples, their facts, its real digest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.data.card_base import CARD_FILE
from aileron.data.formats.records import TextSample
from aileron.data.layout import SAMPLES_FILE
from aileron.data.texts.card import TextCard
from aileron.data.texts.layout import row_digest, sample_of, texts_digest

BATCH_ROWS: Final = 4096


@dataclass(frozen=True)
class TextDataset:
    """A dataset of texts. Its samples are read as they are consumed, anew each time."""

    card: TextCard
    _file: Path

    @classmethod
    def read(cls, folder: Path) -> TextDataset:
        """The DATASET artifact in `folder`.

        Raises:
            InvalidInput: it is no dataset of texts.
        """
        from aileron.data.card import read_card

        card = read_card(folder)
        if not isinstance(card, TextCard):
            raise InvalidInput("data.not_texts", where=CARD_FILE, name=card.name)
        return cls(card, folder / SAMPLES_FILE)

    def records(self) -> Iterator[TextSample]:
        """Every sample, in the order of the source."""
        return read_samples(self._file)


def read_samples(file: Path) -> Iterator[TextSample]:
    """The samples of a ``samples.parquet``, few of them in memory."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as rows:
        for batch in rows.iter_batches(batch_size=BATCH_ROWS):
            yield from map(sample_of, batch.to_pylist())


def stored_digest(folder: Path, card: TextCard) -> str:
    """The digest that the samples in `folder` really have."""
    import pyarrow.parquet as pq

    rows: list[tuple[str, bytes]] = []
    with pq.ParquetFile(folder / SAMPLES_FILE) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            rows.extend((row["sample_id"], row_digest(row)) for row in batch.to_pylist())
    return texts_digest(card.task, card.classes, card.label_type, rows)


def characters_of(sample: TextSample) -> int:
    """How many characters there are to read in `sample`."""
    pieces = (*sample.tokens, *(turn.content for turn in sample.turns))
    return len(sample.text) + len(sample.pair or "") + sum(map(len, pieces))
