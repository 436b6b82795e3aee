"""Rar archives for tests: the members stored as they are, by the published layout of RAR 5.0.

https://www.rarlab.com/technote.htm, "RAR 5.0 archive format".
"""

from __future__ import annotations

import stat
import zlib
from collections.abc import Mapping
from pathlib import Path

SIGNATURE = b"Rar!\x1a\x07\x01\x00"
MAIN, FILE, END = 1, 2, 5
HAS_DATA, HAS_SUM, UNIX = 2, 4, 1


def vint(number: int) -> bytes:
    """A number in groups of seven bits, the lowest first."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*groups, number))


def block(*fields: bytes) -> bytes:
    """A header: its sum, its size, its fields."""
    body = b"".join(fields)
    sized = vint(len(body)) + body
    return zlib.crc32(sized).to_bytes(4, "little") + sized


def member(name: str, content: bytes) -> bytes:
    named, size = name.encode(), vint(len(content))
    head = block(
        vint(FILE), vint(HAS_DATA), size,
        vint(HAS_SUM), size, vint(stat.S_IFREG | 0o644), zlib.crc32(content).to_bytes(4, "little"),
        vint(0), vint(UNIX), vint(len(named)), named,
    )  # fmt: skip
    return head + content


def rarred(target: Path, files: Mapping[str, bytes]) -> Path:
    """A rar of `files`: path -> content."""
    members = b"".join(member(name, content) for name, content in files.items())
    main, end = block(vint(MAIN), vint(0), vint(0)), block(vint(END), vint(0), vint(0))
    target.write_bytes(SIGNATURE + main + members + end)
    return target
