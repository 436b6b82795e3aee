"""A job becomes a run: what it names is there, and its workflow is started with its fields."""

from __future__ import annotations

import re
from typing import Any, Final

from aileron.client.local.installation import Scope
from aileron.client.local.lifecycles import start
from aileron.client.records.jobs import NAME_LENGTH
from aileron.core.documents import check_values
from aileron.core.errors import Conflict, NotFound
from aileron.core.names import JOB, JOB_IN_PODS
from aileron.ledger import Job
from aileron.train.job.spec import JobSpec

LIST: Final = 200
"""Jobs at whose names is looked for that of a copy."""


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
        spec = check_values(JobSpec, draft.spec)
        run = start(scope, workflow_of(spec), values_of(draft), force=False)
    except BaseException:  # whatever ends this, a claim without a run would never end
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
