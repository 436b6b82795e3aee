"""The verbs of drafts, as part of `aileron.client.base.Client`.

A draft is a dataset version in the making: samples are added to it one at a time, and a run of
the dataset's import makes a version of all that are there, some minutes after the first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from aileron.client import records as r


class DraftVerbs(ABC):
    """Beginning drafts, and adding samples."""

    @abstractmethod
    def begin_draft(
        self,
        dataset: str,
        *,
        joins: bool = False,
        kind: str | None = None,
        description: str = "",
    ) -> r.Draft:
        """A draft without a sample; the next versions of the dataset are of it.

        Args:
            joins: versions have the samples of the version before, too.
            kind: a word of the caller's own.

        Raises:
            Conflict: an import of the dataset is under way.
        """

    @abstractmethod
    def drafts(self, dataset: str | None = None) -> tuple[r.Draft, ...]:
        """Those of a dataset, or of all of the project, the newest first."""

    @abstractmethod
    def draft(self, number: int) -> r.Draft:
        """One draft."""

    @abstractmethod
    def add_sample(
        self,
        number: int,
        content: str,
        labels: Iterable[r.SampleLabel] = (),
        *,
        replace: bool = False,
    ) -> r.Draft:
        """Add a sample to the newest draft of a dataset; the draft with it.

        Args:
            content: a picture in Base64; a text; a pair of texts joined by a tabulator. What is
                there already gets the labels, too.
            replace: it gets these labels instead.

        Raises:
            InvalidInput: the sample cannot be used.
            Conflict: the draft is not the newest, or the dataset takes no single samples.
        """

    @abstractmethod
    def delete_draft(self, number: int) -> None:
        """Delete a draft with its samples; versions that were made of it stay."""
