"""What a run of `dataset_export` wrote: its facts, and the file."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from aileron.api.ranges import BYTES, POLICY
from aileron.api.request import ClientOfPath, NameInPath, RunInPath, WorkflowInPath, needs
from aileron.client import records as r
from aileron.client.base import Client

router = APIRouter(prefix="/runs/{project}/{lifecycle}/{run}/export", tags=["runs"])


@router.get("", summary="What a run exported", dependencies=[needs("read")])
def export(
    client: ClientOfPath, project: NameInPath, lifecycle: WorkflowInPath, run: RunInPath
) -> r.ExportFile:
    """Name, format and size of the file, and what the format could not hold."""
    return client.export_of(f"{project}/{lifecycle}/{run}")


@router.get("/file", summary="The exported file", **BYTES, dependencies=[needs("read")])
def export_file(
    client: ClientOfPath, project: NameInPath, lifecycle: WorkflowInPath, run: RunInPath
) -> FileResponse:
    """Its bytes, streamed."""
    run_id = f"{project}/{lifecycle}/{run}"
    return send_export(client, run_id, client.export_of(run_id).file)


def send_export(client: Client, run_id: str, name: str) -> FileResponse:
    """The exported file under the name `name`; the copy goes when it was sent."""
    work = Path(tempfile.mkdtemp(prefix="aileron-export-"))
    try:
        client.download_export(run_id, work / "export")
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return FileResponse(
        work / "export",
        filename=name,
        media_type="application/octet-stream",
        headers={"Content-Security-Policy": POLICY},
        background=BackgroundTask(shutil.rmtree, work, ignore_errors=True),
    )
