"""Showing what a step would make of some samples, before anything is written.

A step that has `preview` is previewed by the pages and by `Client.preview_operation`, in a
process of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Previewing(Protocol):
    """A step that can show what it would do."""

    def preview(
        self, folder: Path, config: Any, count: int, seed: int, shards: Collection[str]
    ) -> Sequence[tuple[str, bytes]]:
        """Sample id, and a PNG that shows the sample before and after, of at most `count`.

        Args:
            folder: a DATASET artifact, of which some media may be left out.
            config: of the step.
            seed: of every random choice; a run with it makes what is shown.
            shards: files of media that are there.

        Raises:
            InvalidInput: it cannot be done with these samples; the sentence says why.
        """


class PreviewsPictures:
    """`Previewing` for the steps that change pictures."""

    def preview(
        self, folder: Path, config: Any, count: int, seed: int, shards: Collection[str]
    ) -> Sequence[tuple[str, bytes]]:
        """See `Previewing`."""
        from aileron.data.preparing.images.preview import preview

        return preview(folder, config, count, seed, shards)
