"""Jobs of this installation: the ledger has what was asked for, its run how it goes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aileron.client import records as r
from aileron.client.jobs import PAGE, JobVerbs
from aileron.client.local import job_results, runs
from aileron.client.local.installation import Scope
from aileron.client.local.job_checks import checked
from aileron.client.local.job_records import briefs, state_of, whole
from aileron.client.local.job_submission import copy_name, launch
from aileron.core.access import authorize
from aileron.core.documents import check_values
from aileron.core.errors import Conflict, InvalidInput
from aileron.ledger import Job
from aileron.train.job.spec import JobSpec

MOST = 200
"""Jobs of one answer."""
SUBMIT = "job.submit"


class LocalJobs(JobVerbs):
    """What `LocalClient` inherits."""

    _scope: Scope

    def submit_job(
        self, name: str, spec: Mapping[str, Any], *, description: str = "", draft: bool = False
    ) -> r.Job:
        scope = self._scope
        authorize(scope.actor, SUBMIT, scope.project)
        given = {"name": name, "description": description, "spec": spec, "draft": draft}
        asked = check_values(r.SubmitJob, given)
        checked(scope, asked.spec)
        made = scope.ledger.jobs.add(
            scope.project, asked.name, _plain(asked.spec), asked.description
        )
        if not draft:
            try:
                made = launch(scope, made)
            except BaseException:
                scope.ledger.jobs.delete(scope.project, made.id)
                raise
        return whole(scope, made)

    def change_job(
        self, number: int, name: str, spec: Mapping[str, Any], *, description: str = ""
    ) -> r.Job:
        scope = self._scope
        authorize(scope.actor, SUBMIT, scope.project)
        asked = check_values(r.ChangeJob, {"name": name, "description": description, "spec": spec})
        checked(scope, asked.spec)
        return whole(
            scope,
            scope.ledger.jobs.change(
                scope.project, number, asked.name, _plain(asked.spec), asked.description
            ),
        )

    def start_job(self, number: int) -> r.Job:
        scope = self._scope
        authorize(scope.actor, SUBMIT, scope.project)
        return whole(scope, launch(scope, self._find(number)))

    def jobs(self, offset: int = 0, limit: int = PAGE) -> r.JobPage:
        scope = self._scope
        authorize(scope.actor, "read", scope.project)
        if offset < 0 or not 0 < limit <= MOST:
            raise InvalidInput("client.bad_job_page", most=MOST)
        found = scope.ledger.jobs.list(scope.project, offset, limit)
        return r.JobPage(total=scope.ledger.jobs.count(scope.project), jobs=briefs(scope, found))

    def job(self, number: int) -> r.Job:
        return whole(self._scope, self._find(number))

    def job_named(self, name: str) -> r.Job:
        scope = self._scope
        authorize(scope.actor, "read", scope.project)
        return whole(scope, scope.ledger.jobs.named(scope.project, name))

    def job_log(self, number: int, offset: int = 0) -> r.LogPiece:
        job = self._find(number)
        if job.run_id is None:
            return r.LogPiece(text="", next_offset=offset, ended=True)
        return job_results.log(self._scope, job.run_id, offset)

    def job_files(self, number: int) -> r.JobFiles:
        return job_results.files(self._scope, self._find(number))

    def download_job_file(self, number: int, path: str, target: Path) -> r.JobFile:
        return job_results.download(self._scope, self._find(number), path, target)

    def job_curves(self, number: int) -> tuple[r.JobCurve, ...]:
        return job_results.curves(self._scope, self._find(number))

    def stop_job(self, number: int) -> r.Job:
        scope = self._scope
        authorize(scope.actor, "job.stop", scope.project)
        job = self._find(number)
        if job.run_id is None:
            raise Conflict("client.job_not_active", name=job.name, state=state_of(scope, job))
        runs.stop_run(scope, job.run_id)
        return whole(scope, job)

    def delete_job(self, number: int) -> None:
        scope = self._scope
        authorize(scope.actor, "job.delete", scope.project)
        job = self._find(number)
        if job.run_id is not None and not runs.run(scope, job.run_id).finished:
            raise Conflict("client.job_active", name=job.name, state=state_of(scope, job))
        scope.ledger.jobs.delete(scope.project, number)

    def clone_job(self, number: int, name: str | None = None, *, draft: bool = False) -> r.Job:
        job = self._find(number)
        wanted = name or copy_name(self._scope, job.name)
        return self.submit_job(wanted, job.spec, description=job.description, draft=draft)

    def _find(self, number: int) -> Job:
        scope = self._scope
        authorize(scope.actor, "read", scope.project)
        return scope.ledger.jobs.get(scope.project, number)


def _plain(spec: JobSpec) -> dict[str, Any]:
    return spec.model_dump(mode="json", exclude_defaults=True)
