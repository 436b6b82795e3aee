"""Every file that claims to be a picture is decoded once, before anyone learns from it.

It is the decoder of training and serving that judges, so what is taken here is taken there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from aileron.core.digest import digest_bytes
from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase, phrase
from aileron.data.media.checking import check_media
from aileron.data.trees.archive import MOST_PICTURE_BYTES, Archive, Member

ENOUGH: Final = (1, 1)
"""Size to which a JPEG is decoded: every byte is read, few pixels are made."""


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
    contents: Iterable[tuple[str, bytes | Phrase]],
) -> Iterator[tuple[str, Checked | Phrase]]:
    """Each picture's name, and what it is or why it cannot be used, in the given order.

    Args:
        contents: name -> bytes, or why there are none; read as they are needed.
    """
    return check_media(contents, check)


def check(content: bytes | Phrase) -> Checked | Phrase:
    """The facts of the picture in `content`, or a reason; a reason given is returned."""
    from aileron.serve.pictures import PictureError, decode

    if isinstance(content, Phrase):
        return content
    try:
        found = decode(content, at_least=ENOUGH)
    except PictureError as error:
        return phrase("data.as_said", en=error.sentence("en"), zh=error.sentence("zh"))
    return Checked(
        digest=digest_bytes(content),
        width=found.width,
        height=found.height,
        mode=found.mode,
        format=found.format,
        bytes=len(content),
    )


def read_member(archive: Archive, member: Member) -> bytes | Phrase:
    """The bytes of a picture in an archive, or why it has none."""
    if member.kind == "link":
        return phrase("data.picture_is_link")
    if member.size > MOST_PICTURE_BYTES:
        most = MOST_PICTURE_BYTES >> 20
        return phrase("data.picture_many_bytes", size=member.size >> 20, most=most)
    try:
        return archive.read(member.path)
    except InvalidInput as error:
        return Phrase(error.message_id, error.values)
