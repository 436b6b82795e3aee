"""Which format a file has, by its first bytes; its name decides only where bytes cannot."""

from __future__ import annotations

import codecs
import zipfile
from pathlib import Path
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.data.specs import FileFormat

HEAD: Final = 64 * 1024
MAGIC: Final = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\x7fELF": "ELF",
}
"""First bytes of files that are no table -> what they are."""
BOMS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def find_format(path: Path) -> FileFormat:
    """The format of the table in `path`; ``csv`` for any text that is not JSON.

    Raises:
        InvalidInput: the file is empty, or no table; says what it is.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip():
        raise InvalidInput("data.empty_file", where=path.name)
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head.startswith(b"PAR1") or path.suffix.lower() == ".parquet":
        return "parquet"
    if head.startswith(b"PK\x03\x04") or path.suffix.lower() in (".xlsx", ".xlsm"):
        return _zipped(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise InvalidInput("data.old_excel", where=path.name)
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            raise InvalidInput("data.not_a_table_file", where=path.name, kind=kind)
    if head.startswith(BOMS) or wide_encoding(head):
        return "csv"
    if b"\0" in head:
        raise InvalidInput("data.nul_byte", where=f"{path.name}:{_line(head)}")
    return _text(path, head)


def wide_encoding(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: in mostly western text, every other byte is NUL."""
    if b"\0" not in head or len(head) < 4:
        return None
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for name, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if high > 0.4 * half and low < 0.05 * half and _reads(head, name):
            return name
    return None


def _reads(head: bytes, encoding: str) -> bool:
    """Whether nearly all of `head` is text that people write."""
    text = head.decode(encoding, errors="replace")
    written = sum(char.isprintable() or char.isspace() for char in text)
    return written >= 0.98 * len(text)


def _text(path: Path, head: bytes) -> FileFormat:
    begin = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if begin[:15].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise InvalidInput("data.not_a_table_file", where=path.name, kind="HTML / XML")
    if begin[:1] == b"[" and begin[1:].lstrip()[:1] in (b"{", b"]"):
        return "json"
    if begin.startswith(b"{") or path.suffix.lower() in (".jsonl", ".ndjson"):
        return "jsonl"
    return "tsv" if path.suffix.lower() in (".tsv", ".tab") else "csv"


def _zipped(path: Path) -> FileFormat:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise InvalidInput("data.not_excel", where=path.name, problem=str(error)) from None
    if not any(name.startswith("xl/") for name in names):
        raise InvalidInput("data.not_a_table_file", where=path.name, kind="ZIP")
    return "excel"


def _line(head: bytes) -> int:
    return head.count(b"\n", 0, head.index(b"\0")) + 1
