"""A deleted service that is released again: what it served before stays away."""

from __future__ import annotations

import pytest
from plugins.references import reference
from plugins.releases import MODEL, PROJECT, SERVICE, Platform

from aileron.core.ports import ArtifactKind
from aileron.deploy.observe import serving_champion
from aileron.deploy.reconcile import reconcile_route
from aileron.deploy.services import delete_service, start_service, stop_service
from aileron.deploy.switch import route_to
from aileron.doctor.chain import Chain
from aileron.doctor.finding import Caution
from aileron.ledger import Champion, Desired, Ledger, RevisionState
from aileron.store import open_store

PACKAGE = reference("a", ArtifactKind.PACKAGE)


def released(ledger: Ledger, model: str = MODEL) -> Champion:
    """The champion of a release to the service, as its rows say it."""
    ledger.services.ensure(PROJECT, SERVICE, model)
    revision = ledger.revisions.add(PROJECT, SERVICE, PACKAGE, model, 1)
    ledger.revisions.report(
        PROJECT, SERVICE, revision.number, RevisionState.HEALTHY, "127.0.0.1:9000"
    )
    now = ledger.champions.get(PROJECT, model)
    champion = ledger.champions.compare_and_set(
        PROJECT,
        model,
        now.fence if now else None,
        version=1,
        model_reference=reference("b", ArtifactKind.MODEL),
        package_reference=PACKAGE,
        service=SERVICE,
        revision=revision.number,
    )
    route_to(ledger, champion)
    return champion


def deleted(ledger: Ledger) -> None:
    stop_service(ledger, PROJECT, SERVICE)
    delete_service(ledger, PROJECT, SERVICE)


@pytest.mark.parametrize("model", [MODEL, "another_model"])
def test_the_model_before_is_not_brought_back(ledger: Ledger, model: str) -> None:
    before = released(ledger)
    deleted(ledger)

    ledger.services.ensure(PROJECT, SERVICE, model)
    stop_service(ledger, PROJECT, SERVICE)
    start_service(ledger, PROJECT, SERVICE)

    assert reconcile_route(ledger, before) == []
    assert serving_champion(ledger, PROJECT, MODEL) is None
    revision = ledger.revisions.get(PROJECT, SERVICE, before.revision)
    assert revision is not None
    assert revision.desired == Desired.STOPPED


def test_the_doctor_tells_the_champion_of_the_deleted_service_as_such(
    bare_platform: Platform,
) -> None:
    ledger, settings = bare_platform.ledger, bare_platform.settings
    champion = released(ledger)
    deleted(ledger)
    ledger.services.ensure(PROJECT, SERVICE, "another_model")
    chain = Chain(settings, ledger, open_store(settings.store_root), champion)

    for link in (chain.route, chain.revision):
        with pytest.raises(Caution, match="was deleted"):
            link()


@pytest.mark.parametrize("model", [MODEL, "another_model"])
def test_the_new_model_gets_the_traffic(ledger: Ledger, model: str) -> None:
    for _ in range(3):
        before = released(ledger)
    deleted(ledger)

    champion = released(ledger, model)

    assert (champion.fence > before.fence) == (model == MODEL)  # fences count by model
    route = ledger.routes.get(PROJECT, SERVICE)
    assert route is not None
    assert [share.revision for share in route.weights] == [champion.revision]
    for one in (before, champion, before):
        assert reconcile_route(ledger, one) == []
    assert ledger.routes.get(PROJECT, SERVICE) == route


def test_the_same_version_serves_again(platform: Platform) -> None:
    first = platform.release(1)
    deleted(platform.ledger)

    again = platform.release(1)

    assert (again.version, again.fence) == (1, first.fence + 1)
    assert platform.answer() == "v1"
    assert reconcile_route(platform.ledger, again) == []
