"""Faults of single rows: the first one fails an import at once, or all of them are noted.

Whoever looks at the cells of a column says which rows cannot be used, by a `Report`. What it
leads to is decided by who asked: most times there is no such row, so nothing is noted then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase, phrase
from aileron.data.formats.problems import MOST

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

OF_ROWS: Final = frozenset(
    f"data.{name}"
    for name in (
        "nul_byte", "wrong_encoding", "wrong_field_count", "unclosed_quote", "not_csv",
        "bad_json_line", "json_line_no_object", "not_a_date", "not_a_number", "infinite_number",
        "unknown_category", "missing_id", "duplicate_id", "missing_target", "missing_value",
        "no_time", "duplicate_time", "unseen_label", "long_cell",
    )
)  # fmt: skip
"""Messages of faults without whose rows the rest of the file can be read."""


class Report(Protocol):
    """Takes the rows that cannot be used for one reason."""

    def __call__(self, bad: pa.Array, name: str, said: Callable[[int], Mapping[str, Any]]) -> None:
        """Take them.

        Args:
            bad: whether each row is one of them; null for no.
            name: the message, ``data.not_a_number``.
            said: number of a row -> the values of its message.
        """


def refusing(where: Callable[[int], str]) -> Report:
    """A report that raises the first fault; `where` turns the number of a row into a place."""

    def report(bad: pa.Array, name: str, said: Callable[[int], Mapping[str, Any]]) -> None:
        import pyarrow.compute as pc

        row = pc.index(bad, True).as_py()
        if row >= 0:
            raise InvalidInput(name, where=where(row), **said(row))

    return report


class Noted:
    """The rows among `total` that cannot be used, and why; of many only that they cannot."""

    def __init__(self, total: int) -> None:
        import numpy as np

        self.bad: np.ndarray[Any, Any] = np.zeros(total, dtype=bool)
        self.reasons: dict[int, dict[str, Phrase]] = {}
        """Row -> its reasons, each once."""

    def report(self, first: int = 0) -> Report:
        """A report of rows whose numbers count from `first`."""

        def report(bad: pa.Array, name: str, said: Callable[[int], Mapping[str, Any]]) -> None:
            import pyarrow.compute as pc

            rows = pc.indices_nonzero(bad).to_numpy()
            self.bad[first + rows] = True
            for row in rows[:MOST].tolist():
                if first + row in self.reasons or len(self.reasons) < MOST:
                    reason = phrase(name, **said(row))
                    self.reasons.setdefault(first + row, {})[str(reason)] = reason

        return report
