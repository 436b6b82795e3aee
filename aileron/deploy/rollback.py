"""Making another registered version the champion by hand: back to the last one, or to any."""

from __future__ import annotations

from collections.abc import Callable

from aileron.cluster.serving import ServicePlacement
from aileron.core.errors import Conflict, NotFound, Refused
from aileron.core.ports import Reference
from aileron.core.settings import Settings
from aileron.deploy.reconcile import alias_or_later
from aileron.deploy.switch import Candidate, Switch
from aileron.ledger import Champion, Ledger, ModelVersion
from aileron.store import open_store

Log = Callable[[str], None]
PACKAGE_NODE = "package"
PACKAGE_PORT = "package"


def rollback(
    settings: Settings,
    ledger: Ledger,
    project: str,
    model: str,
    actor: str,
    log: Log = lambda _: None,
    *,
    expected_fence: int | None = None,
) -> Champion:
    """The previous champion serves again, as a new champion row.

    Its package and environment are still on the machine, so this takes a start and a switch.

    Args:
        expected_fence: of the champion that the caller saw; None takes whichever is there.

    Raises:
        NotFound: the model has no champion.
        Refused: it never had another one.
        Conflict: another became champion meanwhile.
    """
    ledger = ledger.acting(actor)
    now = _champion(ledger, project, model, expected_fence)
    before = ledger.champions.previous(project, model)
    if before is None:
        raise Refused("deploy.nothing_before", model=f"{project}/{model}")
    log(f"rolling {model} back from version {now.version} to {before.version}")
    return _serve(settings, ledger, _again(ledger, before), now.fence, log)


def promote(
    settings: Settings,
    ledger: Ledger,
    project: str,
    model: str,
    version: int,
    actor: str,
    log: Log = lambda _: None,
    *,
    expected_fence: int | None = None,
) -> Champion:
    """A registered, packaged version becomes the champion of the model's service.

    Args:
        expected_fence: of the champion that the caller saw; None takes whichever is there.

    Raises:
        NotFound: no such version, never packaged, or the model has no service yet.
        Conflict: another became champion meanwhile.
    """
    ledger = ledger.acting(actor)
    registered = ledger.models.get(project, model, version)
    if registered is None:
        raise NotFound("deploy.not_registered", model=f"{project}/{model}", version=version)
    now = _champion(ledger, project, model, expected_fence)
    earlier = [c for c in ledger.champions.history(project, model) if c.version == version]
    candidate = _again(ledger, earlier[0]) if earlier else _first_time(ledger, registered, now)
    return _serve(settings, ledger, candidate, now.fence, log)


def _champion(ledger: Ledger, project: str, model: str, expected_fence: int | None) -> Champion:
    champion = ledger.champions.get(project, model)
    if champion is None:
        raise NotFound("deploy.no_champion", model=f"{project}/{model}")
    if expected_fence not in (None, champion.fence):
        raise Conflict(
            "deploy.champion_changed",
            model=f"{project}/{model}",
            winner=champion.actor,
            version=champion.version,
            fence=champion.fence,
            expected=expected_fence,
        )
    return champion


def _serve(
    settings: Settings, ledger: Ledger, candidate: Candidate, fence: int, log: Log
) -> Champion:
    store = open_store(settings.store_root)
    for reference in (candidate.model_reference, candidate.package_reference):
        store.claim(reference)  # an old version's may be needed by nothing until now
    champion = Switch(settings, ledger, log).make_champion(candidate, fence)
    alias_or_later(settings, ledger, champion, log)
    return champion


def _again(ledger: Ledger, champion: Champion) -> Candidate:
    return Candidate(
        project=champion.project,
        service=champion.service,
        model=champion.model,
        version=champion.version,
        model_reference=champion.model_reference,
        package_reference=champion.package_reference,
        verdict_reference=champion.verdict_reference,
        basis=champion.basis,
        placement=_placement_of(ledger, champion),
    )


def _first_time(ledger: Ledger, version: ModelVersion, now: Champion) -> Candidate:
    return Candidate(
        project=version.project,
        service=now.service,
        model=version.name,
        version=version.version,
        model_reference=version.reference,
        package_reference=_package_of(ledger, version),
        verdict_reference=version.verdict_reference,
        placement=_placement_of(ledger, now),
    )


def _placement_of(ledger: Ledger, champion: Champion) -> ServicePlacement | None:
    """Where the champion serves, or served: what follows it goes to the same place."""
    revision = ledger.revisions.get(champion.project, champion.service, champion.revision)
    return revision.placement if revision else None


def _package_of(ledger: Ledger, version: ModelVersion) -> Reference:
    """The package that the version's run built."""
    node = ledger.nodes.get(version.run_id, PACKAGE_NODE) if version.run_id else None
    if node is None or PACKAGE_PORT not in node.outputs:
        raise NotFound(
            "deploy.no_package",
            model=f"{version.project}/{version.name}",
            version=version.version,
        )
    return node.outputs[PACKAGE_PORT]
