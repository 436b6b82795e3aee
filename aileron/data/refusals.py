"""What an import leaves out: named in log and card, kept as a file, and too much of it fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase
from aileron.core.steps import Context
from aileron.data.card_base import RefusedSample
from aileron.data.formats.problems import MOST, Problems

NAMED: Final = 1000
"""Refused samples that card and log name."""


class Tolerance(Protocol):
    """What a definition says of samples that cannot be used."""

    @property
    def max_refused(self) -> float:
        """Share of them above which an import fails."""

    @property
    def lenient(self) -> bool:
        """Whether any may be left out at all."""


@dataclass(frozen=True)
class Refused:
    """A file, or a line of one, that cannot be used."""

    file: str
    reason: Phrase
    line: int | None = None
    keep: bool = True
    """Whether the file is to be handed back, if it is one by itself."""

    @property
    def where(self) -> str:
        """``file`` or ``file:line``."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


class LeftOut:
    """What one import leaves out; of more than `MOST` only the number is kept."""

    def __init__(self, refused: list[Refused] | None = None) -> None:
        self._kept = refused or []
        self.count = len(self._kept)

    @classmethod
    def of(cls, problems: Problems) -> LeftOut:
        """What the readers of formats found."""
        left = cls([Refused(one.file, one.reason, one.line) for one in problems])
        left.count = len(problems)
        return left

    def add(self, file: str, reason: Phrase, line: int | None = None) -> None:
        """Note that `file`, or that line of it, cannot be used."""
        self.count += 1
        if len(self._kept) < MOST:
            self._kept.append(Refused(file, reason, line))

    def add_all(self, other: LeftOut) -> None:
        """Note what `other` has."""
        self._kept += other._kept[: max(0, MOST - len(self._kept))]
        self.count += other.count

    def __iter__(self) -> Iterator[Refused]:
        """In order of their places."""
        return iter(sorted(self._kept, key=lambda one: (one.file, one.line or 0)))

    def named(self) -> tuple[RefusedSample, ...]:
        """The first of them, as a card has them."""
        first = list(self)[:NAMED]
        return tuple(RefusedSample(path=one.where, reason=one.reason.render("en")) for one in first)

    def judge(self, context: Context, where: str, taken: int, spec: Tolerance) -> None:
        """Name what was refused, and fail if `spec` allows less of it, or nothing was taken.

        Args:
            where: the name of the source.
            taken: how many samples came in.

        Raises:
            InvalidInput: it was too much, or all, or one where none may be.
        """
        named = self.named()
        for item in named:
            context.log(f"{item.path} is left out: {item.reason}")
        if self.count > len(named):
            context.log(f"{self.count - len(named):,} more are left out")
        total = taken + self.count
        if taken and self.count <= (spec.max_refused * total if spec.lenient else 0):
            return
        one = next(iter(self))
        first = {"first": one.where, "reason": one.reason.to_dict()}
        counts = {"count": self.count, "total": total}
        if spec.lenient:
            most = f"{spec.max_refused:.0%}"
            raise InvalidInput("data.too_many_refused", where=where, most=most, **counts, **first)
        raise InvalidInput("data.strict_refused", where=where, **counts, **first)
