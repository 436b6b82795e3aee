"""The verbs of the catalogue over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aileron.client import records as r
from aileron.client.asking import Asking
from aileron.client.catalogue import CatalogueVerbs
from aileron.client.works import WorkVerbs, tried


class RemoteCatalogue(Asking, CatalogueVerbs, WorkVerbs):
    """What `RemoteClient` inherits."""

    def define_dataset(self, definition: Mapping[str, Any]) -> r.DatasetBrief:
        return self._send("POST", r.DatasetBrief, "datasets", r.Define(definition=dict(definition)))

    def formats(self) -> tuple[r.DataFormat, ...]:
        return self._get(tuple[r.DataFormat, ...], "formats")

    def operations(self) -> tuple[r.OperationShape, ...]:
        return self._get(tuple[r.OperationShape, ...], "operations")

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
        body = tried(operation, version, options, count, seed)
        return self._send("POST", r.OperationPreview, f"{_path(dataset)}/preview", body)

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
        query = {"word": word, "modality": modality, "task": task, "tag": tag, "number": number}
        only = {"favourite": favourite, "mine": mine, "deleted": deleted}
        chosen = {name: "true" for name, wanted in only.items() if wanted}
        return self._get(tuple[r.DatasetBrief, ...], "datasets", **query, **chosen)

    def dataset(self, name: str, *, deleted: bool = False) -> r.Dataset:
        return self._get(r.Dataset, _path(name), deleted="true" if deleted else None)

    def version_by_id(self, number: int) -> r.DatasetVersion:
        return self._get(r.DatasetVersion, f"dataset-versions/{number}")

    def change_dataset(
        self,
        name: str,
        *,
        visibility: r.Visibility | None = None,
        online: bool | None = None,
        tags: Sequence[str] | None = None,
    ) -> r.DatasetBrief:
        given = tuple(tags) if tags is not None else None
        body = r.ChangeDataset(visibility=visibility, online=online, tags=given)
        return self._send("PATCH", r.DatasetBrief, _path(name), body)

    def favour_dataset(self, name: str, *, favourite: bool = True) -> r.DatasetBrief:
        method = "PUT" if favourite else "DELETE"
        return self._send(method, r.DatasetBrief, f"{_path(name)}/favourite")

    def lock_version(self, name: str, version: int, reason: str = "") -> r.DatasetVersion:
        body = r.LockVersion(reason=reason)
        return self._send("POST", r.DatasetVersion, f"{_path(name, version)}/lock", body)

    def unlock_version(self, name: str, version: int) -> r.DatasetVersion:
        return self._send("POST", r.DatasetVersion, f"{_path(name, version)}/unlock")

    def delete_dataset(self, name: str, version: int | None = None) -> r.DatasetBrief:
        return self._send("DELETE", r.DatasetBrief, _path(name, version))

    def restore_dataset(self, name: str, version: int | None = None) -> r.DatasetBrief:
        return self._send("POST", r.DatasetBrief, f"{_path(name, version)}/restore")

    def purge_datasets(self, name: str | None = None, *, dry_run: bool = True) -> r.Purge:
        body = r.PurgeDatasets(name=name, dry_run=dry_run)
        return self._send("POST", r.Purge, "datasets/purge", body)

    def dataset_shares(self, name: str) -> tuple[r.Share, ...]:
        return self._get(tuple[r.Share, ...], f"{_path(name)}/shares")

    def share_dataset(
        self,
        name: str,
        grantee: str,
        *,
        kind: r.GranteeKind = "actor",
        right: r.Right = "read",
    ) -> tuple[r.Share, ...]:
        body = r.ShareDataset(kind=kind, grantee=grantee, right=right)
        return self._send("POST", tuple[r.Share, ...], f"{_path(name)}/shares", body)

    def unshare_dataset(
        self, name: str, grantee: str, *, kind: r.GranteeKind = "actor"
    ) -> tuple[r.Share, ...]:
        path = f"{_path(name)}/shares/{kind}/{quote(grantee, safe='')}"
        return self._send("DELETE", tuple[r.Share, ...], path)

    def export_of(self, run_id: str) -> r.ExportFile:
        return self._get_of_run(r.ExportFile, run_id, "/export")

    def download_export(self, run_id: str, target: Path) -> r.ExportFile:
        facts = self.export_of(run_id)
        self._download(run_id, "/export/file", target)
        return facts

    def refused_of(self, run_id: str) -> r.ExportFile:
        return self._get_of_run(r.ExportFile, run_id, "/refused")

    def download_refused(self, run_id: str, target: Path) -> r.ExportFile:
        facts = self.refused_of(run_id)
        self._download(run_id, "/refused/file", target)
        return facts

    def refused_by_run(self, run_id: str, *, offset: int = 0, limit: int = 50) -> r.RefusedPage:
        query = {"offset": offset, "limit": limit}
        return self._get_of_run(r.RefusedPage, run_id, "/refused/samples", **query)

    def refused_samples(
        self, name: str, version: int | None = None, *, offset: int = 0, limit: int = 50
    ) -> r.RefusedPage:
        query = {"version": version, "offset": offset, "limit": limit}
        return self._get(r.RefusedPage, f"{_path(name)}/refused", **query)

    def dataset_lineage(self, name: str, version: int) -> r.Lineage:
        return self._get(r.Lineage, f"{_path(name, version)}/lineage")


def _path(name: str, version: int | None = None) -> str:
    path = f"datasets/{quote(name, safe='')}"
    return path if version is None else f"{path}/versions/{version}"
