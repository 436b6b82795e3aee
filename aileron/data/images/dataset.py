"""Reading a DATASET artifact of pictures: its card, its parts, and one picture at a time.

A part that is small is kept in memory once it was read; of a large one, the row groups that
were read last are kept. Safe to use from several threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aileron.core.errors import InvalidInput
from aileron.data.card_base import CARD_FILE
from aileron.data.formats.records import ImageSample
from aileron.data.images.annotations import ANNOTATED, sample_of
from aileron.data.images.card import ImageCard
from aileron.data.layout import PARTS, SAMPLE_ID, SAMPLES_FILE, Part, read_split
from aileron.data.media import MEDIA_FOLDER, MediaFiles

if TYPE_CHECKING:
    import pyarrow as pa

CACHE_BYTES = 256 << 20
"""Row groups kept in memory, per dataset."""
BATCH_ROWS = 4096


def read_image_card(folder: Path) -> ImageCard:
    """The card of the DATASET artifact of pictures in `folder`.

    Raises:
        InvalidInput: there is none, or it is of a table.
    """
    from aileron.data.card import read_card

    card = read_card(folder)
    if not isinstance(card, ImageCard):
        raise InvalidInput("data.not_pictures", where=CARD_FILE, name=card.name)
    return card


@dataclass(frozen=True)
class ImagePart:
    """Samples of a dataset, in order of sample id. `labels` are indices into the classes."""

    sample_ids: tuple[str, ...]
    labels: tuple[tuple[int, ...], ...]
    content_digests: tuple[str, ...]
    _places: tuple[tuple[str, int], ...]
    _media: MediaFiles

    def __len__(self) -> int:
        return len(self.sample_ids)

    def picture(self, index: int) -> bytes:
        """The bytes of the picture of sample `index`, as its file had them."""
        return self._media.read(*self._places[index])


@dataclass(frozen=True)
class ImageDataset:
    """A dataset of pictures, divided by a split."""

    card: ImageCard
    _samples: pa.Table
    _parts: tuple[str, ...] | None
    _media: MediaFiles

    @classmethod
    def read(cls, dataset: Path, split: Path | None = None) -> ImageDataset:
        """The DATASET artifact in `dataset`; without the SPLIT in `split` it has no parts.

        Raises:
            InvalidInput: it is no dataset of pictures, or the split is of another dataset.
        """
        import pyarrow.parquet as pq

        card = read_image_card(dataset)
        samples = pq.read_table(dataset / SAMPLES_FILE)
        media = MediaFiles(dataset / MEDIA_FOLDER, CACHE_BYTES)
        if split is None:
            return cls(card, samples, None, media)
        parts = read_split(split).to_dict()
        ids = samples[SAMPLE_ID].to_pylist()
        if parts.keys() != set(ids):
            raise InvalidInput("data.split_of_another", where=split.name, name=card.name)
        return cls(card, samples, tuple(parts[sample] for sample in ids), media)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that hold samples."""
        return tuple(part for part in PARTS if part in (self._parts or ()))

    def part(self, name: Part) -> ImagePart:
        """The annotated samples of one part; none if the split has no such part."""
        if self._parts is None:
            raise ValueError("the dataset was read without a split")
        import pyarrow as pa

        wanted = zip(self._parts, self._annotated(), strict=True)
        return self._of(self._samples.filter(pa.array([p == name and a for p, a in wanted])))

    def all(self) -> ImagePart:
        """Every sample."""
        return self._of(self._samples)

    def records(self) -> Iterator[ImageSample]:
        """Every sample with all that is said of it; its medium is the digest of its picture."""
        for batch in self._samples.to_batches(max_chunksize=BATCH_ROWS):
            yield from map(sample_of, batch.to_pylist())

    def picture(self, record: ImageSample) -> bytes:
        """The bytes of the picture of a record."""
        return self._media.read(*self._places[record.media])

    @cached_property
    def _places(self) -> Mapping[str, tuple[str, int]]:
        """Digest of a picture -> its media file and row."""
        columns = (self._samples[name].to_pylist() for name in ("content_digest", "media", "row"))
        return {digest: (media, row) for digest, media, row in zip(*columns, strict=True)}

    def _annotated(self) -> list[bool]:
        """Whether each sample is annotated; datasets of old do not say so, and all are."""
        if ANNOTATED not in self._samples.column_names:
            return [True] * len(self._samples)
        annotated: list[bool] = self._samples[ANNOTATED].to_pylist()
        return annotated

    def _of(self, samples: pa.Table) -> ImagePart:
        index = {label: i for i, label in enumerate(self.card.classes)}
        columns: dict[str, list[Any]] = samples.to_pydict()
        return ImagePart(
            sample_ids=tuple(columns[SAMPLE_ID]),
            labels=tuple(tuple(index[one] for one in labels) for labels in columns["labels"]),
            content_digests=tuple(columns["content_digest"]),
            _places=tuple(zip(columns["media"], columns["row"], strict=True)),
            _media=self._media,
        )
