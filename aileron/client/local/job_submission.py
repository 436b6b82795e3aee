"""A job becomes a run: what it names is there, and its workflow is started with its fields."""

from __future__ import annotations

import re
from typing import Any, Final

from aileron.client.local.dataset_access import readable
from aileron.client.local.datasets import find
from aileron.client.local.installation import Scope
from aileron.client.local.lifecycles import start
from aileron.client.local.sources import uploads_of
from aileron.client.records.jobs import NAME_LENGTH
from aileron.core.errors import AileronError, Conflict, NotFound
from aileron.core.names import JOB, JOB_IN_PODS
from aileron.ledger import Job
from aileron.lifecycle.jobs import workspace_place
from aileron.train.job.spec import JobCode, JobData, JobSpec

LIST: Final = 200
"""Jobs at whose names is looked for that of a copy."""


def checked(scope: Scope, spec: JobSpec) -> None:
    """Raise unless the uploads, folders and datasets that a job names are there.

    Raises:
        InvalidInput: a folder is not in the workspace, or an upload is not whole.
        NotFound: there is no such folder, upload or dataset that the asker may read.
    """
    places = {"code": spec.code, "train_data": spec.train_data, "test_data": spec.test_data}
    for field, place in places.items():
        try:
            _check(scope, place)
        except AileronError as error:
            raise error.at(field) from None


def _check(scope: Scope, place: JobCode | JobData | None) -> None:
    if place is None:
        return
    if place.upload is not None:
        check_upload(scope, place.upload)
    if place.folder is not None:
        workspace_place(scope.settings, place.folder, "")
    if isinstance(place, JobData) and place.dataset is not None:
        check_dataset(scope, place.dataset)


def check_upload(scope: Scope, upload: str) -> None:
    """Raise unless it is there, whole, and of the project."""
    if uploads_of(scope).finished(upload).about.project != scope.project:
        raise NotFound("data.sources.no_upload", id=upload)


def check_dataset(scope: Scope, dataset: str) -> None:
    """Raise unless there is such a version, and the asker may read it."""
    name, _, version = dataset.partition("@v")
    if version:
        find(scope, name, int(version))
        return
    readable(scope, name)
    if not scope.ledger.datasets.list(scope.project, name, limit=1):
        raise NotFound("client.no_dataset", project=scope.project, name=name)


def launch(scope: Scope, draft: Job) -> Job:
    """Start the run of a draft.

    Raises:
        Conflict: it was submitted before.
        InvalidInput: it cannot be run as it is; it stays a draft.
        Unavailable: Airflow does not answer; it stays a draft.
    """
    jobs = scope.ledger.jobs
    jobs.claim(scope.project, draft.id)
    try:
        spec = JobSpec.model_validate(draft.spec)
        checked(scope, spec)
        run = start(scope, workflow_of(spec), values_of(draft), force=False)
    except AileronError:
        jobs.release(scope.project, draft.id)
        raise
    return jobs.submitted(scope.project, draft.id, run.run_id)


def workflow_of(spec: JobSpec) -> str:
    """The workflow that runs such a job."""
    return JOB_IN_PODS if spec.runner == "kubernetes" else JOB


def values_of(job: Job) -> dict[str, Any]:
    """What the workflow's run is started with."""
    return {
        "job": job.name,
        **{name: value for name, value in job.spec.items() if name != "runner"},
    }


def copy_name(scope: Scope, name: str) -> str:
    """``name 2``, or the next number that is free."""
    stem = re.sub(r" \d+$", "", name)
    for number in range(2, LIST):
        end = f" {number}"
        wanted = stem[: NAME_LENGTH - len(end)] + end
        try:
            scope.ledger.jobs.named(scope.project, wanted)
        except NotFound:
            return wanted
    raise Conflict("ledger.job_exists", name=name)
