"""Many media looked at by a few threads, in the given order; only those in work are in memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

FactsT = TypeVar("FactsT")
THREADS: Final = min(4, os.cpu_count() or 1)
BATCH: Final = 64
BATCH_BYTES: Final = 1 << 20
"""What one task decodes: handing over each small medium alone costs half of its decoding."""


def check_media(
    contents: Iterable[tuple[str, bytes | str]], check: Callable[[bytes | str], FactsT | str]
) -> Iterator[tuple[str, FactsT | str]]:
    """Each medium's name, and what it is or why it cannot be used, in the given order.

    Args:
        contents: name -> bytes, or why there are none; read as they are needed.
        check: the facts of a medium, or a reason; a reason given is returned.
    """
    waiting: deque[tuple[list[str], Future[list[FactsT | str]]]] = deque()

    def check_all(batch: Sequence[bytes | str]) -> list[FactsT | str]:
        return [check(content) for content in batch]

    with ThreadPoolExecutor(THREADS) as pool:
        for names, batch in _batches(contents):
            waiting.append((names, pool.submit(check_all, batch)))
            if len(waiting) > 2 * THREADS:
                yield from _found(*waiting.popleft())
        for names, future in waiting:
            yield from _found(names, future)


def _batches(
    contents: Iterable[tuple[str, bytes | str]],
) -> Iterator[tuple[list[str], list[bytes | str]]]:
    """Names and contents of neighbours: small media together, a large one alone."""
    names: list[str] = []
    batch: list[bytes | str] = []
    size = 0
    for name, content in contents:
        names.append(name)
        batch.append(content)
        size += len(content)
        if size >= BATCH_BYTES or len(names) == BATCH:
            yield names, batch
            names, batch, size = [], [], 0
    if names:
        yield names, batch


def _found(
    names: Sequence[str], future: Future[list[FactsT | str]]
) -> Iterator[tuple[str, FactsT | str]]:
    return zip(names, future.result(), strict=True)
