"""What a reader returns: the rows, and where in the file each of them stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Source:
    """A table as a file holds it."""

    table: Any
    """An Arrow table; in the import of a large file a `SpilledTable`."""
    where: Callable[[int], str]
    """Row number (from 0) -> the place to name to a person: ``file:line``."""
