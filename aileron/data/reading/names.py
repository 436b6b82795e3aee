"""Names of columns: one each, of its own; a column without a name gets one by its position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from aileron.core.errors import InvalidInput

RESERVED = "sample_id"


def position_name(position: int) -> str:
    """The name of the column at `position` (from 0) that the file does not name."""
    return f"column_{position}"


def header_names(cells: Sequence[str]) -> list[str]:
    """Column names from the cells of a header; an empty cell is named by its position."""
    return [cell.strip() or position_name(i) for i, cell in enumerate(cells)]


def given_names(names: Sequence[str] | None, width: int, file: str) -> list[str]:
    """Column names of a file of `width` columns without a header.

    Raises:
        InvalidInput: `names` has another length.
    """
    if names is None:
        return [position_name(i) for i in range(width)]
    if len(names) != width:
        raise InvalidInput("data.names_do_not_fit", where=file, names=len(names), fields=width)
    return list(names)


def check_names(names: Sequence[str], file: str) -> None:
    """Raise `InvalidInput` unless every column has a name of its own."""
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        positions = ", ".join(str(i + 1) for i, name in enumerate(names) if name == twice[0])
        raise InvalidInput(
            "data.duplicate_column", where=file, column=twice[0], positions=positions
        )
    if RESERVED in names:
        raise InvalidInput("data.reserved_column", where=file, column=RESERVED)
