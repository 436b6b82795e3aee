"""Looking at each different medium once, by a few threads, with a batch in memory at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from aileron.data.media import BYTES, DIGEST, MEDIA_FOLDER
from aileron.data.media.checking import THREADS

if TYPE_CHECKING:
    import pyarrow as pa

FactsT = TypeVar("FactsT")
BATCH: Final = 64


def measure_media(
    folder: Path, wanted: frozenset[str], measure: Callable[[str, bytes], FactsT]
) -> Iterator[FactsT]:
    """`measure` of digest and bytes of each medium in `folder` whose digest is `wanted`."""
    waiting: deque[Future[list[FactsT]]] = deque()

    def measure_all(batch: Sequence[tuple[str, bytes]]) -> list[FactsT]:
        return [measure(digest, data) for digest, data in batch]

    with ThreadPoolExecutor(THREADS) as pool:
        for batch in _batches(folder / MEDIA_FOLDER, set(wanted)):
            waiting.append(pool.submit(measure_all, batch))
            if len(waiting) > THREADS + 1:
                yield from waiting.popleft().result()
        for future in waiting:
            yield from future.result()


def _batches(media: Path, wanted: set[str]) -> Iterator[Sequence[tuple[str, bytes]]]:
    """Media with their digests, each once."""
    import pyarrow.parquet as pq

    for path in sorted(media.glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                digests = file.read_row_group(group, columns=[DIGEST])[DIGEST].to_pylist()
                if wanted.isdisjoint(digests):
                    continue
                yield from _sliced(file.read_row_group(group), wanted)
                wanted.difference_update(digests)


def _sliced(table: pa.Table, wanted: set[str]) -> Iterator[Sequence[tuple[str, bytes]]]:
    for batch in table.to_batches(max_chunksize=BATCH):
        columns = (batch.column(name).to_pylist() for name in (DIGEST, BYTES))
        yield [(name, data) for name, data in zip(*columns, strict=True) if name in wanted]
