"""Which revisions nobody will miss, and what a deleted service leaves in the ledger."""

from __future__ import annotations

import pytest
from plugins.references import reference

from aileron.cluster.placement import Placement
from aileron.cluster.serving import ServicePlacement
from aileron.core.errors import NotFound
from aileron.core.ports import ArtifactKind
from aileron.ledger import Desired, Ledger, RevisionState

PROJECT, SERVICE = "default", "cells"
PLACED = ServicePlacement(pod=Placement(pool="lab", namespace="lab", image="server:1"), replicas=3)


def stopped(ledger: Ledger, count: int, placement: ServicePlacement | None = None) -> None:
    """A service with `count` revisions, all stopped."""
    ledger.services.ensure(PROJECT, SERVICE, "cells_model")
    package = reference("a", ArtifactKind.PACKAGE)
    for version in range(1, count + 1):
        row = ledger.revisions.add(PROJECT, SERVICE, package, "cells_model", version, placement)
        ledger.revisions.set_desired(PROJECT, SERVICE, row.number, Desired.STOPPED)
        ledger.revisions.report(PROJECT, SERVICE, row.number, RevisionState.STOPPED)


def retired(ledger: Ledger) -> list[int]:
    return sorted(row.number for row in ledger.revisions.retired(3))


def test_the_newest_stopped_revisions_stay(ledger: Ledger) -> None:
    stopped(ledger, 5)

    assert retired(ledger) == [1, 2]


def test_what_was_removed_or_is_wanted_again_is_left_alone(ledger: Ledger) -> None:
    stopped(ledger, 6)
    ledger.revisions.report(PROJECT, SERVICE, 1, RevisionState.REMOVED)
    ledger.revisions.set_desired(PROJECT, SERVICE, 2, Desired.RUNNING)

    assert retired(ledger) == [3]


def test_a_deleted_service_keeps_nothing_but_its_record(ledger: Ledger) -> None:
    stopped(ledger, 2)
    ledger.revisions.report(PROJECT, SERVICE, 2, RevisionState.FAILED)
    ledger.services.set_desired(PROJECT, SERVICE, Desired.DELETED)

    assert retired(ledger) == [1, 2]
    assert ledger.services.list() == []
    assert ledger.services.get(PROJECT, SERVICE) is None
    assert len(ledger.revisions.list(PROJECT, SERVICE)) == 2
    with pytest.raises(NotFound):
        ledger.services.set_desired(PROJECT, SERVICE, Desired.RUNNING)


@pytest.mark.parametrize("state", [RevisionState.DRAINING, RevisionState.UNHEALTHY])
def test_what_still_ends_its_requests_is_not_missed_yet(
    ledger: Ledger, state: RevisionState
) -> None:
    stopped(ledger, 2)
    ledger.revisions.report(PROJECT, SERVICE, 2, state)
    ledger.services.set_desired(PROJECT, SERVICE, Desired.DELETED)

    assert retired(ledger) == [1]


def test_a_service_that_is_made_anew_has_no_traffic_and_no_champion_yet(ledger: Ledger) -> None:
    stopped(ledger, 1)
    model = reference("b", ArtifactKind.MODEL)
    package = reference("a", ArtifactKind.PACKAGE)
    champion = ledger.champions.compare_and_set(
        PROJECT,
        "cells_model",
        None,
        version=1,
        model_reference=model,
        package_reference=package,
        service=SERVICE,
        revision=1,
    )
    before = ledger.routes.set(PROJECT, SERVICE, {1: 100}, champion.fence)
    old = ledger.services.set_desired(PROJECT, SERVICE, Desired.DELETED)

    again = ledger.services.ensure(PROJECT, SERVICE, "cells_model")

    route = ledger.routes.get(PROJECT, SERVICE)
    assert route is not None
    assert (route.weights, route.fence) == ((), 0)
    assert route.generation > before.generation
    assert champion.is_of(old)
    assert not champion.is_of(again)


def test_a_deleted_service_is_made_anew_and_counts_on(ledger: Ledger) -> None:
    stopped(ledger, 2)
    ledger.services.set_desired(PROJECT, SERVICE, Desired.DELETED)

    again = ledger.services.ensure(PROJECT, SERVICE, "other_model")
    row = ledger.revisions.add(
        PROJECT, SERVICE, reference("b", ArtifactKind.PACKAGE), "other_model", 1
    )

    assert (again.desired, again.model, row.number) == (Desired.RUNNING, "other_model", 3)


def test_a_revision_keeps_where_it_runs(ledger: Ledger) -> None:
    stopped(ledger, 1, PLACED)
    more = PLACED.model_copy(update={"replicas": 5})

    ledger.revisions.place(PROJECT, SERVICE, 1, more)

    row = ledger.revisions.get(PROJECT, SERVICE, 1)
    assert row is not None
    assert (row.placement, row.target) == (more, "kubernetes")


def test_an_installation_has_one_name(ledger: Ledger, ledger_url: str) -> None:
    other = Ledger(ledger_url)
    try:
        assert len(ledger.installation) == 12
        assert other.installation == ledger.installation
    finally:
        other.close()
