"""What a worker needs of a revision at work, whatever runs it: a process here, pods elsewhere.

A target starts one revision, finds it again, and removes what it left behind; what it starts
is a `Running`. The worker's life cycle (starts, probes, drain, statuses) knows no more than
this.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from aileron.ledger import Revision


class Running(ABC):
    """A revision that was started. Each method may raise `Unavailable` and be called again."""

    ready_poll: ClassVar[float]
    """Seconds between looks until it is healthy."""
    watch_poll: ClassVar[float]
    """Seconds between looks from then on."""
    pid: int | None = None

    @abstractmethod
    def address(self) -> str | None:
        """``host:port``, once it takes requests."""

    @abstractmethod
    def ended(self) -> str | None:
        """Why it is there no more, None while it is."""

    @abstractmethod
    def trouble(self) -> str | None:
        """What keeps it from being healthy, as far as its target knows; None if nothing."""

    @abstractmethod
    def hopeless(self) -> bool:
        """Whether `trouble` will not pass by itself."""

    @abstractmethod
    def follow(self, revision: Revision) -> None:
        """Be as the row says now, and bring the log up to date."""

    @abstractmethod
    def stop(self) -> None:
        """End what is in flight, and go."""

    @abstractmethod
    def kill(self) -> None:
        """Go at once, and leave nothing at work."""


class Target(ABC):
    """Where one revision runs."""

    independent: ClassVar[bool]
    """What it starts comes back by itself when it falls, and goes on without the supervisor."""

    @abstractmethod
    def find(self) -> Running | None:
        """The revision that an earlier worker started, if it runs."""

    @abstractmethod
    def launch(self) -> Running:
        """Start it.

        Raises:
            Unavailable: what is needed cannot be had now.
            Refused: it can never run there.
        """

    @abstractmethod
    def remove(self) -> None:
        """Delete what is left of a revision that has stopped, except its log."""
