"""From a package to the champion's traffic: stage, wait, compare and set, switch, drain.

Release, roll-back and promotion are this one sequence with other candidates. Until the
compare-and-set nothing that serves is touched; after it the ledger row is the truth, and
what is left can be repeated by anyone (`aileron.deploy.reconcile`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from aileron.cluster.serving import ServicePlacement
from aileron.core.errors import AileronError, Conflict, Refused, StepFailed, Unavailable
from aileron.core.ports import Reference
from aileron.core.settings import Settings
from aileron.deploy.gateway_client import gateway_client
from aileron.deploy.places import Place, last_lines
from aileron.ledger import (
    Basis,
    Champion,
    Desired,
    Ledger,
    Revision,
    RevisionState,
    Route,
    Service,
)

POLL: Final = 0.05
SUPERVISOR: Final = "supervisor"
"""Name of the supervisor's lease."""
LONELY_SECONDS: Final = 20.0
"""How long a supervisor may be away, restarting, before the wait is given up."""
REUSABLE: Final = (RevisionState.HEALTHY, RevisionState.STARTING, RevisionState.STOPPED)


@dataclass(frozen=True)
class Candidate:
    """A model version with its package, and the service that is to get it."""

    project: str
    service: str
    model: str
    version: int
    model_reference: Reference
    package_reference: Reference
    verdict_reference: Reference | None = None
    basis: Basis | None = None
    run_id: str | None = None
    placement: ServicePlacement | None = None
    """Where on a cluster it is to serve; None is a process of the supervisor."""

    def is_champion(self, champion: Champion, revision: Revision) -> bool:
        """Whether `champion` is this version, served by `revision` as it would be."""
        same = (champion.version, champion.service) == (self.version, self.service)
        return same and self.is_served_by(revision)

    def renews(self, champion: Champion, expected_fence: int | None) -> bool:
        """Whether `champion` is this version, judged against the same one before it; its package
        is another, as after an upgrade of Aileron."""
        then = champion.basis.fence if champion.basis else None
        same = (champion.version, champion.service) == (self.version, self.service)
        return same and then == expected_fence

    def is_served_by(self, revision: Revision) -> bool:
        """Whether `revision` has this package in the same place, in whatever number of pods."""
        theirs, ours = revision.placement, self.placement
        return (
            revision.package.digest == self.package_reference.digest
            and revision.model_version == self.version
            and (theirs and theirs.pod) == (ours and ours.pod)
        )


@dataclass(frozen=True)
class Switch:
    """Makes candidates champions. `log` gets one line for each stage."""

    settings: Settings
    ledger: Ledger
    log: Callable[[str], None] = lambda _: None
    healthy_seconds: float = 120.0

    def make_champion(self, candidate: Candidate, expected_fence: int | None) -> Champion:
        """Serve `candidate` if the champion is still the one of `expected_fence`.

        Safe to call again after a crash at any point: what was done is found and not done twice.

        Raises:
            StepFailed: the revision never became healthy; the old one serves on.
            Conflict: another became champion first; says who.
            Unavailable: the champion changed, and the gateway has not been seen to follow.
        """
        gateway = gateway_client(self.settings)
        service = self._service(candidate)
        champion = self.ledger.champions.get(candidate.project, candidate.model)
        serving = self._serving(champion) if champion else None
        same = champion and serving and candidate.is_champion(champion, serving)
        if champion and serving and same and champion.is_of(service):
            self.log(f"version {champion.version} is the champion already; checking its traffic")
            self._want(serving, candidate.placement)
            self.wait_healthy(champion.project, champion.service, champion.revision)
        else:
            revision = self.stage(candidate)
            if champion and (same or candidate.renews(champion, expected_fence)):
                expected_fence = champion.fence
            champion = self._set(candidate, revision, expected_fence)
        gateway.wait_applied(route_to(self.ledger, champion))
        self.log(f"the gateway routes {champion.service} to revision {champion.revision}")
        retire_others(self.ledger, champion)
        return champion

    def stage(self, candidate: Candidate) -> Revision:
        """Have a revision of `candidate` running and healthy, without traffic.

        One that is there already with the same package is used again: a stopped one starts
        in about a second.
        """
        project, name = candidate.project, candidate.service
        revision = self._there_is(candidate) or self.ledger.revisions.add(
            project,
            name,
            candidate.package_reference,
            candidate.model,
            candidate.version,
            candidate.placement,
        )
        self.log(f"revision {revision.number} of {name} is staged")
        self._want(revision, candidate.placement)
        try:
            return self.wait_healthy(project, name, revision.number)
        except StepFailed:
            self.remove(revision)
            raise

    def wait_healthy(self, project: str, service: str, number: int) -> Revision:
        """Wait for the supervisor's word.

        Raises:
            StepFailed: the revision failed, or is not healthy in time; with its last log lines.
            Unavailable: no supervisor is at work.
        """
        begin = time.monotonic()
        while True:
            revision = self.ledger.revisions.get(project, service, number)
            if revision is not None and revision.state == RevisionState.HEALTHY:
                self.log(f"revision {number} is healthy after {time.monotonic() - begin:.1f} s")
                return revision
            failed = revision is not None and revision.state == RevisionState.FAILED
            waited = time.monotonic() - begin
            lonely = waited > LONELY_SECONDS and self.ledger.leases.get(SUPERVISOR) is None
            if failed or lonely or waited > self.healthy_seconds:
                raise self._not_healthy(project, service, number, revision)
            time.sleep(POLL)

    def remove(self, revision: Revision) -> None:
        """Have a revision stopped that got no traffic."""
        self.log(f"removing revision {revision.number} of {revision.service}")
        self.ledger.revisions.set_desired(
            revision.project, revision.service, revision.number, Desired.STOPPED
        )

    def _set(
        self, candidate: Candidate, revision: Revision, expected_fence: int | None
    ) -> Champion:
        try:
            champion = self.ledger.champions.compare_and_set(
                candidate.project,
                candidate.model,
                expected_fence,
                version=candidate.version,
                model_reference=candidate.model_reference,
                package_reference=candidate.package_reference,
                verdict_reference=candidate.verdict_reference,
                service=candidate.service,
                revision=revision.number,
                basis=candidate.basis,
                run_id=candidate.run_id,
            )
        except Conflict:
            now = self.ledger.champions.get(candidate.project, candidate.model)
            if now is None or (now.service, now.revision) != (revision.service, revision.number):
                self.remove(revision)
            raise
        self.log(f"version {champion.version} is the champion (fence {champion.fence})")
        return champion

    def _service(self, candidate: Candidate) -> Service:
        project, name = candidate.project, candidate.service
        service = self.ledger.services.ensure(project, name, candidate.model)
        if service.model != candidate.model:
            raise Conflict(
                "deploy.service_of_other_model",
                service=name,
                found=service.model,
                wanted=candidate.model,
            )
        if service.desired == Desired.STOPPED:
            raise Refused("deploy.service_stopped", service=name)
        return service

    def _there_is(self, candidate: Candidate) -> Revision | None:
        same = [
            revision
            for revision in self.ledger.revisions.list(candidate.project, candidate.service)
            if candidate.is_served_by(revision) and revision.state in REUSABLE
        ]
        return same[-1] if same else None

    def _serving(self, champion: Champion) -> Revision | None:
        return self.ledger.revisions.get(champion.project, champion.service, champion.revision)

    def _want(self, revision: Revision, placement: ServicePlacement | None) -> None:
        one = (revision.project, revision.service, revision.number)
        if placement is not None and placement != revision.placement:
            self.ledger.revisions.place(*one, placement)
            self.log(f"revision {revision.number} gets replicas: {placement.replicas}")
        if revision.desired != Desired.RUNNING:
            self.ledger.revisions.report(*one, RevisionState.STARTING)
            self.ledger.revisions.set_desired(*one, Desired.RUNNING)

    def _not_healthy(
        self, project: str, service: str, number: int, revision: Revision | None
    ) -> AileronError:
        values: dict[str, Any] = {"revision": number, "service": f"{project}/{service}"}
        seconds = self.healthy_seconds
        if self.ledger.leases.get(SUPERVISOR) is None:
            return Unavailable("deploy.no_supervisor", **values)
        log = last_lines(Place.of(self.settings.home, project, service, number).log)
        reason = (revision.reason if revision else None) or log or "Its log is empty."
        if revision is not None and revision.state == RevisionState.FAILED:
            return StepFailed("deploy.failed", **values, reason=reason)
        state = str(revision.state) if revision else "removed"
        return StepFailed(
            "deploy.never_healthy", **values, seconds=seconds, state=state, reason=reason
        )


def route_to(ledger: Ledger, champion: Champion) -> Route:
    """Route the service to its champion's revision, unless a later champion's route is there."""
    weights = {champion.revision: 100}
    try:
        return ledger.routes.set(champion.project, champion.service, weights, champion.fence)
    except Conflict:
        later = ledger.routes.get(champion.project, champion.service)
        if later is None:
            raise
        return later


def retire_others(ledger: Ledger, champion: Champion) -> None:
    """Have the service's other revisions drained and stopped; packages stay for a roll-back.

    One that was asked for after `champion` won is another release's, and stays.
    """
    for revision in ledger.revisions.list(champion.project, champion.service):
        if (
            revision.number != champion.revision
            and revision.desired == Desired.RUNNING
            and revision.updated < champion.since
            and revision.state != RevisionState.STARTING
        ):
            ledger.revisions.set_desired(
                revision.project, revision.service, revision.number, Desired.STOPPED
            )
