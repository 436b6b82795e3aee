"""What a row must meet, as SQL: one condition per kind of expectation about rows.

A condition is about rows that are not left out; it says yes, no, or NULL, which is no.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

from aileron.data.quality.connection import name_, text_
from aileron.data.quality.facts import VIEW
from aileron.data.quality.profile import ValueType
from aileron.data.quality.sql.regex import search_
from aileron.data.quality.sql.support import Unsupported

Kinds = Mapping[str, ValueType]
Arguments = Mapping[str, Any]


def literal_(value: Any, kind: ValueType) -> str:
    """`value` of a YAML as SQL, if it is of the column's kind."""
    if kind == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return f"CAST({text_(repr(value))} AS DOUBLE)"
    if kind == "boolean" and isinstance(value, bool):
        return str(value).lower()
    if kind not in ("number", "boolean") and isinstance(value, str):
        return text_(value)
    raise Unsupported(f"{value!r} is not of the column's kind, {kind}")


def between_(value: str, arguments: Arguments) -> str:
    """The number `value` within the bounds of `arguments`."""
    low, high = arguments.get("min_value"), arguments.get("max_value")
    parts = []
    if low is not None:
        parts.append(
            f"{value} {'>' if arguments.get('strict_min') else '>='} {literal_(low, 'number')}"
        )
    if high is not None:
        parts.append(
            f"{value} {'<' if arguments.get('strict_max') else '<='} {literal_(high, 'number')}"
        )
    return " AND ".join(parts)


def _in_set(column: str, kinds: Kinds, arguments: Arguments) -> str:
    values = arguments.get("value_set")
    if values is None:
        return "true"
    known = [literal_(value, kinds[column]) for value in values]
    return f"{name_(column)} IN ({', '.join(known)})" if known else "false"


def _not_in_set(column: str, kinds: Kinds, arguments: Arguments) -> str:
    if arguments.get("value_set") is None:
        return "true"
    return f"NOT ({_in_set(column, kinds, arguments)})"


def _between(column: str, kinds: Kinds, arguments: Arguments) -> str:
    return between_(number_(column, kinds), arguments)


def _length_between(column: str, kinds: Kinds, arguments: Arguments) -> str:
    return between_(f"length({_text(column, kinds)})", arguments)


def _length_equals(column: str, kinds: Kinds, arguments: Arguments) -> str:
    return f"length({_text(column, kinds)}) = {literal_(arguments['value'], 'number')}"


def _matches(column: str, kinds: Kinds, arguments: Arguments) -> str:
    return _search(column, kinds, arguments["regex"])


def _not_matches(column: str, kinds: Kinds, arguments: Arguments) -> str:
    return f"NOT {_search(column, kinds, arguments['regex'])}"


def _matches_list(column: str, kinds: Kinds, arguments: Arguments) -> str:
    joint = " AND " if arguments.get("match_on") == "all" else " OR "
    return f"({joint.join(_search(column, kinds, one) for one in arguments['regex_list'])})"


def _matches_none(column: str, kinds: Kinds, arguments: Arguments) -> str:
    return f"NOT ({' OR '.join(_search(column, kinds, one) for one in arguments['regex_list'])})"


def _z_score(column: str, kinds: Kinds, arguments: Arguments) -> str:
    """Where the score is not defined, the row meets the expectation, as in the library."""
    name = number_(column, kinds)
    mean, spread = (f"(SELECT {of}({name}) FROM {VIEW})" for of in ("avg", "stddev_samp"))
    score = f"(({name} - {mean}) / nullif({spread}, 0))"
    limit = literal_(arguments["threshold"], "number")
    under = (
        f"abs({score}) < abs({limit})" if arguments.get("double_sided") else f"{score} < {limit}"
    )
    return f"coalesce({under}, true)"


OF_COLUMN: Final[Mapping[str, Callable[[str, Kinds, Arguments], str]]] = {
    "column_values.between": _between,
    "column_values.in_set": _in_set,
    "column_values.match_regex": _matches,
    "column_values.match_regex_list": _matches_list,
    "column_values.not_in_set": _not_in_set,
    "column_values.not_match_regex": _not_matches,
    "column_values.not_match_regex_list": _matches_none,
    "column_values.value_length.between": _length_between,
    "column_values.value_length.equals": _length_equals,
    "column_values.z_score.under_threshold": _z_score,
}


def _greater(columns: Sequence[str], arguments: Arguments) -> str:
    sign = ">=" if arguments.get("or_equal") else ">"
    return f"{name_(columns[0])} {sign} {name_(columns[1])}"


def _equal(columns: Sequence[str], _: Arguments) -> str:
    return f"{name_(columns[0])} = {name_(columns[1])}"


def _different(columns: Sequence[str], _: Arguments) -> str:
    pairs = combinations(map(name_, columns), 2)
    return " AND ".join(f"{one} IS DISTINCT FROM {other}" for one, other in pairs)


def _sum(columns: Sequence[str], arguments: Arguments) -> str:
    total = " + ".join(f"coalesce({name_(column)}, 0)" for column in columns)
    return f"({total}) = {literal_(arguments['sum_total'], 'number')}"


OF_COLUMNS: Final[Mapping[str, Callable[[Sequence[str], Arguments], str]]] = {
    "column_pair_values.a_greater_than_b": _greater,
    "column_pair_values.equal": _equal,
    "multicolumn_sum.equal": _sum,
    "select_column_values.unique.within_record": _different,
}

IGNORED: Final = {
    "all_values_are_missing": " AND ",
    "both_values_are_missing": " AND ",
    "any_value_is_missing": " OR ",
    "either_value_is_missing": " OR ",
}


def kept_(columns: Sequence[str], ignore_row_if: str) -> str:
    """The rows that an expectation about several columns is about."""
    if ignore_row_if in ("never", "neither"):
        return "true"
    missing = IGNORED[ignore_row_if].join(f"{name_(column)} IS NULL" for column in columns)
    return f"NOT ({missing})"


def number_(column: str, kinds: Kinds) -> str:
    """The name of a column of numbers."""
    if kinds[column] != "number":
        raise Unsupported(f"{column} has no numbers")
    return name_(column)


def _text(column: str, kinds: Kinds) -> str:
    if kinds[column] in ("number", "boolean"):
        raise Unsupported(f"{column} has no text")
    return name_(column)


def _search(column: str, kinds: Kinds, pattern: Any) -> str:
    try:
        return search_(_text(column, kinds), str(pattern))
    except re.error as error:
        raise Unsupported(f"{pattern!r} is no regular expression: {error}") from None
