"""BML's calls. Those of datasets are POSTs with JSON; a dataset is a group, a version a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter
from fastapi.routing import APIRoute

from aileron.api.bml import drafts, jobs, tasks
from aileron.api.bml import records as b
from aileron.api.bml.client import BmlClient, Place, group_of, newest_of, place_of
from aileron.api.bml.kinds import MEGABYTE, column_type, declared_types, moment, types_of
from aileron.api.bml.problem import PREFIX, BmlProblem
from aileron.api.request import Needs, needs, needs_of_dataset
from aileron.client import records as r
from aileron.client.base import Client
from aileron.core.access import NEEDS

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
    for more in (drafts.router, tasks.router):
        every.include_router(more, prefix=DATASETS)
    every.include_router(jobs.router)
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
    """The newest first; one that is being filled is there from its beginning."""
    dataset = client.dataset(group_of(client, body.dataset_group_id).name)
    found = _places(dataset, client.drafts(dataset.name))
    shown = found[body.offset : body.offset + body.limit]
    return b.DatasetVersions(
        page_info=_page(body, len(found)),
        dataset_versions=tuple(b.VersionRow(**_row(place)) for place in shown),
    )


@router.post(
    "/describeDatasetVersion",
    summary="BML: show a version",
    dependencies=[needs_of_dataset("read")],
)
def describe_dataset_version(client: BmlClient, body: b.OfVersion) -> b.VersionFacts:
    """Of one that is being filled, too: what was added, and how its import goes."""
    place = place_of(client, body.dataset_id)
    dataset, draft, version = place.dataset, place.draft, place.version
    row = _row(place)
    size = draft.size if draft and draft.samples else version.size if version else 0
    return b.VersionFacts(
        **row,
        dataset_group_id=dataset.id or 0,
        description=draft.description if draft else dataset.display_name or "",
        storage_path=f"dvc:/{version.tag}/" if version else f"draft:/{body.dataset_id}/",
        size_MB=round(size / MEGABYTE, 2),
        import_progress=0.0 if row["import_status"] == "Importing" else 1.0,
    )


@router.post(
    "/deleteDataset",
    summary="BML: delete a dataset",
    dependencies=[needs_of_dataset("dataset.delete")],
)
def delete_dataset(client: BmlClient, body: b.OfDataset) -> b.Done:
    """With all versions; 406004 if one is in use. It can be restored for 30 days."""
    name = group_of(client, body.dataset_group_id).name
    drafts_of_it = client.drafts(name)
    client.delete_dataset(name)
    for draft in drafts_of_it:
        client.delete_draft(draft.number)
    return b.Done(result=True)


@router.post(
    "/deleteDatasetVersion",
    summary="BML: delete a version",
    dependencies=[needs_of_dataset("dataset.delete")],
)
def delete_dataset_version(client: BmlClient, body: b.OfVersion) -> b.Done:
    """406004 if it is in use. It can be restored for 30 days."""
    place = place_of(client, body.dataset_id)
    own = (place.version.version,) if place.version else ()
    for number in place.draft.versions if place.draft else own:
        client.delete_dataset(place.dataset.name, number)
    if place.draft:
        client.delete_draft(place.draft.number)
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


def _wanted(client: Client, one: r.DatasetBrief, body: b.DescribeDatasets) -> bool:
    if one.id is None:
        return False
    asked = body.filter
    if not (asked.type or asked.template_type):
        return True
    declared = next(filter(None, map(declared_types, client.drafts(one.name))), None)
    card = client.dataset(one.name).card if asked.template_type and not declared else None
    kind, template = declared or types_of(one.modality, one.task, card or {})
    return (not asked.type or kind in asked.type) and (
        not asked.template_type or template in asked.template_type
    )


def _places(dataset: r.Dataset, drafts_of_it: Sequence[r.Draft]) -> list[Place]:
    """Drafts, and versions that were made of none, the newest first."""
    of_drafts = {number for draft in drafts_of_it for number in draft.versions}
    found = [Place(dataset, draft, newest_of(dataset, draft)) for draft in drafts_of_it]
    found += [
        Place(dataset, None, version)
        for version in dataset.history
        if version.version not in of_drafts
    ]
    return sorted(found, key=lambda place: (_number(place), _id(place)), reverse=True)


def _number(place: Place) -> int:
    """Of the version; of a draft without one, that of the next."""
    if place.version is not None:
        return place.version.version
    return (place.draft.after if place.draft else 0) + 1


def _id(place: Place) -> int:
    if place.draft is not None:
        return place.draft.number
    return place.version.id if place.version else 0


def _row(place: Place) -> dict[str, Any]:
    dataset, draft, version = place.dataset, place.draft, place.version
    card: Mapping[str, Any] = dataset.card or {}
    declared = declared_types(draft) if draft else None
    kind, template = declared or types_of(dataset.modality, dataset.task, card)
    changed = version.created if version else draft.due or draft.begun if draft else None
    begun = draft.begun if draft else changed
    rows = version.rows if version else 0
    return {
        "dataset_id": _id(place),
        "dataset_name": dataset.display_name or dataset.name,
        "version_number": _number(place),
        "import_status": _status(dataset, draft, version),
        "columns": version.columns if version else None,
        "rows": max(draft.samples if draft else 0, rows or 0),
        "type": kind,
        "template_type": template,
        "create_time": moment(begun) if begun else "",
        "modify_time": moment(changed) if changed else "",
    }


def _status(
    dataset: r.Dataset, draft: r.Draft | None, version: r.DatasetVersion | None
) -> b.ImportStatus:
    """A version is whole; an open draft is as its last import is, an empty one is finished."""
    last = dataset.last_import
    if draft is None or last is None or not draft.open or last.started < draft.begun:
        return "ImportFinished"
    if last.ended is None:
        return "Importing"
    failed = last.state == "failed" and (version is None or version.created < last.started)
    return "ImportFailed" if failed else "ImportFinished"


def _page(body: b.Page, total: int) -> b.PageInfo:
    return b.PageInfo(limit=body.limit, offset=body.offset, total=total)
