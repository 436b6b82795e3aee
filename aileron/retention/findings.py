"""What a sweep found: what goes and why, and what stays for which reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from aileron.ledger.keeping import Cause, Holder

Where = Literal["store", "dataset_remote", "mlflow"]
Why = Literal[Cause, "unknown", "unnamed", "unfinished", "untagged"]
"""`unknown`: no record has ever named it. `unnamed`: a file of no artifact. `unfinished`: what a
writer left that broke off. `untagged`: an object of no dataset version."""
Because = Literal[Holder, "lately"]


@dataclass(frozen=True)
class Going:
    """Things of one kind that go, or would go, for one reason."""

    where: Where
    kind: str
    """An artifact's kind, ``file``, ``object`` or ``run``."""
    why: Why
    count: int
    bytes: int


@dataclass(frozen=True)
class Kept:
    """Artifacts that one kind of holder keeps."""

    because: Because
    count: int
    bytes: int
    """Of all their files; what several share counts for each."""


@dataclass(frozen=True)
class Findings:
    """What goes, or would go, and what of the store stays."""

    going: tuple[Going, ...]
    kept: tuple[Kept, ...]

    @property
    def bytes(self) -> int:
        return sum(one.bytes for one in self.going)


class Tally:
    """Adds up things by kind and reason."""

    def __init__(self, where: Where) -> None:
        self._where: Where = where
        self._counts: dict[tuple[str, Why], list[int]] = {}

    def add(self, kind: str, why: Why, size: int, count: int = 1) -> None:
        found = self._counts.setdefault((kind, why), [0, 0])
        found[0] += count
        found[1] += size

    @property
    def going(self) -> tuple[Going, ...]:
        """The largest first."""
        found = (
            Going(self._where, kind, why, count, size)
            for (kind, why), (count, size) in self._counts.items()
        )
        return tuple(sorted(found, key=lambda one: (-one.bytes, -one.count, one.kind, one.why)))


def kept_of(counts: Iterable[tuple[Because, int]]) -> tuple[Kept, ...]:
    """`Kept` of (holder, bytes) of each artifact, the largest first."""
    found: dict[Because, list[int]] = {}
    for because, size in counts:
        one = found.setdefault(because, [0, 0])
        one[0] += 1
        one[1] += size
    kept = (Kept(because, count, size) for because, (count, size) in found.items())
    return tuple(sorted(kept, key=lambda one: (-one.bytes, one.because)))
