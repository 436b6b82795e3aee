"""What is let through to a database: one SELECT that only reads.

The transaction is read-only too; this is for a sentence before anything is sent, and for what
such a transaction would let pass: a second statement, a file written by MySQL's INTO OUTFILE.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from aileron.core.errors import InvalidInput

_COMMENT: Final = r"--[^\n]*|/\*(?![!+M])(?:(?!/\*)[^*]|\*(?!/))*\*/"
_PLAIN: Final = r"'(?:[^']|'')*'"
_NAMED: Final = r'"(?:[^"]|"")*"'
_SLASHED: Final = r"'(?:[^'\\]|\\.|'')*'"
QUOTED: Final[Mapping[str, re.Pattern[str]]] = {
    "postgresql": re.compile(
        rf"{_COMMENT}|\b[eE]{_SLASHED}|{_PLAIN}|{_NAMED}|\$([A-Za-z_]\w*|)\$.*?\$\1\$",
        re.DOTALL,
    ),
    "mysql": re.compile(
        rf'{_COMMENT}|#[^\n]*|{_SLASHED}|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`', re.DOTALL
    ),
    "sqlite": re.compile(rf"{_COMMENT}|{_PLAIN}|{_NAMED}|`(?:[^`]|``)*`|\[[^\]]*\]", re.DOTALL),
}
"""Kind of database -> its comments and quoted texts."""
WRITES: Final = re.compile(
    r"\b(into|insert|update|delete|create|drop|alter|truncate|grant)\b", re.IGNORECASE
)


def checked_select(kind: str, text: str) -> str:
    """`text` without a semicolon at its end, if it is one statement that reads.

    Raises:
        InvalidInput: it is something else; says what.
    """
    text = text.strip().rstrip(";").rstrip()
    bare = QUOTED[kind].sub(_blank, text)
    if ";" in bare:
        raise InvalidInput("data.sources.many_statements")
    if any(mark in bare for mark in ("'", '"', "`", "/*", "*/", "\0")):
        raise InvalidInput("data.sources.open_quote")
    if not re.match(r"[(\s]*(select|with|values|table)\b", bare, re.IGNORECASE):
        raise InvalidInput("data.sources.not_a_select", found=text[:40])
    found = WRITES.search(bare)
    if found is not None:
        raise InvalidInput("data.sources.select_writes", word=found[0].upper())
    return text


def _blank(quoted: re.Match[str]) -> str:
    """What stands for a comment or a quoted text while words are looked for."""
    return " _ " if quoted[0][:1] in "'\"`[$eE" else " "
