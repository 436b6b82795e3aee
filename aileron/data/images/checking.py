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
from aileron.data.images.archive import MOST_PICTURE_BYTES, Archive, Member

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
    archive: Archive, members: Iterable[Member]
) -> Iterator[tuple[str, Checked | str]]:
    """Each member's path, and what it is or why it cannot be used, in the given order."""
    waiting: deque[tuple[list[str], Future[list[Checked | str]]]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for paths, contents in _batches(archive, members):
            waiting.append((paths, pool.submit(_check_all, contents)))
            if len(waiting) > 2 * THREADS:
                yield from _found(*waiting.popleft())
        for paths, future in waiting:
            yield from _found(paths, future)


def _batches(
    archive: Archive, members: Iterable[Member]
) -> Iterator[tuple[list[str], list[bytes | str]]]:
    """Paths and contents of neighbours: small pictures together, a large one alone."""
    paths: list[str] = []
    contents: list[bytes | str] = []
    size = 0
    for member in members:
        content = _read(archive, member)
        paths.append(member.path)
        contents.append(content)
        size += len(content)
        if size >= BATCH_BYTES or len(paths) == BATCH:
            yield paths, contents
            paths, contents, size = [], [], 0
    if paths:
        yield paths, contents


def _check_all(contents: Sequence[bytes | str]) -> list[Checked | str]:
    return [check(content) for content in contents]


def _found(
    paths: Sequence[str], future: Future[list[Checked | str]]
) -> Iterator[tuple[str, Checked | str]]:
    return zip(paths, future.result(), strict=True)


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


def _read(archive: Archive, member: Member) -> bytes | str:
    if member.kind == "link":
        return "It is a link, and links are not followed. Put the file itself there."
    if member.size > MOST_PICTURE_BYTES:
        most = MOST_PICTURE_BYTES >> 20
        return f"It has {member.size >> 20:,} MB, and a picture may have {most}. Save it smaller."
    try:
        return archive.read(member.path)
    except InvalidInput as error:
        return str(error.values["problem"])
