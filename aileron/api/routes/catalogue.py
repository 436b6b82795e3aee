"""The catalogue of datasets: finding them, who may see them, keeping and deleting versions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from aileron.api.request import ClientOf, NameInPath, NumberInPath, needs, needs_of_dataset
from aileron.client import records as r

router = APIRouter(prefix="/datasets", tags=["datasets"])
versions = APIRouter(prefix="/dataset-versions", tags=["datasets"])
Grantee = Annotated[str, Path(min_length=1, max_length=80)]


@router.get("", summary="List datasets", dependencies=[needs("read")])
def datasets(
    client: ClientOf,
    word: Annotated[
        str | None, Query(max_length=200, description="words in name, display name or tags")
    ] = None,
    modality: Annotated[str | None, Query(max_length=40)] = None,
    task: Annotated[str | None, Query(max_length=80)] = None,
    tag: Annotated[str | None, Query(max_length=40)] = None,
    favourite: Annotated[bool, Query(description="only those on the asker's own list")] = False,
    mine: Annotated[bool, Query(description="only those that the asker began")] = False,
    deleted: Annotated[bool, Query(description="those that were deleted, instead")] = False,
    number: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="only that one")] = None,
) -> tuple[r.DatasetBrief, ...]:
    """The project's own that are defined or have versions, then others' that one may read."""
    return client.datasets(
        word=word,
        modality=modality,
        task=task,
        tag=tag,
        favourite=favourite,
        mine=mine,
        deleted=deleted,
        number=number,
    )


@router.post("/purge", summary="Remove for good", dependencies=[needs("dataset.purge")])
def purge(client: ClientOf, body: r.PurgeDatasets) -> r.Purge:
    """What was deleted more than 30 days ago and nothing refers to; first as a dry run."""
    return client.purge_datasets(body.name, dry_run=body.dry_run)


@router.get("/{name}", summary="Show a dataset", dependencies=[needs_of_dataset("read")])
def dataset(
    client: ClientOf,
    name: NameInPath,
    deleted: Annotated[bool, Query(description="with the versions that were deleted")] = False,
) -> r.Dataset:
    """With its versions, and the card of the newest."""
    return client.dataset(name, deleted=deleted)


@router.patch("/{name}", summary="Change", dependencies=[needs_of_dataset("dataset.edit")])
def change_dataset(client: ClientOf, name: NameInPath, body: r.ChangeDataset) -> r.DatasetBrief:
    """Who may see it, whether it is online, its tags."""
    return client.change_dataset(
        name, visibility=body.visibility, online=body.online, tags=body.tags
    )


@router.delete("/{name}", summary="Delete", dependencies=[needs_of_dataset("dataset.delete")])
def delete_dataset(client: ClientOf, name: NameInPath) -> r.DatasetBrief:
    """With all versions; 409 says what refers to one. It can be restored for 30 days."""
    return client.delete_dataset(name)


@router.post(
    "/{name}/restore", summary="Restore", dependencies=[needs_of_dataset("dataset.delete")]
)
def restore_dataset(client: ClientOf, name: NameInPath) -> r.DatasetBrief:
    """With the versions that were deleted together with it."""
    return client.restore_dataset(name)


@router.put(
    "/{name}/favourite",
    summary="Put on one's list",
    dependencies=[needs_of_dataset("dataset.favourite")],
)
def favour(client: ClientOf, name: NameInPath) -> r.DatasetBrief:
    """The list is the asker's own."""
    return client.favour_dataset(name)


@router.delete(
    "/{name}/favourite",
    summary="Take off one's list",
    dependencies=[needs_of_dataset("dataset.favourite")],
)
def unfavour(client: ClientOf, name: NameInPath) -> r.DatasetBrief:
    """Doing it again changes nothing."""
    return client.favour_dataset(name, favourite=False)


@router.get(
    "/{name}/shares", summary="List shares", dependencies=[needs_of_dataset("dataset.share")]
)
def shares(client: ClientOf, name: NameInPath) -> tuple[r.Share, ...]:
    """To whom the dataset was granted."""
    return client.dataset_shares(name)


@router.post("/{name}/shares", summary="Share", dependencies=[needs_of_dataset("dataset.share")])
def share(client: ClientOf, name: NameInPath, body: r.ShareDataset) -> tuple[r.Share, ...]:
    """A grant, no copy: a login or a project may read or write the dataset."""
    return client.share_dataset(name, body.grantee, kind=body.kind, right=body.right)


@router.delete(
    "/{name}/shares/{kind}/{grantee}",
    summary="Take a share back",
    dependencies=[needs_of_dataset("dataset.share")],
)
def unshare(
    client: ClientOf, name: NameInPath, kind: r.GranteeKind, grantee: Grantee
) -> tuple[r.Share, ...]:
    """Doing it again changes nothing."""
    return client.unshare_dataset(name, grantee, kind=kind)


@router.post(
    "/{name}/versions/{version}/lock",
    summary="Lock a version",
    dependencies=[needs_of_dataset("dataset.edit")],
)
def lock(
    client: ClientOf, name: NameInPath, version: NumberInPath, body: r.LockVersion
) -> r.DatasetVersion:
    """It cannot be deleted; 409 says who locked it before."""
    return client.lock_version(name, version, body.reason)


@router.post(
    "/{name}/versions/{version}/unlock",
    summary="Unlock a version",
    dependencies=[needs_of_dataset("dataset.edit")],
)
def unlock(client: ClientOf, name: NameInPath, version: NumberInPath) -> r.DatasetVersion:
    """One's own lock; an administrator takes off anybody's."""
    return client.unlock_version(name, version)


@router.delete(
    "/{name}/versions/{version}",
    summary="Delete a version",
    dependencies=[needs_of_dataset("dataset.delete")],
)
def delete_version(client: ClientOf, name: NameInPath, version: NumberInPath) -> r.DatasetBrief:
    """409 says what refers to it. It can be restored for 30 days."""
    return client.delete_dataset(name, version)


@router.post(
    "/{name}/versions/{version}/restore",
    summary="Restore a version",
    dependencies=[needs_of_dataset("dataset.delete")],
)
def restore_version(client: ClientOf, name: NameInPath, version: NumberInPath) -> r.DatasetBrief:
    """Its number is the one that it had."""
    return client.restore_dataset(name, version)


@router.get(
    "/{name}/versions/{version}/lineage",
    summary="Where a version comes from and what came of it",
    dependencies=[needs_of_dataset("read")],
)
def lineage(client: ClientOf, name: NameInPath, version: NumberInPath) -> r.Lineage:
    """Its ancestors; the runs, models and services of the projects that the asker may see."""
    return client.dataset_lineage(name, version)


@versions.get(
    "/{number}", summary="Show a version by its number", dependencies=[needs_of_dataset("read")]
)
def version_by_id(
    client: ClientOf, number: Annotated[int, Path(ge=1, le=2**63 - 1)]
) -> r.DatasetVersion:
    """For programs that know versions by a number; of any project that the asker may see."""
    return client.version_by_id(number)
