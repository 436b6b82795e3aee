"""From a champion back to its data: every link between the ledger and the world.

champion row -> model version -> files and digests -> verdict -> run -> dataset tag -> remote
objects, and forward to its projections: MLflow's alias, the gateway's route, the revision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from aileron.core.errors import NotFound, StepFailed
from aileron.core.ports import Reference
from aileron.core.settings import Settings
from aileron.data.versions import check_version
from aileron.deploy.gateway_client import gateway_client
from aileron.deploy.worker import answers
from aileron.doctor.finding import Caution, Finding, look
from aileron.ledger import Champion, Desired, Ledger, ModelVersion, RevisionState, Service
from aileron.registry import champion_alias
from aileron.store import Store

GATEWAY_SECONDS: Final = 5.0
"""The gateway follows the ledger within so long."""


def examine_champions(settings: Settings, ledger: Ledger, store: Store) -> Iterator[Finding]:
    """Walk every champion's links; the first broken link does not hide later ones."""
    projects = sorted({service.project for service in ledger.services.list()})
    for champion in (c for project in projects for c in ledger.champions.list(project)):
        chain = Chain(settings, ledger, store, champion)
        subject = f"{champion.project}/{champion.model}"
        for link, check in chain.links():
            yield look(subject, link, check)


@dataclass(frozen=True)
class Chain:
    """The links of one champion; each check returns what is there or raises what is wrong."""

    settings: Settings
    ledger: Ledger
    store: Store
    champion: Champion

    def links(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield "model version", self.model_version
        yield "model files", lambda: self.files(self.champion.model_reference)
        yield "package files", lambda: self.files(self.champion.package_reference)
        yield "verdict", self.verdict
        yield "run", self.run
        yield "dataset", self.dataset
        yield "alias", self.alias
        yield "route", self.route
        yield "revision", self.revision

    def model_version(self) -> str:
        champion, version = self.champion, self._version()
        if version is None:
            raise NotFound(
                "doctor.no_model_version", version=champion.version, model=champion.model
            )
        expected = champion.model_reference.digest
        if version.reference.digest != expected:
            raise StepFailed(
                "doctor.digest_differs",
                what=f"model version {version.version}",
                found=version.reference.digest[:12],
                expected=expected[:12],
            )
        return f"version {version.version}, digest {expected[:12]}"

    def files(self, reference: Reference) -> str:
        self.store.verify(reference)
        return f"{reference.uri[:24]}, {reference.size} bytes, every digest right"

    def verdict(self) -> str:
        reference = self.champion.verdict_reference
        if reference is None:
            raise NotFound("doctor.no_verdict")
        self.store.verify(reference)
        verdict = self.store.read_json(reference, "verdict.json")
        if not verdict["accepted"]:
            raise StepFailed("doctor.not_accepted", model=self.champion.model)
        return f"accepted by {len(verdict['reasons'])} rules"

    def run(self) -> str:
        run_id = self._run_id()
        if run_id is None:
            raise NotFound("doctor.no_run")
        run = self.ledger.runs.get(run_id)
        return f"{run.run_id} {run.state}"

    def dataset(self) -> str:
        run_id = self._run_id()
        if run_id is None or self._is_lost(run_id):
            raise Caution("doctor.not_judged", link="run")
        node = self.ledger.nodes.get(run_id, "version")
        if node is None:
            return "the run has no dataset version"
        record = self.store.read_json(node.outputs["record"], "record.json")
        project, name, number = self.champion.project, record["dataset"], record["version"]
        version = self.ledger.datasets.get(project, name, number)
        if version is None:
            raise NotFound("doctor.no_dataset", run_id=run_id, dataset=name, version=number)
        check_version(self.settings, version)
        return f"{version.tag}, every object on the remote"

    def alias(self) -> str:
        champion, version = self.champion, self._version()
        if version is None:
            raise Caution("doctor.not_judged", link="model version")
        expected = version.mlflow_version
        found = champion_alias(self.settings, champion.project, champion.model)
        if found != expected:
            raise StepFailed(
                "doctor.alias_differs",
                model=champion.model,
                found=found or "-",
                expected=expected or "-",
            )
        return f"champion -> version {found}"

    def route(self) -> str:
        champion = self.champion
        self._service()
        route = self.ledger.routes.get(champion.project, champion.service)
        found = sorted(w.revision for w in route.weights if w.weight) if route else []
        if route is None or found != [champion.revision]:
            raise StepFailed(
                "doctor.route_differs",
                service=champion.service,
                found=", ".join(map(str, found)) or "-",
                expected=champion.revision,
            )
        gateway = gateway_client(self.settings)
        gateway.wait_applied(route, seconds=GATEWAY_SECONDS)
        return f"/{champion.project}/{champion.service} -> revision {champion.revision}"

    def revision(self) -> str:
        champion = self.champion
        if self._service().desired is Desired.STOPPED:
            raise Caution("doctor.service_stopped", service=champion.service)
        revision = self.ledger.revisions.get(champion.project, champion.service, champion.revision)
        state = revision.state if revision else None
        if revision is None or state is not RevisionState.HEALTHY:
            raise StepFailed(
                "doctor.revision_not_healthy",
                service=champion.service,
                revision=champion.revision,
                state=state or "-",
                reason=(revision.reason if revision else None) or "-",
            )
        if revision.address is None or not answers(revision.address):
            raise StepFailed(
                "doctor.revision_silent",
                service=champion.service,
                revision=champion.revision,
                address=revision.address or "-",
            )
        return f"revision {revision.number} healthy at {revision.address}"

    def _service(self) -> Service:
        champion = self.champion
        service = self.ledger.services.get(champion.project, champion.service)
        if service is None or not champion.is_of(service):
            raise Caution("doctor.service_deleted", service=champion.service)
        return service

    def _version(self) -> ModelVersion | None:
        champion = self.champion
        return self.ledger.models.get(champion.project, champion.model, champion.version)

    def _run_id(self) -> str | None:
        """The run that made the champion's version: a promotion by hand is no run of its own."""
        version = self._version()
        return self.champion.run_id or (version.run_id if version else None)

    def _is_lost(self, run_id: str) -> bool:
        try:
            self.ledger.runs.get(run_id)
        except NotFound:
            return True
        return False
