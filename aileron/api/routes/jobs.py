"""Custom jobs: submit, follow, stop, delete, clone; their logs and what they left."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import FileResponse

from aileron.api.downloads import send
from aileron.api.ranges import BYTES
from aileron.api.request import ClientOf, JobInPath, needs
from aileron.client import records as r
from aileron.client.jobs import PAGE
from aileron.client.records.jobs import MOST_LISTED

router = APIRouter(prefix="/jobs", tags=["jobs"])
PathQuery = Annotated[str, Query(min_length=1, max_length=1024, description="as `files` has it")]


@router.post("", summary="Submit a job", status_code=201, dependencies=[needs("job.submit")])
def submit(client: ClientOf, body: r.SubmitJob) -> r.Job:
    """A run, which is returned at once; or a draft."""
    return client.submit_job(
        body.name, _fields(body), description=body.description, draft=body.draft
    )


@router.get("", summary="List jobs", dependencies=[needs("read")])
def jobs(
    client: ClientOf,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = PAGE,
) -> r.JobPage:
    """The newest first."""
    return client.jobs(offset, limit)


@router.get("/named/{name:path}", summary="Find a job by its name", dependencies=[needs("read")])
def job_named(client: ClientOf, name: str) -> r.Job:
    """Names are a project's own."""
    return client.job_named(name)


@router.get("/{number}", summary="Show a job", dependencies=[needs("read")])
def job(client: ClientOf, number: JobInPath) -> r.Job:
    """How it goes, and what was submitted."""
    return client.job(number)


@router.put("/{number}", summary="Change a draft", dependencies=[needs("job.submit")])
def change(client: ClientOf, number: JobInPath, body: r.ChangeJob) -> r.Job:
    """A job that was submitted stays as it is: clone it."""
    return client.change_job(number, body.name, _fields(body), description=body.description)


@router.post("/{number}/submit", summary="Run a draft", dependencies=[needs("job.submit")])
def start(client: ClientOf, number: JobInPath) -> r.Job:
    """A run, which is returned at once."""
    return client.start_job(number)


@router.post("/{number}/stop", summary="Stop a job", dependencies=[needs("job.stop")])
def stop(client: ClientOf, number: JobInPath) -> r.Job:
    """Its output so far and its log are kept; it may run for some seconds still."""
    return client.stop_job(number)


@router.delete(
    "/{number}", summary="Delete a job", status_code=204, dependencies=[needs("job.delete")]
)
def delete(client: ClientOf, number: JobInPath) -> Response:
    """One that neither waits nor runs."""
    client.delete_job(number)
    return Response(status_code=204)


@router.post(
    "/{number}/clone", summary="Clone a job", status_code=201, dependencies=[needs("job.submit")]
)
def clone(client: ClientOf, number: JobInPath, body: r.CloneJob) -> r.Job:
    """The same again, under another name."""
    return client.clone_job(number, body.name, draft=body.draft)


@router.get("/{number}/log", summary="Read a job's log", dependencies=[needs("read")])
def log(client: ClientOf, number: JobInPath, offset: Annotated[int, Query(ge=0)] = 0) -> r.LogPiece:
    """From byte `offset` on, while it runs too."""
    return client.job_log(number, offset)


@router.get("/{number}/curves", summary="A job's figures", dependencies=[needs("read")])
def curves(client: ClientOf, number: JobInPath) -> tuple[r.JobCurve, ...]:
    """As they went on, while it runs too."""
    return client.job_curves(number)


@router.get("/{number}/files", summary="What a job left", dependencies=[needs("read")])
def files(client: ClientOf, number: JobInPath) -> r.JobFiles:
    """The files of `./output`; none before it has ended."""
    return client.job_files(number)


@router.get("/{number}/file", summary="A file of a job", **BYTES, dependencies=[needs("read")])
def file(request: Request, client: ClientOf, number: JobInPath, path: PathQuery) -> FileResponse:
    """Its bytes, streamed."""
    return send(
        request,
        path.rpartition("/")[2],
        lambda target: client.download_job_file(number, path, target),
    )


def _fields(body: r.SubmitJob | r.ChangeJob) -> dict[str, object]:
    return body.spec.model_dump(mode="json", exclude_unset=True)
