"""Reading a DATASET artifact of recordings: its card, its samples, one recording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aileron.core.errors import InvalidInput, StepFailed
from aileron.data.audio.card import AudioCard
from aileron.data.audio.layout import audio_digest, sample_of
from aileron.data.card_base import CARD_FILE
from aileron.data.formats.records import AudioSample
from aileron.data.layout import CONTENT_DIGEST, SAMPLE_ID, SAMPLES_FILE
from aileron.data.media import MEDIA_FOLDER, MediaFiles, Place
from aileron.data.media.verify import stored_digests

if TYPE_CHECKING:
    import pyarrow as pa

CACHE_BYTES: Final = 64 << 20
BATCH_ROWS: Final = 4096


@dataclass(frozen=True)
class AudioDataset:
    """A dataset of recordings."""

    card: AudioCard
    samples: pa.Table
    """``samples.parquet``."""
    _media: MediaFiles

    @classmethod
    def read(cls, folder: Path) -> AudioDataset:
        """The DATASET artifact in `folder`.

        Raises:
            InvalidInput: it is no dataset of recordings.
        """
        import pyarrow.parquet as pq

        card = read_audio_card(folder)
        samples = pq.read_table(folder / SAMPLES_FILE)
        return cls(card, samples, MediaFiles(folder / MEDIA_FOLDER, CACHE_BYTES))

    def records(self) -> Iterator[AudioSample]:
        """Every sample; its medium is the digest of its recording."""
        for batch in self.samples.to_batches(max_chunksize=BATCH_ROWS):
            yield from map(sample_of, batch.to_pylist())

    def recording(self, record: AudioSample) -> bytes:
        """The bytes of the recording of a record, as its file had them."""
        return self._media.read(*self._places[record.media])

    @cached_property
    def _places(self) -> Mapping[str, Place]:
        """Digest of a recording -> where it lies."""
        names = (CONTENT_DIGEST, "media", "row")
        columns = (self.samples[name].to_pylist() for name in names)
        return {digest: Place(shard, row) for digest, shard, row in zip(*columns, strict=True)}


def read_audio_card(folder: Path) -> AudioCard:
    """The card of the DATASET artifact of recordings in `folder`.

    Raises:
        InvalidInput: there is none, or it is of something else.
    """
    from aileron.data.card import read_card

    card = read_card(folder)
    if not isinstance(card, AudioCard):
        raise InvalidInput("data.audio.not_recordings", where=CARD_FILE, name=card.name)
    return card


def stored_digest(folder: Path, card: AudioCard) -> str:
    """The digest of the samples in `folder`, after a look at the bytes of each recording.

    Raises:
        StepFailed: a recording is missing, or its bytes are not those of its digest.
    """
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(folder / SAMPLES_FILE).to_pylist()
    found = dict(stored_digests(folder))
    for row in rows:
        if found.get(Place(row["media"], row["row"])) != row[CONTENT_DIGEST]:
            raise StepFailed("data.audio.lost", where=card.name, sample=row[SAMPLE_ID])
    return audio_digest(card.task, card.classes, card.label_type, rows)
