"""Which encoding a text file has: UTF-8 if it is, else Chinese if it reads as such, else western.

A file whose lines are partly UTF-8 and partly not was glued together from two files; no
encoding reads it, so it is refused with the first line that differs.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.data.inspection.container import wide_encoding

CHUNK: Final = 1 << 20
PLAUSIBLE: Final = 0.9
"""Share of characters that must be common Chinese ones, for text to be taken for Chinese."""


@dataclass(frozen=True)
class Encoding:
    """An encoding, and the message that says why."""

    name: str
    because: str | None = None


def find_encoding(path: Path) -> Encoding:
    """The encoding of the text in `path`.

    Raises:
        InvalidInput: lines of several encodings are mixed; names one.
    """
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", "encoding_because_bom")
    wide = wide_encoding(head)
    if wide:
        return Encoding(wide, "encoding_because_wide")
    if _is_utf8(path):
        return Encoding("utf-8")
    lines = _Lines(path)
    if lines.chinese:
        return Encoding("gb18030", "encoding_because_chinese")
    if lines.utf8 is not None and lines.other is not None:
        where = f"{path.name}:{lines.other}"
        raise InvalidInput("data.mixed_encodings", where=where, other=lines.utf8)
    name = "cp1252" if lines.windows else "latin-1"
    return Encoding(name, "encoding_because_western")


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                return False
    return not decoder.getstate()[0]


class _Lines:
    """What the lines with bytes beyond ASCII say."""

    def __init__(self, path: Path) -> None:
        self.utf8: int | None = None
        """The first line that is UTF-8 and can hardly be anything else."""
        self.other: int | None = None
        """The first line that is not UTF-8."""
        self.windows = False
        """Whether bytes occur that Windows-1252 has and Latin-1 has not."""
        self._common = self._rare = 0
        self._is_gb = True
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.isascii():
                    self._look(number, line)

    @property
    def chinese(self) -> bool:
        """Whether nearly all characters beyond ASCII are common Chinese in GB18030."""
        total = self._common + self._rare
        certain = self.utf8 is None and self._is_gb and total > 0
        return certain and self._common >= PLAUSIBLE * total

    def _look(self, number: int, line: bytes) -> None:
        self.windows = self.windows or any(0x80 <= byte < 0xA0 for byte in line)
        if _decodes(line, "utf-8"):
            # Two high bytes may be UTF-8 by chance (GBK's 女); three of one character hardly.
            if self.utf8 is None and any(byte >= 0xE0 for byte in line):
                self.utf8 = number
        elif self.other is None:
            self.other = number
        self._count(line)

    def _count(self, line: bytes) -> None:
        try:
            text = line.decode("gb18030")
        except UnicodeDecodeError:
            self._is_gb = False
            return
        for character in text:
            if not character.isascii():
                first, second, *more = (*character.encode("gb18030"), 0)
                common = first >= 0xA1 and second >= 0xA1 and more == [0]
                self._common += common
                self._rare += not common


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
