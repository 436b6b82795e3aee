"""BML's calls of training jobs: create, stop, delete, list, detail; each a POST with JSON."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request

from aileron.api.bml import job_records as b
from aileron.api.bml.job_asked import (
    FRAMEWORKS,
    PUBLIC,
    STRATEGY,
    check_words,
    image_parts,
    in_bmls_words,
    spec_of,
)
from aileron.api.bml.kinds import moment
from aileron.api.bml.problem import JOBS
from aileron.api.request import actor_of, needs
from aileron.client import records as r
from aileron.client.base import Client
from aileron.core.access import authorize
from aileron.core.errors import AileronError, Conflict

STATUS: Final[dict[r.JobState, b.JobStatus]] = {
    "draft": "UNTRAIN",
    "queued": "PENDING",
    "running": "RUNNING",
    "succeeded": "SUCCESSED",
    "failed": "FAILED",
    "stopped": "STOPPED",
}
_NAMES: Final = {ours: theirs for theirs, ours in FRAMEWORKS.items()}
router = APIRouter(prefix=JOBS.rstrip("/"), tags=["bml"])


class Asker:
    """Who asks; a job's project is named in the body."""

    def __init__(
        self,
        request: Request,
        access_token: Annotated[
            str | None, Query(description="an API token; or send it as `Authorization: Bearer`")
        ] = None,
    ) -> None:
        del access_token  # the guard read it
        self._request = request

    def client(self, project: str, verb: str) -> Client:
        """A client of that project.

        Raises:
            Refused: the project or the verb is not the asker's.
        """
        actor = actor_of(self._request)
        authorize(actor, verb, project)
        made: Client = self._request.app.state.make_client(
            actor, project, self._request.state.language
        )
        return made


AskerOf = Annotated[Asker, Depends()]


@router.post("/create", summary="BML: create a job", dependencies=[needs("job.submit")])
def create(asker: AskerOf, body: b.CreateJob) -> b.JobMade:
    """It is submitted at once."""
    client = asker.client(body.prjId, "job.submit")
    check_words(body)
    spec = spec_of(client, body)
    try:
        made = client.submit_job(body.name.strip(), spec, description=body.description)
    except AileronError as error:
        raise in_bmls_words(error) from None
    return b.JobMade(result=made.id)


@router.post("/stop", summary="BML: stop a job", dependencies=[needs("job.stop")])
def stop(asker: AskerOf, body: b.OfJob) -> b.JobDone:
    """406013 of one that is over, 406027 of one that was never submitted."""
    client = asker.client(body.prjId, "job.stop")
    if (found := client.job(body.id)).state == "draft":
        raise Conflict("api.job_never_ran", name=found.name)
    client.stop_job(body.id)
    return b.JobDone(result=True)


@router.post("/delete", summary="BML: delete a job", dependencies=[needs("job.delete")])
def delete(asker: AskerOf, body: b.OfJob) -> b.JobDone:
    """406014 of one that waits or runs."""
    asker.client(body.prjId, "job.delete").delete_job(body.id)
    return b.JobDone(result=True)


@router.post("/list", summary="BML: list jobs", dependencies=[needs("read")])
def list_jobs(asker: AskerOf, body: b.ListJobs) -> b.JobList:
    """The newest first."""
    page = asker.client(body.prjId, "read").jobs(body.start, body.num)
    return b.JobList(total=page.total, result=tuple(b.JobRow(**_row(job)) for job in page.jobs))


@router.post("/detail", summary="BML: show a job", dependencies=[needs("read")])
def detail(asker: AskerOf, body: b.OfJob) -> b.JobShown:
    """With what was asked for; the results are at /api/v1/jobs/{id}/files."""
    job = asker.client(body.prjId, "read").job(body.id)
    spec = job.spec
    data = {
        "trainset_path": _path(spec.get("train_data")),
        "evalset_path": _path(spec.get("test_data")),
    }
    facts = b.JobFacts(
        **_row(job),
        train_config=_train(job, data),
        resource_config=_resources(job),
        dataset_config=b.DatasetFacts(**data),
    )
    return b.JobShown(result=facts)


def _row(job: r.JobBrief) -> dict[str, Any]:
    public = job.runner == "process"
    return {
        "id": job.id,
        "name": job.name,
        "description": job.description,
        "train_status": STATUS[job.state],
        "run_time": int((job.seconds or 0) // 60),
        "resource_type": "PUBLIC" if public else "USER",
        "resource_name": _machine(job) if public else job.pool or "",
        "framework": _NAMES[job.framework],
        "create_time": moment(job.created),
    }


def _machine(job: r.JobBrief) -> str:
    """The smallest machine of BML's public pool that has the job's memory."""
    limit = job.memory_mb
    fitting = (name for name, memory in PUBLIC.items() if limit is not None and limit <= memory)
    return next(fitting, "CPU_16C_64G")


def _train(job: r.Job, data: dict[str, str]) -> b.TrainFacts:
    spec = job.spec
    image, tag = image_parts((spec.get("resources") or {}).get("image") or "")
    return b.TrainFacts(
        code_path=_path(spec.get("code")),
        start_cmd=spec["command"],
        output_path="output",
        framework=_NAMES[job.framework],
        env_type="CCR" if image else "DEFAULT",
        image=image,
        tag=tag,
        repository_id="",
        distribute_strategy=(spec.get("env") or {}).get(STRATEGY, ""),
        **data,
    )


def _resources(job: r.Job) -> b.ResourceFacts:
    asked = job.spec.get("resources") or {}
    memory = asked.get("memory_mb") or job.memory_mb
    return b.ResourceFacts(
        resource_type="PUBLIC" if job.runner == "process" else "USER",
        resource_name=_row(job)["resource_name"],
        node_count=job.nodes,
        max_duration=job.spec.get("hours", 24),
        gpu_type=asked.get("gpu_resource") or "",
        gpu_num=asked.get("gpu"),
        cpu_num=asked.get("cpu"),
        memory=memory / 1024 if memory else None,
    )


def _path(place: dict[str, Any] | None) -> str:
    """How BML's path named it."""
    if not place:
        return ""
    if place.get("upload"):
        return f"upload:{place['upload']}"
    if place.get("dataset"):
        return f"dataset:{place['dataset']}"
    return str(place.get("folder") or place["git"]["url"])
