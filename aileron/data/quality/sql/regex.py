r"""Regular expressions: Python's by RE2, where both mean the same, else by Python in DuckDB.

``\d`` is any decimal digit of Unicode in Python and of ASCII in RE2, ``$`` also matches before a
last line feed, and so on: what is not known to be equal goes the slow way.
"""

from __future__ import annotations

import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import duckdb


PYTHON: Final = "aileron_search_"
_SAME: Final = {
    codes.LITERAL, codes.NOT_LITERAL, codes.RANGE, codes.NEGATE, codes.IN, codes.BRANCH,
    codes.MAX_REPEAT, codes.MIN_REPEAT, codes.SUBPATTERN,
}  # fmt: skip
_MOST_REPEATS: Final = 1000
"""Beyond, RE2 refuses."""


def search_(value: str, pattern: str) -> str:
    """SQL that is true where Python's ``re.search(pattern, value)`` finds something.

    Raises:
        re.error: `pattern` is no regular expression.
    """
    from aileron.data.quality.connection import text_

    same = as_re2(pattern)
    if same is not None:
        return f"regexp_matches({value}, {text_(same)}, 's')"
    return f"{PYTHON}({value}, {text_(pattern)})"


def as_re2(pattern: str) -> str | None:
    """The same expression for RE2; None if there is none that surely means the same."""
    tree = parser.parse(pattern)
    if tree.state.flags & ~re.UNICODE:
        return None
    tokens = list(tree)
    at_end = bool(tokens) and tokens[-1] == (codes.AT, codes.AT_END) and pattern.endswith("$")
    if not all(_same(token) for token in (tokens[:-1] if at_end else tokens)):
        return None
    body = pattern[:-1] if at_end else pattern
    body = re.sub(r"\\(.)", lambda m: r"\p{Nd}" if m[1] == "d" else m[0], body, flags=re.DOTALL)
    return f"(?:{body})\\n?\\z" if at_end else body


def _same(token: tuple[Any, Any]) -> bool:
    code, argument = token
    if code is codes.AT:
        return argument in (codes.AT_BEGINNING, codes.AT_BEGINNING_STRING)
    if code is codes.CATEGORY:
        return argument is codes.CATEGORY_DIGIT
    if code not in _SAME:
        return False
    if code is codes.IN:
        return all(_same(inner) for inner in argument)
    if code is codes.BRANCH:
        return all(_same(inner) for branch in argument[1] for inner in branch)
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        low, high, body = argument
        bounded = low <= _MOST_REPEATS and (high is codes.MAXREPEAT or high <= _MOST_REPEATS)
        return bounded and all(_same(inner) for inner in body)
    if code is codes.SUBPATTERN:
        _, added, removed, body = argument
        return not added and not removed and all(_same(inner) for inner in body)
    return True


def add_python_search(connection: duckdb.DuckDBPyConnection) -> None:
    """Give `connection` the function that searches by Python."""
    import pyarrow as pa

    def search(values: Any, patterns: Any) -> Any:
        found = [
            None if value is None else re.search(pattern, value) is not None
            for value, pattern in zip(values.to_pylist(), patterns.to_pylist(), strict=True)
        ]
        return pa.array(found, pa.bool_())

    kinds = ["VARCHAR", "VARCHAR"]
    connection.create_function(PYTHON, search, kinds, "BOOLEAN", type="arrow")  # type: ignore[call-overload]
