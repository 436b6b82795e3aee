"""Where the values of a plain Parquet column lie in its file, so that one is read alone.

The shards of media are written uncompressed and without a dictionary: their values stand in the
file as they are, each after its length (Parquet's encoding PLAIN). Only the headers of pages
are read here, which are Thrift structs in the compact protocol.
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

import struct
from typing import Any, Final

Buffer = Any
"""Bytes that can be indexed: a `bytes` or an `mmap`."""

_LENGTH: Final = struct.Struct("<I")
_TYPE, _SIZE_BEFORE, _SIZE, _DATA_PAGE = 1, 2, 3, 5
"""Fields of PageHeader."""
_COUNT, _ENCODING = 1, 2
"""Fields of DataPageHeader."""
_PLAIN: Final = 0
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12


class NotPlain(Exception):
    """The column is written another way; its values are read by a Parquet reader."""


def plain_values(data: Buffer, start: int, end: int, *, optional: bool) -> list[tuple[int, int]]:
    """(first byte, length) of each value of the column chunk from `start` to `end`.

    Args:
        optional: whether the schema lets values be missing: their levels stand before them then.

    Raises:
        NotPlain: pages are compressed or coded, or values are missing.
    """
    values: list[tuple[int, int]] = []
    place = start
    while place < end:
        header, place = _read_struct(data, place)
        page, size = header.get(_DATA_PAGE), header.get(_SIZE)
        if header.get(_TYPE) != 0 or not isinstance(page, dict) or size is None:
            raise NotPlain("not a page of data")
        if page.get(_ENCODING) != _PLAIN or header.get(_SIZE_BEFORE) != size:
            raise NotPlain("a page that is compressed or coded")
        values += _values(data, place, place + size, page[_COUNT], optional=optional)
        place += size
    return values


def _values(
    data: Buffer, place: int, end: int, count: int, *, optional: bool
) -> list[tuple[int, int]]:
    if optional:
        place += _LENGTH.size + _LENGTH.unpack_from(data, place)[0]
    found = []
    for _ in range(count):
        if place + _LENGTH.size > end:
            raise NotPlain("missing values")
        (length,) = _LENGTH.unpack_from(data, place)
        found.append((place + _LENGTH.size, length))
        place += _LENGTH.size + length
    if place != end:
        raise NotPlain("values that do not fill their page")
    return found


def _read_struct(data: Buffer, place: int) -> tuple[dict[int, Any], int]:
    """Field id -> value of the struct at `place`, and where it ends."""
    fields: dict[int, Any] = {}
    number = 0
    while (head := data[place]) != 0:
        place += 1
        if head >> 4:
            number += head >> 4
        else:
            number, place = _zigzag(data, place)
        fields[number], place = _read(data, place, head & 0x0F)
    return fields, place + 1


def _read(data: Buffer, place: int, kind: int) -> tuple[Any, int]:
    if kind in (_TRUE, _FALSE):
        return kind == _TRUE, place
    if kind == _BYTE:
        return data[place], place + 1
    if kind == _DOUBLE:
        return None, place + 8
    if kind == _BINARY:
        length, place = _varint(data, place)
        return None, place + length
    if kind == _STRUCT:
        return _read_struct(data, place)
    if kind in (_LIST, _SET, _MAP):
        raise NotPlain("a header of another version")
    return _zigzag(data, place)


def _zigzag(data: Buffer, place: int) -> tuple[int, int]:
    value, place = _varint(data, place)
    return (value >> 1) ^ -(value & 1), place


def _varint(data: Buffer, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, place
        shift += 7
