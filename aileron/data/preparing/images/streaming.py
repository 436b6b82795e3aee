"""Pictures pass one by one into a new dataset; what waits to be written waits in a scratch file."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import fields
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from aileron.data.attributes import attributes_text
from aileron.data.formats.records import ImageSample
from aileron.data.images.annotations import object_row, sample_of
from aileron.data.images.card import ImageCard
from aileron.data.images.layout import Sample, samples_schema
from aileron.data.layout import CONTENT_DIGEST, SAMPLE_ID, SAMPLES_FILE, write_parquet
from aileron.data.media import MEDIA_FOLDER, MediaFiles, Shards, write_media
from aileron.data.operations.images import Images
from aileron.data.operations.samples import Tally, replaced

if TYPE_CHECKING:
    import pyarrow as pa

One = TypeVar("One")
Other = TypeVar("Other")
THREADS: Final = 2
AHEAD: Final = 4
BATCH: Final = 1024
CACHE: Final = 64 << 20


class Source:
    """The samples of a dataset of pictures, in the order in which their bytes lie.

    Args:
        shards: those alone whose bytes lie in these files; default: all.
    """

    def __init__(self, folder: Path, shards: Collection[str] | None = None) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        self.media = MediaFiles(folder / MEDIA_FOLDER, CACHE)
        samples = pa.concat_tables([samples_schema().empty_table(), *Images().batches(folder)])
        if shards is not None:
            there = pa.array(list(shards), pa.string())
            samples = samples.filter(pc.is_in(samples["media"], there))
        self.samples = samples

    def rows(self, keep: pa.Array | None = None) -> Iterator[tuple[ImageSample, dict[str, Any]]]:
        """Each sample as a record, and as its row."""
        samples = self.samples if keep is None else self.samples.filter(keep)
        ordered = samples.sort_by([("media", "ascending"), ("row", "ascending")])
        for batch in ordered.to_batches(max_chunksize=BATCH):
            for row in batch.to_pylist():
                yield sample_of(row), row

    def picture(self, row: dict[str, Any]) -> bytes:
        """The bytes of the picture of `row`."""
        return self.media.read(row["media"], row["row"])


class Target:
    """A dataset of pictures in the making."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self._folder = folder
        self._file = (scratch / "pictures.bin").open("w+b")
        self._places: dict[str, tuple[int, int]] = {}
        self._pieces: list[pa.Table] = []
        self._waiting: list[Sample] = []
        self._end = 0

    def __enter__(self) -> Target:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        Path(self._file.name).unlink()

    def add(self, sample: Sample, data: bytes) -> None:
        """One sample and the bytes of its picture."""
        if sample.content_digest not in self._places:
            self._file.write(data)
            self._places[sample.content_digest] = (self._end, len(data))
            self._end += len(data)
        self._waiting.append(sample)
        if len(self._waiting) == BATCH:
            self._flush()

    def write(self, card: ImageCard, shards: Shards | None = None) -> ImageCard:
        """Write samples and media; the card with their counts and digest.

        Args:
            shards: media that are there already, of samples that `keep` took.
        """
        import pyarrow as pa

        self._flush()
        folder = self._folder / MEDIA_FOLDER
        shards = shards or Shards(folder)
        new = (digest for digest in self._places if digest not in shards.places)
        places = shards.places | write_media(folder, new, self._read)
        samples = pa.concat_tables([samples_schema().empty_table(), *self._pieces])
        samples = samples.sort_by(SAMPLE_ID).combine_chunks()
        found = [places[digest] for digest in samples[CONTENT_DIGEST].to_pylist()]
        samples = replaced(samples, "media", [place.shard for place in found])
        samples = replaced(samples, "row", [place.row for place in found])
        write_parquet(samples, self._folder / SAMPLES_FILE)
        tally, images = Tally(), Images()
        tally.add(samples, images.names(samples))
        return images.counted(card, samples, tally)

    def keep(self, samples: pa.Table) -> None:
        """Samples whose pictures are in the shards that `write` is given."""
        self._pieces.append(samples)

    def _flush(self) -> None:
        if self._waiting:
            self._pieces.append(_table(self._waiting))
            self._waiting = []

    def _read(self, digest: str) -> bytes:
        start, size = self._places[digest]
        self._file.seek(start)
        return self._file.read(size)


def in_threads(do: Callable[[One], Other], items: Iterable[One]) -> Iterator[Other]:
    """`do` of each item in order, a few at a time; few results wait."""
    iterator = iter(items)
    with ThreadPoolExecutor(THREADS) as pool:
        waiting: deque[Future[Other]] = deque(
            pool.submit(do, item) for item in islice(iterator, THREADS * AHEAD)
        )
        while waiting:
            done = waiting.popleft().result()
            waiting.extend(pool.submit(do, item) for item in islice(iterator, 1))
            yield done


def _table(samples: list[Sample]) -> pa.Table:
    import pyarrow as pa

    columns: dict[str, list[Any]] = {
        field.name: [getattr(sample, field.name) for sample in samples] for field in fields(Sample)
    }
    columns["objects"] = [[object_row(thing) for thing in sample.objects] for sample in samples]
    columns["attributes"] = [attributes_text(sample.attributes) for sample in samples]
    columns["media"] = columns["row"] = [None] * len(samples)
    return pa.table(columns, samples_schema())
