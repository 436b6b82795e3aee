"""BML's dataset calls: each is a POST with JSON; a dataset is a group, a version a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from fastapi.routing import APIRoute

from aileron.api.bml import records as b
from aileron.api.bml import tasks
from aileron.api.bml.client import BmlClient, member
from aileron.api.bml.kinds import MEGABYTE, column_type, moment, types_of
from aileron.api.bml.problem import PREFIX, BmlProblem
from aileron.api.request import Needs, needs, needs_of_dataset
from aileron.client import records as r
from aileron.client.base import Client
from aileron.core.access import NEEDS
from aileron.core.errors import NotFound

DATASETS: Final = f"{PREFIX}rpc/2.0/easydl/pro/dataset"
PREVIEWED: Final = 10
"""Rows that `guessSchema` shows."""
PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    "default": {"model": BmlProblem, "description": "An error."}
}
router = APIRouter(prefix=DATASETS, tags=["bml"])


def bml_routes() -> APIRouter:
    """Every call; each names the role that it needs. And downloads by signed addresses."""
    every = APIRouter(responses=PROBLEMS)
    every.include_router(router)
    every.include_router(tasks.router, prefix=DATASETS)
    for route in every.routes:
        if isinstance(route, APIRoute):
            calls = (dependant.call for dependant in route.dependant.dependencies)
            (verb,) = (call.verb for call in calls if isinstance(call, Needs))
            route.openapi_extra = {"x-role": NEEDS[verb].value}
    every.include_router(tasks.downloads)
    return every


@router.post("/describeDatasets", summary="BML: list datasets", dependencies=[needs("read")])
def describe_datasets(client: BmlClient, body: b.DescribeDatasets) -> b.Datasets:
    """Those with versions or an entry in the catalogue; `word` is looked for in names and tags."""
    project = client.session().project
    own = (one for one in client.datasets(word=body.word or None) if one.project == project)
    found = [one for one in own if _wanted(client, one, body)]
    shown = found[body.offset : body.offset + body.limit]
    return b.Datasets(
        page_info=_page(body, len(found)),
        datasets=tuple(
            b.DatasetName(dataset_group_id=one.id or 0, dataset_name=one.display_name or one.name)
            for one in shown
        ),
    )


@router.post(
    "/describeDatasetVersions",
    summary="BML: list versions",
    dependencies=[needs_of_dataset("read")],
)
def describe_dataset_versions(
    client: BmlClient, body: b.DescribeDatasetVersions
) -> b.DatasetVersions:
    """The newest first."""
    dataset = client.dataset(_group(client, body.dataset_group_id).name)
    shown = dataset.history[body.offset : body.offset + body.limit]
    return b.DatasetVersions(
        page_info=_page(body, len(dataset.history)),
        dataset_versions=tuple(b.VersionRow(**_version(dataset, one)) for one in shown),
    )


@router.post(
    "/describeDatasetVersion",
    summary="BML: show a version",
    dependencies=[needs_of_dataset("read")],
)
def describe_dataset_version(client: BmlClient, body: b.OfVersion) -> b.VersionFacts:
    """A version is whole once it is there, so it is always `ImportFinished`."""
    version = member(client, body.dataset_id)
    dataset = client.dataset(version.dataset)
    return b.VersionFacts(
        **_version(dataset, version),
        dataset_group_id=dataset.id or 0,
        description=str((dataset.card or {}).get("display_name") or ""),
        storage_path=f"dvc:/{version.tag}/",
        size_MB=round(version.size / MEGABYTE, 2),
        import_progress=1.0,
    )


@router.post(
    "/deleteDataset",
    summary="BML: delete a dataset",
    dependencies=[needs_of_dataset("dataset.delete")],
)
def delete_dataset(client: BmlClient, body: b.OfDataset) -> b.Done:
    """With all versions; 406004 if one is in use. It can be restored for 30 days."""
    client.delete_dataset(_group(client, body.dataset_group_id).name)
    return b.Done(result=True)


@router.post(
    "/deleteDatasetVersion",
    summary="BML: delete a version",
    dependencies=[needs_of_dataset("dataset.delete")],
)
def delete_dataset_version(client: BmlClient, body: b.OfVersion) -> b.Done:
    """406004 if it is in use. It can be restored for 30 days."""
    version = member(client, body.dataset_id)
    client.delete_dataset(version.dataset, version.version)
    return b.Done(result=True)


@router.post(
    "/guessSchema",
    summary="BML: the columns of a table",
    dependencies=[needs("connection.use")],
)
def guess_schema(client: BmlClient, body: b.Table) -> b.GuessedSchema:
    """Of a table of a configured connection, with its first rows."""
    found = client.preview_connection(body.database_name, table=body.table_name, limit=PREVIEWED)
    return b.GuessedSchema(
        result=b.Guess(
            schema_=b.Schema(
                names=tuple(column.name for column in found.columns),
                types=tuple(column_type(column.type) for column in found.columns),
                columns=tuple(range(len(found.columns))),
            ),
            values=found.rows,
            total_size=len(found.columns),
            has_preview=bool(found.rows),
        )
    )


def _group(client: Client, number: int) -> r.DatasetBrief:
    """The dataset of that number, of the asker's project.

    Raises:
        NotFound: there is none.
    """
    project = client.session().project
    for one in client.datasets(number=number):
        if one.project == project:
            return one
    raise NotFound("client.no_dataset_id", id=number)


def _wanted(client: Client, one: r.DatasetBrief, body: b.DescribeDatasets) -> bool:
    if one.id is None:
        return False
    asked = body.filter
    if not (asked.type or asked.template_type):
        return True
    card = client.dataset(one.name).card if asked.template_type else None
    kind, template = types_of(one.modality, one.task, card or {})
    return (not asked.type or kind in asked.type) and (
        not asked.template_type or template in asked.template_type
    )


def _version(dataset: r.Dataset, version: r.DatasetVersion) -> dict[str, Any]:
    card: Mapping[str, Any] = dataset.card or {}
    kind, template = types_of(dataset.modality, dataset.task, card)
    return {
        "dataset_id": version.id,
        "dataset_name": dataset.display_name or dataset.name,
        "version_number": version.version,
        "import_status": "ImportFinished",
        "columns": version.columns,
        "rows": version.rows,
        "type": kind,
        "template_type": template,
        "create_time": moment(version.created),
        "modify_time": moment(version.created),
    }


def _page(body: b.Page, total: int) -> b.PageInfo:
    return b.PageInfo(limit=body.limit, offset=body.offset, total=total)
