"""The verb of retention, as part of `aileron.client.base.Client`."""

from __future__ import annotations

from abc import ABC, abstractmethod

from aileron.client import records as r


class SweepVerbs(ABC):
    """Removing what nobody needs any more."""

    @abstractmethod
    def sweep(
        self, *, dry_run: bool = True, everywhere: bool = False, claim: bool = False
    ) -> r.Swept:
        """Remove what ``configs/retention.yaml`` does not keep, or only say what that is.

        Args:
            everywhere: runs and versions of every project, not of the client's alone.
            claim: a store that nobody has claimed is this installation's, whatever it holds.

        Raises:
            Conflict: a sweep, a purge or a backup is under way.
            Refused: the asker has one project alone; or the store cannot be swept from here.
        """
