"""What a proposer of a new lifecycle is asked and what it answers: plain records.

A proposer (`table`, `images`) looks at data and proposes documents; it writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from aileron.data.inspection import Assumption

__all__ = ["Assumption", "Created", "NewOptions", "Proposal"]


@dataclass(frozen=True)
class NewOptions:
    """What the user said beside name and data; None is for the proposer to find out."""

    target: str | None = None
    """Column to predict, by name or by index from 0; negative indexes count from the end."""
    task: Literal["classification", "regression"] | None = None
    header: bool | None = None
    test_data: Path | None = None
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    """Of an Excel file."""
    table: str | None = None
    """Of an SQLite file."""
    dry_run: bool = False
    """Propose and write nothing."""


@dataclass(frozen=True)
class Proposal:
    """The documents of a new lifecycle as plain values in the order in which they are written."""

    dataset: Mapping[str, Any]
    """``dataset.yaml``."""
    expectations: Sequence[Mapping[str, Any]]
    """Items of ``expectations.yaml``: type, kwargs, severity."""
    lifecycle: Mapping[str, Any]
    """``configs/lifecycles/NAME.yaml``."""
    assumptions: tuple[Assumption, ...]


@dataclass(frozen=True)
class Created:
    """What `create` wrote, or would write: file -> text, and what it assumed."""

    documents: Mapping[Path, str]
    assumptions: tuple[Assumption, ...]
    dry_run: bool = False

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(self.documents)
