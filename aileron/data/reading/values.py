"""From Python values of any kind, as JSON and Excel give them, to an Arrow column."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

LARGEST_INTEGER = 2**53
"""Beyond it a float64 no longer tells neighbours apart: such integers are labels, not numbers."""


def column(values: Sequence[Any]) -> pa.Array:
    """`values` as truth values, numbers or text, whichever fits all of them; dates as ISO text.

    Lists and objects become JSON in bytes: a type that nothing learns from.
    """
    import pyarrow as pa

    kinds = {type(value) for value in values} - {type(None)}
    if kinds & {dict, list}:
        texts = [_nested(value) for value in values]
        return pa.array(texts, pa.binary())
    if kinds and kinds <= {bool}:
        return pa.array(values, pa.bool_())
    if kinds and kinds <= {int, float} and _is_exact(values):
        return pa.array(values, pa.float64() if float in kinds else pa.int64())
    return pa.array([text(value) for value in values], pa.string())


def text(value: Any) -> str | None:
    """One value as a person would write it into a CSV."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _is_exact(values: Sequence[Any]) -> bool:
    return all(not isinstance(v, int) or abs(v) <= LARGEST_INTEGER for v in values)


def _nested(value: Any) -> bytes | None:
    if value is None:
        return None
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str).encode()
