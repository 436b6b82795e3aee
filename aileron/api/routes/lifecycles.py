"""Lifecycles: list, show, start a run, compare runs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from aileron.api.request import ClientOf, WorkflowInPath, needs
from aileron.client import records as r

router = APIRouter(prefix="/lifecycles", tags=["lifecycles"])


@router.get("", summary="List lifecycles", dependencies=[needs("read")])
def lifecycles(client: ClientOf) -> tuple[r.LifecycleBrief, ...]:
    """Each with its last and its next run; one whose YAML is wrong has a `problem`."""
    return client.lifecycles()


@router.get("/{name}", summary="Show a lifecycle", dependencies=[needs("read")])
def lifecycle(client: ClientOf, name: WorkflowInPath) -> r.Lifecycle:
    """With its stages and the form that starts a run."""
    return client.lifecycle(name)


@router.get("/{name}/runs", summary="List runs", dependencies=[needs("read")])
def runs(
    client: ClientOf, name: WorkflowInPath, limit: Annotated[int, Query(ge=1, le=1000)] = 50
) -> tuple[r.RunRow, ...]:
    """The newest first, each with its stages and metrics."""
    return client.runs(name, limit)


@router.post(
    "/{name}/runs", summary="Start a run", status_code=201, dependencies=[needs("lifecycle.run")]
)
def start(client: ClientOf, name: WorkflowInPath, body: r.Start) -> r.RunBrief:
    """Values are checked first; one that does not fit is answered with 400, and nothing starts."""
    return client.start(name, body.values, force=body.force)


@router.get("/{name}/compare", summary="Compare runs", dependencies=[needs("read")])
def compare(
    client: ClientOf,
    name: WorkflowInPath,
    run: Annotated[list[str], Query(min_length=2, max_length=10, description="Airflow's id")],
) -> r.RunComparison:
    """Parameters, metrics, dataset and versions line by line; give `run` twice or more."""
    return client.compare_runs(name, run)
