"""Every file that claims to be a picture is decoded once, before anyone learns from it.

It is the decoder of training and serving that judges, so what is taken here is taken there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from aileron.core.digest import digest_bytes
from aileron.core.errors import InvalidInput
from aileron.data.media.checking import check_media
from aileron.data.trees.archive import MOST_PICTURE_BYTES, Archive, Member

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
    return check_media(contents, check)


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
