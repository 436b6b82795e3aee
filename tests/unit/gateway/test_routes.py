"""The route table: shares, applying snapshots, leaving."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from aileron.gateway.routes import RevisionAddress, Route, RouteTable, ServiceRoute, Snapshot


def snapshot(*shares: tuple[int, int], generation: int = 1, port: int = 9000) -> Snapshot:
    """One service with revisions by number and weight."""
    revisions = tuple(
        RevisionAddress(
            id=f"p/s/{number}", number=number, host="127.0.0.1", port=port + number, weight=weight
        )
        for number, weight in shares
    )
    route = ServiceRoute(
        project="p", service="s", running=True, generation=generation, revisions=revisions
    )
    return Snapshot(services=(route,))


def applied(*shares: tuple[int, int]) -> tuple[RouteTable, Route]:
    table = RouteTable()
    apply(table, snapshot(*shares))
    route = table.find("p", "s")
    assert route is not None
    return table, route


def apply(table: RouteTable, wanted: Snapshot) -> None:
    async def inside_a_loop() -> None:
        table.apply(wanted)

    asyncio.run(inside_a_loop())


@pytest.mark.parametrize(
    "shares", [((1, 1), (2, 1)), ((1, 90), (2, 10)), ((1, 5), (2, 3), (3, 2)), ((1, 100), (2, 0))]
)
def test_shares_are_exact_over_each_round(shares: tuple[tuple[int, int], ...]) -> None:
    _, route = applied(*shares)
    total = sum(weight for _, weight in shares)

    for _ in range(3):
        picked = Counter(target.number for _ in range(total) if (target := route.pick()))
        assert picked == Counter({number: weight for number, weight in shares if weight})


def test_an_unhealthy_revision_leaves_its_share_to_the_others() -> None:
    _, route = applied((1, 50), (2, 50))
    route.targets[0].healthy = False

    assert {target.number for _ in range(10) if (target := route.pick())} == {2}


@pytest.mark.parametrize("shares", [((1, 100),), ((1, 50), (2, 50))])
def test_where_nobody_is_healthy_a_silent_revision_is_asked(
    shares: tuple[tuple[int, int], ...],
) -> None:
    _, route = applied(*shares)
    for target in route.targets:
        target.healthy = False
    assert route.pick() is None
    route.targets[0].silent = True

    assert route.pick() is route.targets[0]
    assert route.pick([route.targets[0]]) is None


def test_a_revision_that_was_tried_is_not_picked_again() -> None:
    _, route = applied((1, 50), (2, 50))
    first = route.pick()
    assert first is not None
    second = route.pick([first])
    assert second is not None
    assert second is not first
    assert route.pick([first, second]) is None


def test_a_route_without_revisions_picks_none() -> None:
    _, route = applied()
    assert route.pick() is None


def test_what_is_known_of_a_revision_survives_a_new_snapshot() -> None:
    table, route = applied((1, 100))
    target = route.targets[0]
    target.healthy = False

    apply(table, snapshot((1, 50), (2, 50), generation=2))

    again = table.find("p", "s")
    assert again is not None
    assert again.targets[0] is target
    assert again.facts.generation == 2


def test_a_revision_with_open_requests_is_leaving_until_they_are_answered() -> None:
    table, route = applied((1, 100))
    old = route.targets[0]
    old.in_flight = 1

    apply(table, snapshot((2, 100), generation=2))
    assert table.leaving == [old]
    old.in_flight = 0
    apply(table, snapshot((2, 100), generation=2))
    assert table.leaving == []


def test_a_revision_at_a_new_address_begins_anew() -> None:
    table, route = applied((1, 100))
    route.targets[0].healthy = False

    apply(table, snapshot((1, 100), port=9500))

    moved = table.find("p", "s")
    assert moved is not None
    assert moved.targets[0].address == ("127.0.0.1", 9501)
    assert moved.targets[0].healthy
