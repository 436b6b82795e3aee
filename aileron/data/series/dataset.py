"""Reading a DATASET artifact of time series: its card, its samples, one series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.core.errors import InvalidInput, StepFailed
from aileron.data.card_base import CARD_FILE
from aileron.data.formats.records import SeriesSample
from aileron.data.layout import CONTENT_DIGEST, SAMPLE_ID, SAMPLES_FILE
from aileron.data.media import MEDIA_FOLDER, MediaFiles, Place
from aileron.data.media.verify import stored_digests
from aileron.data.series.card import SeriesCard
from aileron.data.series.layout import sample_of, series_digest

if TYPE_CHECKING:
    import pyarrow as pa

CACHE_BYTES: Final = 64 << 20
BATCH_ROWS: Final = 4096


@dataclass(frozen=True)
class SeriesDataset:
    """A dataset of time series."""

    card: SeriesCard
    samples: pa.Table
    """``samples.parquet``."""
    _media: MediaFiles

    @classmethod
    def read(cls, folder: Path) -> SeriesDataset:
        """The DATASET artifact in `folder`.

        Raises:
            InvalidInput: it is no dataset of time series.
        """
        import pyarrow.parquet as pq

        card = read_series_card(folder)
        samples = pq.read_table(folder / SAMPLES_FILE)
        return cls(card, samples, MediaFiles(folder / MEDIA_FOLDER, CACHE_BYTES))

    def records(self) -> Iterator[SeriesSample]:
        """Every sample; its medium is the digest of its series."""
        for batch in self.samples.to_batches(max_chunksize=BATCH_ROWS):
            yield from map(sample_of, batch.to_pylist())

    def series(self, record: SeriesSample) -> bytes:
        """The bytes of the series of a record, as it is kept."""
        return self._media.read(*self._places[record.media])

    @cached_property
    def _places(self) -> Mapping[str, Place]:
        """Digest of a series -> where it lies."""
        names = (CONTENT_DIGEST, "media", "row")
        columns = (self.samples[name].to_pylist() for name in names)
        return {digest: Place(shard, row) for digest, shard, row in zip(*columns, strict=True)}


def read_series_card(folder: Path) -> SeriesCard:
    """The card of the DATASET artifact of time series in `folder`.

    Raises:
        InvalidInput: there is none, or it is of something else.
    """
    from aileron.data.card import read_card

    card = read_card(folder)
    if not isinstance(card, SeriesCard):
        raise InvalidInput("data.series.not_series", where=CARD_FILE, name=card.name)
    return card


def stored_digest(folder: Path, card: SeriesCard) -> str:
    """The digest of the samples in `folder`, after a look at the bytes of each series.

    Raises:
        StepFailed: a series is missing, or its bytes are not those of its digest.
    """
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(folder / SAMPLES_FILE).to_pylist()
    found = dict(stored_digests(folder))
    for row in rows:
        if found.get(Place(row["media"], row["row"])) != row[CONTENT_DIGEST]:
            raise StepFailed("data.series.lost", where=card.name, sample=row[SAMPLE_ID])
    return series_digest(card.classes, card.channels, rows)
