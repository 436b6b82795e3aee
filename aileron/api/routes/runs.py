"""One run: its stages, logs and reports."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from aileron.api.documents import PAGE, page
from aileron.api.request import ClientOfPath, NameInPath, RunInPath, WorkflowInPath, needs
from aileron.client import records as r

router = APIRouter(prefix="/runs/{project}/{lifecycle}/{run}", tags=["runs"])


@router.get("", summary="Show a run", dependencies=[needs("read")])
def run(
    client: ClientOfPath, project: NameInPath, lifecycle: WorkflowInPath, run: RunInPath
) -> r.Run:
    """With its stages, what came of it, and the question it asks."""
    return client.run(f"{project}/{lifecycle}/{run}")


@router.post("/stop", summary="Stop a run", dependencies=[needs("run.stop")])
def stop(
    client: ClientOfPath, project: NameInPath, lifecycle: WorkflowInPath, run: RunInPath
) -> r.Run:
    """What it has done so far and its logs are kept; it may run for some seconds still."""
    return client.stop_run(f"{project}/{lifecycle}/{run}")


@router.get("/nodes/{node}/log", summary="Read a stage's log", dependencies=[needs("read")])
def node_log(
    client: ClientOfPath,
    project: NameInPath,
    lifecycle: WorkflowInPath,
    run: RunInPath,
    node: NameInPath,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> r.LogPiece:
    """From byte `offset` on, while the stage runs too."""
    return client.node_log(f"{project}/{lifecycle}/{run}", node, offset)


@router.get("/report", summary="The evaluation as a page", **PAGE, dependencies=[needs("read")])
def report(
    client: ClientOfPath, project: NameInPath, lifecycle: WorkflowInPath, run: RunInPath
) -> Response:
    """HTML in a sandbox: it runs no script and loads nothing."""
    return page(client.run_report(f"{project}/{lifecycle}/{run}"))


@router.get(
    "/validation", summary="The data's validation as a page", **PAGE, dependencies=[needs("read")]
)
def validation(
    client: ClientOfPath, project: NameInPath, lifecycle: WorkflowInPath, run: RunInPath
) -> Response:
    """HTML in a sandbox: it runs no script and loads nothing."""
    return page(client.run_validation(f"{project}/{lifecycle}/{run}"))
