"""The verbs of the catalogue of datasets, as part of `aileron.client.base.Client`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from aileron.client import records as r


class CatalogueVerbs(ABC):
    """Finding datasets, saying who may see them, keeping and deleting versions.

    The project is the client's; another project's dataset can be read if it is public, preset
    or shared. Acts on what one may only read raise `Refused`.
    """

    @abstractmethod
    def datasets(
        self,
        *,
        word: str | None = None,
        modality: str | None = None,
        task: str | None = None,
        tag: str | None = None,
        favourite: bool = False,
        mine: bool = False,
        deleted: bool = False,
        number: int | None = None,
    ) -> tuple[r.DatasetBrief, ...]:
        """The project's defined or versioned datasets, then those of others that it may read.

        Args:
            word: words that are all in the name, the display name or the tags.
            favourite: only those on the asker's own list.
            mine: only those whose first version the asker made.
            deleted: those that were deleted, instead of those that are there.
            number: only the one of that `id`.
        """

    @abstractmethod
    def dataset(self, name: str, *, deleted: bool = False) -> r.Dataset:
        """One dataset with its versions; with those that were deleted if asked for."""

    @abstractmethod
    def version_by_id(self, number: int) -> r.DatasetVersion:
        """The dataset version of that number, of any project that the asker may see."""

    @abstractmethod
    def change_dataset(
        self,
        name: str,
        *,
        visibility: r.Visibility | None = None,
        online: bool | None = None,
        tags: Sequence[str] | None = None,
    ) -> r.DatasetBrief:
        """Set what is given; `tags` are all of them. Preset is for administrators."""

    @abstractmethod
    def favour_dataset(self, name: str, *, favourite: bool = True) -> r.DatasetBrief:
        """Put the dataset on the asker's own list of favourites, or take it off."""

    @abstractmethod
    def lock_version(self, name: str, version: int, reason: str = "") -> r.DatasetVersion:
        """Keep a version from being deleted.

        Raises:
            Conflict: another has locked it.
        """

    @abstractmethod
    def unlock_version(self, name: str, version: int) -> r.DatasetVersion:
        """Take a lock off: one's own, or as an administrator anybody's."""

    @abstractmethod
    def delete_dataset(self, name: str, version: int | None = None) -> r.DatasetBrief:
        """Hide a version, or the dataset with all versions; 30 days to restore it.

        Raises:
            Conflict: a champion, a live service, a running run or a lock refers to it.
        """

    @abstractmethod
    def restore_dataset(self, name: str, version: int | None = None) -> r.DatasetBrief:
        """Bring a version back, or the dataset with the versions deleted together with it."""

    @abstractmethod
    def purge_datasets(self, name: str | None = None, *, dry_run: bool = True) -> r.Purge:
        """Remove what was deleted more than 30 days ago and nothing refers to, for good."""

    @abstractmethod
    def dataset_shares(self, name: str) -> tuple[r.Share, ...]:
        """To whom the dataset was granted."""

    @abstractmethod
    def share_dataset(
        self,
        name: str,
        grantee: str,
        *,
        kind: r.GranteeKind = "actor",
        right: r.Right = "read",
    ) -> tuple[r.Share, ...]:
        """Let a login or a project read or write the dataset; no copy is made."""

    @abstractmethod
    def unshare_dataset(
        self, name: str, grantee: str, *, kind: r.GranteeKind = "actor"
    ) -> tuple[r.Share, ...]:
        """Take a share back; doing it again changes nothing."""

    @abstractmethod
    def export_of(self, run_id: str) -> r.ExportFile:
        """What a run of `dataset_export` wrote."""

    @abstractmethod
    def download_export(self, run_id: str, target: Path) -> r.ExportFile:
        """Write that file to `target`, which is new."""

    @abstractmethod
    def refused_of(self, run_id: str) -> r.ExportFile:
        """The zip of what an import's run left out, or of what made it fail."""

    @abstractmethod
    def download_refused(self, run_id: str, target: Path) -> r.ExportFile:
        """Write that zip to `target`, which is new: problems.csv, and the files themselves."""

    @abstractmethod
    def refused_by_run(self, run_id: str, *, offset: int = 0, limit: int = 50) -> r.RefusedPage:
        """What an import's run left out, sample by sample; at most 200."""

    @abstractmethod
    def refused_samples(
        self, name: str, version: int | None = None, *, offset: int = 0, limit: int = 50
    ) -> r.RefusedPage:
        """What the import of a version (default: the newest) left out; at most 200."""

    @abstractmethod
    def dataset_lineage(self, name: str, version: int) -> r.Lineage:
        """Where a version comes from, and which runs, models and services it led to."""
