"""Services, their revisions and routes, and the news of their changes."""

from __future__ import annotations

import asyncio
import threading

import pytest
from plugins.references import reference
from sqlalchemy import text

from aileron.core.errors import Conflict, InvalidInput, NotFound, Unavailable
from aileron.core.ports import ArtifactKind
from aileron.ledger import Change, Desired, Ledger, Revision, RevisionState, Weight

PACKAGE = reference("a", ArtifactKind.PACKAGE)


@pytest.fixture
def two_revisions(ledger: Ledger) -> tuple[Revision, Revision]:
    ledger.services.ensure("default", "iris", "iris")
    add = ledger.revisions.add
    return add("default", "iris", PACKAGE, "iris", 1), add("default", "iris", PACKAGE, "iris", 2)


def test_a_service_is_made_once_and_stopped_and_started(ledger: Ledger) -> None:
    made = ledger.services.ensure("default", "iris", "iris")
    assert ledger.services.ensure("default", "iris", "other") == made
    assert ledger.services.set_desired("default", "iris", Desired.STOPPED).desired == "stopped"
    ledger.services.set_desired("default", "iris", Desired.STOPPED)
    found = ledger.services.get("default", "iris")
    assert found is not None
    assert ledger.services.list() == [found] == ledger.services.list("default")
    verbs = [e.verb for e in ledger.events.list("default", subject="service:default/iris")]
    assert verbs == ["service.desired", "service.created"]
    with pytest.raises(NotFound, match="default/nope"):
        ledger.services.set_desired("default", "nope", Desired.RUNNING)


def test_revisions_are_numbered_by_service(
    ledger: Ledger, two_revisions: tuple[Revision, Revision]
) -> None:
    assert [revision.id for revision in two_revisions] == ["default/iris/1", "default/iris/2"]
    ledger.services.ensure("default", "other", "other")
    assert ledger.revisions.add("default", "other", PACKAGE, "other", 1).number == 1
    assert ledger.revisions.list("default", "iris") == list(two_revisions)
    with pytest.raises(NotFound, match="default/nope"):
        ledger.revisions.add("default", "nope", PACKAGE, "iris", 1)


def test_the_supervisor_reports_what_it_sees_once(
    ledger: Ledger, two_revisions: tuple[Revision, Revision]
) -> None:
    for _ in range(3):
        ledger.revisions.report(
            "default", "iris", 1, RevisionState.HEALTHY, "127.0.0.1:9000", pid=42
        )
    seen = ledger.revisions.get("default", "iris", 1)
    assert seen is not None
    assert (seen.state, seen.address, seen.pid) == (RevisionState.HEALTHY, "127.0.0.1:9000", 42)
    events = ledger.events.list("default", subject="revision:default/iris/1")
    assert [event.verb for event in events] == ["revision.healthy", "revision.added"]
    with pytest.raises(NotFound, match="no revision 9"):
        ledger.revisions.report("default", "iris", 9, RevisionState.HEALTHY)


def test_active_revisions_are_those_wanted_and_those_not_yet_gone(
    ledger: Ledger, two_revisions: tuple[Revision, Revision]
) -> None:
    ledger.revisions.set_desired("default", "iris", 1, Desired.STOPPED)
    assert [r.number for r in ledger.revisions.active()] == [1, 2]
    ledger.revisions.report("default", "iris", 1, RevisionState.STOPPED)
    assert [r.number for r in ledger.revisions.active()] == [2]
    ledger.revisions.report("default", "iris", 2, RevisionState.FAILED, reason="exit 1")
    assert [r.number for r in ledger.revisions.active()] == [2]


def test_a_route_gives_weights_to_revisions(
    ledger: Ledger, two_revisions: tuple[Revision, Revision]
) -> None:
    assert ledger.routes.get("default", "iris") is None
    first = ledger.routes.set("default", "iris", {1: 100}, fence=1)
    assert ledger.routes.set("default", "iris", {1: 100}, fence=1) == first
    second = ledger.routes.set("default", "iris", {2: 10, 1: 90}, fence=1)
    assert second.weights == (Weight(revision=1, weight=90), Weight(revision=2, weight=10))
    assert (first.generation, second.generation) == (1, 2)
    assert ledger.routes.list() == [second] == ledger.routes.list("default")


def test_a_writer_that_is_behind_cannot_take_the_route_back(
    ledger: Ledger, two_revisions: tuple[Revision, Revision]
) -> None:
    ledger.routes.set("default", "iris", {2: 1}, fence=2)
    with pytest.raises(Conflict, match="fence 2"):
        ledger.routes.set("default", "iris", {1: 1}, fence=1)
    route = ledger.routes.get("default", "iris")
    assert route is not None
    assert route.weights == (Weight(revision=2, weight=1),)


@pytest.mark.parametrize("weights", [{3: 1}, {1: -1, 2: 1}, {1: 0, 2: 0}])
def test_a_route_that_cannot_serve_is_refused(
    ledger: Ledger, two_revisions: tuple[Revision, Revision], weights: dict[int, int]
) -> None:
    with pytest.raises(InvalidInput, match="default/iris cannot be routed"):
        ledger.routes.set("default", "iris", weights)


def test_a_service_without_routes_can_be_emptied(
    ledger: Ledger, two_revisions: tuple[Revision, Revision]
) -> None:
    ledger.routes.set("default", "iris", {1: 1})
    assert ledger.routes.set("default", "iris", {}).weights == ()


def test_listeners_hear_of_a_committed_change_at_once(
    ledger: Ledger, two_revisions: tuple[Revision, Revision]
) -> None:
    news = ledger.changes(timeout=10)
    assert next(news) is None
    threading.Timer(0.1, lambda: ledger.routes.set("default", "iris", {1: 1})).start()
    assert next(news) == Change(table="routes", project="default", name="iris")
    news.close()


def test_listeners_hear_nothing_of_what_was_rolled_back(
    ledger: Ledger, two_revisions: tuple[Revision, Revision]
) -> None:
    news = ledger.changes(timeout=0.2)
    next(news)
    with pytest.raises(InvalidInput):
        ledger.routes.set("default", "iris", {9: 1})
    assert next(news) is None
    news.close()


def test_an_event_loop_can_listen_too(
    ledger: Ledger, two_revisions: tuple[Revision, Revision]
) -> None:
    async def listen() -> list[Change | None]:
        heard: list[Change | None] = []
        async for change in ledger.changes_async(timeout=3):
            if not heard:
                await asyncio.to_thread(ledger.routes.set, "default", "iris", {1: 1})
            heard.append(change)
            if len(heard) == 3:
                return heard
        return heard

    change = Change(table="routes", project="default", name="iris")
    assert asyncio.run(listen()) == [None, change, None]


def test_a_listener_whose_connection_breaks_says_so(ledger: Ledger) -> None:
    news = ledger.changes(timeout=10)
    next(news)
    with ledger._database.transaction() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    with pytest.raises(Unavailable, match="does not answer"):
        next(news)
