"""Files that runs hand back: what `dataset_export` wrote, and what an import left out."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import FileResponse

from aileron.api.downloads import send
from aileron.api.ranges import BYTES
from aileron.api.request import ClientOfPath, NameInPath, RunInPath, WorkflowInPath, needs
from aileron.api.routes.browse import LimitQuery, OffsetQuery
from aileron.client import records as r
from aileron.client.base import Client

router = APIRouter(prefix="/runs/{project}/{lifecycle}/{run}", tags=["runs"])


@router.get("/export", summary="What a run exported", dependencies=[needs("read")])
def export(
    client: ClientOfPath, project: NameInPath, lifecycle: WorkflowInPath, run: RunInPath
) -> r.ExportFile:
    """Name, format and size of the file, and what the format could not hold."""
    return client.export_of(f"{project}/{lifecycle}/{run}")


@router.get("/export/file", summary="The exported file", **BYTES, dependencies=[needs("read")])
def export_file(
    request: Request,
    client: ClientOfPath,
    project: NameInPath,
    lifecycle: WorkflowInPath,
    run: RunInPath,
) -> FileResponse:
    """Its bytes, streamed."""
    run_id = f"{project}/{lifecycle}/{run}"
    return send_export(request, client, run_id, client.export_of(run_id).file)


@router.get("/refused", summary="What an import left out", dependencies=[needs("read")])
def refused(
    client: ClientOfPath, project: NameInPath, lifecycle: WorkflowInPath, run: RunInPath
) -> r.ExportFile:
    """Name and size of the zip, of a failed import too; 404 if nothing was left out."""
    return client.refused_of(f"{project}/{lifecycle}/{run}")


@router.get("/refused/samples", summary="Samples that were left out", dependencies=[needs("read")])
def refused_samples(
    client: ClientOfPath,
    project: NameInPath,
    lifecycle: WorkflowInPath,
    run: RunInPath,
    offset: OffsetQuery = 0,
    limit: LimitQuery = 50,
) -> r.RefusedPage:
    """With file, line and reason."""
    return client.refused_by_run(f"{project}/{lifecycle}/{run}", offset=offset, limit=limit)


@router.get(
    "/refused/file", summary="The zip of what was left out", **BYTES, dependencies=[needs("read")]
)
def refused_file(
    request: Request,
    client: ClientOfPath,
    project: NameInPath,
    lifecycle: WorkflowInPath,
    run: RunInPath,
) -> FileResponse:
    """`problems.csv` with file, line and reason, and the refused files that are single ones."""
    run_id = f"{project}/{lifecycle}/{run}"
    name = client.refused_of(run_id).file
    return send(request, name, lambda path: client.download_refused(run_id, path))


def send_export(request: Request, client: Client, run_id: str, name: str) -> FileResponse:
    """The exported file under the name `name`."""
    return send(request, name, lambda path: client.download_export(run_id, path))
