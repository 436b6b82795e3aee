"""Every file that claims to be a picture is decoded once, before anyone learns from it.

It is the decoder of training and serving that judges, so what is taken here is taken there.
Pictures are read a few at a time and decoded by a few threads; only those in work are in memory.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from aileron.core.digest import digest_bytes
from aileron.core.errors import InvalidInput
from aileron.data.trees.archive import MOST_PICTURE_BYTES, Archive, Member

THREADS: Final = min(4, os.cpu_count() or 1)
BATCH: Final = 64
BATCH_BYTES: Final = 1 << 20
"""What one task decodes: handing over each small picture alone costs half of its decoding."""
ENOUGH: Final = (64, 64)
"""Size to which a large JPEG is decoded: every byte is read, few pixels are made."""


@dataclass(frozen=True)
class Checked:
    """A whole picture: what its samples say of it."""

    digest: str
    width: int
    height: int
    mode: str
    format: str
    bytes: int


def check_pictures(
    contents: Iterable[tuple[str, bytes | str]],
) -> Iterator[tuple[str, Checked | str]]:
    """Each picture's name, and what it is or why it cannot be used, in the given order.

    Args:
        contents: name -> bytes, or why there are none; read as they are needed.
    """
    waiting: deque[tuple[list[str], Future[list[Checked | str]]]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for names, batch in _batches(contents):
            waiting.append((names, pool.submit(_check_all, batch)))
            if len(waiting) > 2 * THREADS:
                yield from _found(*waiting.popleft())
        for names, future in waiting:
            yield from _found(names, future)


def _batches(
    contents: Iterable[tuple[str, bytes | str]],
) -> Iterator[tuple[list[str], list[bytes | str]]]:
    """Names and contents of neighbours: small pictures together, a large one alone."""
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


def _check_all(contents: Sequence[bytes | str]) -> list[Checked | str]:
    return [check(content) for content in contents]


def _found(
    names: Sequence[str], future: Future[list[Checked | str]]
) -> Iterator[tuple[str, Checked | str]]:
    return zip(names, future.result(), strict=True)


def check(content: bytes | str) -> Checked | str:
    """The facts of the picture in `content`, or a reason; a reason given is returned."""
    from aileron.serve.pictures import PictureError, decode

    if isinstance(content, str):
        return content
    try:
        found = decode(content, at_least=ENOUGH)
    except PictureError as error:
        return error.sentence("en")
    return Checked(
        digest=digest_bytes(content),
        width=found.width,
        height=found.height,
        mode=found.mode,
        format=found.format,
        bytes=len(content),
    )


def read_member(archive: Archive, member: Member) -> bytes | str:
    """The bytes of a picture in an archive, or why it has none."""
    if member.kind == "link":
        return "It is a link, and links are not followed. Put the file itself there."
    if member.size > MOST_PICTURE_BYTES:
        most = MOST_PICTURE_BYTES >> 20
        return f"It has {member.size >> 20:,} MB, and a picture may have {most}. Save it smaller."
    try:
        return archive.read(member.path)
    except InvalidInput as error:
        return str(error.values["problem"])
