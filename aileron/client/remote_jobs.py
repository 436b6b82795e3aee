"""The verbs of custom jobs over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aileron.client import records as r
from aileron.client.asking import Asking
from aileron.client.jobs import PAGE, JobVerbs
from aileron.core.documents import check_values


class RemoteJobs(Asking, JobVerbs):
    """What `RemoteClient` inherits."""

    def submit_job(
        self, name: str, spec: Mapping[str, Any], *, description: str = "", draft: bool = False
    ) -> r.Job:
        given = {"name": name, "description": description, "spec": spec, "draft": draft}
        return self._send("POST", r.Job, "jobs", check_values(r.SubmitJob, given))

    def change_job(
        self, number: int, name: str, spec: Mapping[str, Any], *, description: str = ""
    ) -> r.Job:
        given = {"name": name, "description": description, "spec": spec}
        return self._send("PUT", r.Job, f"jobs/{number}", check_values(r.ChangeJob, given))

    def start_job(self, number: int) -> r.Job:
        return self._send("POST", r.Job, f"jobs/{number}/submit")

    def jobs(self, offset: int = 0, limit: int = PAGE) -> r.JobPage:
        return self._get(r.JobPage, "jobs", offset=offset, limit=limit)

    def job(self, number: int) -> r.Job:
        return self._get(r.Job, f"jobs/{number}")

    def job_named(self, name: str) -> r.Job:
        return self._get(r.Job, f"jobs/named/{quote(name, safe='')}")

    def job_log(self, number: int, offset: int = 0) -> r.LogPiece:
        return self._get(r.LogPiece, f"jobs/{number}/log", offset=offset)

    def job_files(self, number: int) -> r.JobFiles:
        return self._get(r.JobFiles, f"jobs/{number}/files")

    def download_job_file(self, number: int, path: str, target: Path) -> r.JobFile:
        self._fetch(f"jobs/{number}/file", {"path": path}, target)
        return r.JobFile(path=path, size=target.stat().st_size)

    def job_curves(self, number: int) -> tuple[r.JobCurve, ...]:
        return self._get(tuple[r.JobCurve, ...], f"jobs/{number}/curves")

    def stop_job(self, number: int) -> r.Job:
        return self._send("POST", r.Job, f"jobs/{number}/stop")

    def delete_job(self, number: int) -> None:
        self._sent("DELETE", f"jobs/{number}", None, {})

    def clone_job(self, number: int, name: str | None = None, *, draft: bool = False) -> r.Job:
        body = check_values(r.CloneJob, {"name": name, "draft": draft})
        return self._send("POST", r.Job, f"jobs/{number}/clone", body)
