"""Text files of a tree line by line: in UTF-8, or in what Chinese editors write.

Bytes are decoded line by line, so that a file of any size takes little memory and a wrong byte
is told of with its line.
"""

from __future__ import annotations

import codecs
import io
import posixpath
from collections.abc import Iterator, Sequence
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase, phrase
from aileron.data.formats.port import Tree
from aileron.data.trees.paths import SOUNDS, is_picture

UTF8: Final = "utf-8"
GBK: Final = "gb18030"
_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
ABOUT: Final = frozenset(("readme", "license", "licence", "notice", "changelog"))
"""Names of texts that say something of a dataset, and belong to none."""


def suffix_of(path: str) -> str:
    """The suffix of a file's name, in small letters."""
    return posixpath.splitext(path)[1].lower()


def stem_of(path: str) -> str:
    """The name of a file without its folders and its suffix."""
    return posixpath.splitext(posixpath.basename(path))[0]


def files_with(tree: Tree, suffixes: Sequence[str]) -> list[str]:
    """The files of `tree` with one of `suffixes`, but those that tell about the dataset."""
    return [
        path
        for path in tree.paths()
        if suffix_of(path) in suffixes and stem_of(path).lower() not in ABOUT
    ]


def has_media(tree: Tree) -> bool:
    """Whether `tree` holds pictures or recordings, and so is no dataset of texts."""
    return any(is_picture(path) or suffix_of(path) in SOUNDS for path in tree.paths())


def encoding_of(tree: Tree, path: str) -> str:
    """UTF-8 unless the beginning of the file is none; then UTF-16 by its mark, or GB18030."""
    head = tree.head(path)
    if head.startswith(_WIDE):
        return "utf-16"
    try:
        head.decode(UTF8)
    except UnicodeDecodeError as error:
        cut = len(head) < tree.size(path) and error.start >= len(head) - 3
        return UTF8 if cut else GBK
    return UTF8


def encoding_notes(tree: Tree, paths: Sequence[str]) -> tuple[Phrase, ...]:
    """What to tell of the files that are not in UTF-8."""
    found = ((path, encoding_of(tree, path)) for path in paths)
    return tuple(
        phrase("data.formats.note_encoding", file=path, encoding=encoding)
        for path, encoding in found
        if encoding != UTF8
    )


def lines_of(tree: Tree, path: str, encoding: str = UTF8) -> Iterator[tuple[int, str]]:
    """Number from 1 and text of each line, its end included.

    Raises:
        InvalidInput: a line is not in `encoding`; says which.
    """
    if encoding == "utf-16":
        yield from enumerate(_wide_lines(tree, path), 1)
        return
    with tree.open(path) as file:
        for number, raw in enumerate(file, 1):
            if number == 1:
                raw = raw.removeprefix(codecs.BOM_UTF8)  # noqa: PLW2901
            try:
                yield number, raw.decode(encoding)
            except UnicodeDecodeError:
                where = f"{path}:{number}"
                if encoding == UTF8:
                    raise InvalidInput("data.formats.not_utf8", where=where) from None
                raise InvalidInput(
                    "data.formats.not_encoding", where=where, encoding=encoding
                ) from None


def head_lines(tree: Tree, path: str, encoding: str | None = None) -> list[str]:
    """The whole lines in the beginning of a file, their ends cut off; odd bytes replaced."""
    head = tree.head(path)
    text = head.removeprefix(codecs.BOM_UTF8).decode(encoding or encoding_of(tree, path), "replace")
    lines = text.split("\n")
    if len(head) < tree.size(path) and len(lines) > 1:
        lines.pop()
    return [line.rstrip("\r") for line in lines]


def _wide_lines(tree: Tree, path: str) -> Sequence[str]:
    try:
        return list(io.StringIO(tree.read(path).decode("utf-16"), newline="\n"))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        where = f"{path}:{line}"
        raise InvalidInput("data.formats.not_encoding", where=where, encoding="utf-16") from None
