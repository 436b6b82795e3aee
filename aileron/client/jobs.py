"""The verbs of custom jobs, as part of `aileron.client.base.Client`.

A job is somebody's own code with a start command and data. It is run by a workflow of its own,
as a run like any other; its folder ``./output``, its log and its figures are kept.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from aileron.client import records as r
from aileron.core.errors import Conflict, InvalidInput
from aileron.core.names import JOB_REGISTRATION, JOB_RELEASE

PAGE: Final = 50


class JobVerbs(ABC):
    """Submitting jobs, looking at them, stopping and deleting them."""

    @abstractmethod
    def submit_job(
        self, name: str, spec: Mapping[str, Any], *, description: str = "", draft: bool = False
    ) -> r.Job:
        """Run a job; returns at once.

        Args:
            name: 1 to 50 characters, the project's own until the job is deleted.
            spec: the fields of `aileron.train.job.spec.JobSpec`.
            draft: keep it without running it.

        Raises:
            InvalidInput: it cannot be run as it is; nothing is kept.
            Conflict: another job has the name.
        """

    @abstractmethod
    def change_job(
        self, number: int, name: str, spec: Mapping[str, Any], *, description: str = ""
    ) -> r.Job:
        """Change a draft.

        Raises:
            Conflict: it was submitted, or another job has the name.
        """

    @abstractmethod
    def start_job(self, number: int) -> r.Job:
        """Run a draft; returns at once.

        Raises:
            InvalidInput: it cannot be run as it is; it stays a draft.
            Conflict: it was submitted.
        """

    @abstractmethod
    def jobs(self, offset: int = 0, limit: int = PAGE) -> r.JobPage:
        """Jobs of the project, the newest first; at most 200."""

    @abstractmethod
    def job(self, number: int) -> r.Job:
        """One job."""

    @abstractmethod
    def job_named(self, name: str) -> r.Job:
        """The job of that name."""

    @abstractmethod
    def job_log(self, number: int, offset: int = 0) -> r.LogPiece:
        """What the job's code printed from byte `offset` on, while it runs too."""

    @abstractmethod
    def job_files(self, number: int) -> r.JobFiles:
        """What the job left in ``./output``; nothing before it has ended."""

    @abstractmethod
    def download_job_file(self, number: int, path: str, target: Path) -> r.JobFile:
        """Write one of those files to `target`, which is new.

        Raises:
            NotFound: there is no such file.
        """

    @abstractmethod
    def job_curves(self, number: int) -> tuple[r.JobCurve, ...]:
        """The figures of the job as they went on, while it runs too."""

    @abstractmethod
    def stop_job(self, number: int) -> r.Job:
        """End a job; returns at once. Its output so far and its log are kept.

        Raises:
            Conflict: it does not wait or run.
        """

    @abstractmethod
    def delete_job(self, number: int) -> None:
        """Forget a job; its name is free again, and what was made of it stays.

        Raises:
            Conflict: it waits or runs.
        """

    @abstractmethod
    def clone_job(self, number: int, name: str | None = None, *, draft: bool = False) -> r.Job:
        """Run a job again under another name, or keep the copy as a draft."""

    @abstractmethod
    def start(
        self, lifecycle: str, values: Mapping[str, Any] | None = None, *, force: bool = False
    ) -> r.RunBrief:
        """Start a run; see `aileron.client.base.Client`."""

    def publish_job(
        self,
        number: int,
        model: str,
        *,
        release: bool = False,
        service: str | None = None,
        thresholds: Mapping[str, Mapping[str, float]] | None = None,
    ) -> r.RunBrief:
        """Register the model that a job left, and release it if that is asked; returns at once.

        Args:
            model: name of the model in the registry.
            release: package it, check the package, and let a service of this installation
                answer with it.
            service: the service; default: the model's name.
            thresholds: metric -> {min, max} that the job's figures must reach.

        Raises:
            Conflict: the job has not succeeded.
            InvalidInput: a service is named and there is no release.
        """
        job = self.job(number)
        if job.state != "succeeded":
            raise Conflict("client.job_not_succeeded", name=job.name, state=job.state)
        if service is not None and not release:
            raise InvalidInput("client.service_without_release", service=service)
        values: dict[str, Any] = {"run": job.run_id, "model": model}
        given = {"service": service, "thresholds": thresholds}
        values |= {name: value for name, value in given.items() if value is not None}
        return self.start(JOB_RELEASE if release else JOB_REGISTRATION, values)

    def follow_job_log(self, number: int, pause: Any) -> Iterator[str]:
        """Yield pieces of the log until nothing more will come.

        Args:
            pause: called without arguments where there is nothing new.
        """
        offset = 0
        while True:
            over = self.job(number).state in ("draft", "succeeded", "failed", "stopped")
            piece = self.job_log(number, offset)
            if piece.text:
                yield piece.text
            if piece.ended or (over and piece.next_offset == offset):
                return
            if piece.next_offset == offset:
                pause()
            offset = piece.next_offset
