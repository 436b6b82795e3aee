"""Many media looked at by a few threads, in the given order; only those in work are in memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

from aileron.core.phrase import Phrase

FactsT = TypeVar("FactsT")
THREADS: Final = min(4, os.cpu_count() or 1)
BATCH: Final = 64
BATCH_BYTES: Final = 1 << 20
"""What one task decodes: handing over each small medium alone costs half of its decoding."""


def check_media(
    contents: Iterable[tuple[str, bytes | Phrase]],
    check: Callable[[bytes | Phrase], FactsT | Phrase],
) -> Iterator[tuple[str, FactsT | Phrase]]:
    """Each medium's name, and what it is or why it cannot be used, in the given order.

    Args:
        contents: name -> bytes, or why there are none; read as they are needed.
        check: the facts of a medium, or a reason; a reason given is returned.
    """
    waiting: deque[Future[list[tuple[str, FactsT | Phrase]]]] = deque()

    def check_all(batch: Sequence[tuple[str, bytes | Phrase]]) -> list[tuple[str, FactsT | Phrase]]:
        return [(name, check(content)) for name, content in batch]

    with ThreadPoolExecutor(THREADS) as pool:
        for batch in _batches(contents):
            waiting.append(pool.submit(check_all, batch))
            if len(waiting) > 2 * THREADS:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _batches(
    contents: Iterable[tuple[str, bytes | Phrase]],
) -> Iterator[list[tuple[str, bytes | Phrase]]]:
    """Names and contents of neighbours: small media together, a large one alone."""
    batch: list[tuple[str, bytes | Phrase]] = []
    size = 0
    for name, content in contents:
        batch.append((name, content))
        size += len(content) if isinstance(content, bytes) else 0
        if size >= BATCH_BYTES or len(batch) == BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
