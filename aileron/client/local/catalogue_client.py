"""The verbs of the catalogue on this machine, each handed to the module that knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aileron.client import records as r
from aileron.client.catalogue import CatalogueVerbs
from aileron.client.local import (
    catalogue,
    choices,
    dataset_list,
    datasets,
    exports,
    previews,
    refused,
    works,
)
from aileron.client.local.installation import Scope
from aileron.client.works import WorkVerbs, tried


class LocalCatalogue(CatalogueVerbs, WorkVerbs):
    """What `LocalClient` inherits."""

    _scope: Scope

    def define_dataset(self, definition: Mapping[str, Any]) -> r.DatasetBrief:
        return works.define_dataset(self._scope, definition)

    def formats(self) -> tuple[r.DataFormat, ...]:
        return choices.formats_of_data()

    def operations(self) -> tuple[r.OperationShape, ...]:
        return choices.operation_shapes(self._scope.language)

    def preview_operation(
        self,
        operation: str,
        dataset: str,
        version: int | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        count: int = 6,
        seed: int = 0,
    ) -> r.OperationPreview:
        asked = tried(operation, version, options, count, seed)
        return previews.preview(self._scope, dataset, asked)

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
        wanted = dataset_list.Wanted(word, modality, task, tag, favourite, mine, deleted, number)
        return dataset_list.datasets(self._scope, wanted)

    def dataset(self, name: str, *, deleted: bool = False) -> r.Dataset:
        return datasets.dataset(self._scope, name, deleted=deleted)

    def version_by_id(self, number: int) -> r.DatasetVersion:
        return datasets.by_id(self._scope, number)

    def change_dataset(
        self,
        name: str,
        *,
        visibility: r.Visibility | None = None,
        online: bool | None = None,
        tags: Sequence[str] | None = None,
    ) -> r.DatasetBrief:
        return catalogue.change(self._scope, name, visibility, online, tags)

    def favour_dataset(self, name: str, *, favourite: bool = True) -> r.DatasetBrief:
        return catalogue.favour(self._scope, name, favourite=favourite)

    def lock_version(self, name: str, version: int, reason: str = "") -> r.DatasetVersion:
        return catalogue.lock(self._scope, name, version, reason)

    def unlock_version(self, name: str, version: int) -> r.DatasetVersion:
        return catalogue.unlock(self._scope, name, version)

    def delete_dataset(self, name: str, version: int | None = None) -> r.DatasetBrief:
        return catalogue.delete(self._scope, name, version)

    def restore_dataset(self, name: str, version: int | None = None) -> r.DatasetBrief:
        return catalogue.restore(self._scope, name, version)

    def purge_datasets(self, name: str | None = None, *, dry_run: bool = True) -> r.Purge:
        return catalogue.purge(self._scope, name, dry_run=dry_run)

    def dataset_shares(self, name: str) -> tuple[r.Share, ...]:
        return catalogue.shares(self._scope, name)

    def share_dataset(
        self,
        name: str,
        grantee: str,
        *,
        kind: r.GranteeKind = "actor",
        right: r.Right = "read",
    ) -> tuple[r.Share, ...]:
        return catalogue.share(self._scope, name, grantee, kind, right)

    def unshare_dataset(
        self, name: str, grantee: str, *, kind: r.GranteeKind = "actor"
    ) -> tuple[r.Share, ...]:
        return catalogue.unshare(self._scope, name, grantee, kind)

    def export_of(self, run_id: str) -> r.ExportFile:
        return exports.export_of(self._scope, run_id)

    def download_export(self, run_id: str, target: Path) -> r.ExportFile:
        return exports.download(self._scope, run_id, target)

    def refused_of(self, run_id: str) -> r.ExportFile:
        return exports.refused_of(self._scope, run_id)

    def download_refused(self, run_id: str, target: Path) -> r.ExportFile:
        return exports.download_refused(self._scope, run_id, target)

    def refused_by_run(self, run_id: str, *, offset: int = 0, limit: int = 50) -> r.RefusedPage:
        return refused.of_run(self._scope, run_id, offset, limit)

    def refused_samples(
        self, name: str, version: int | None = None, *, offset: int = 0, limit: int = 50
    ) -> r.RefusedPage:
        return refused.of_version(self._scope, name, version, offset, limit)

    def dataset_lineage(self, name: str, version: int) -> r.Lineage:
        return catalogue.lineage(self._scope, name, version)
