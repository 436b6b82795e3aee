"""Leases, and what their fences protect."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from plugins.references import reference

from aileron.core.errors import Conflict
from aileron.ledger import EffectState, Lease, Ledger

RUN = "default/iris/manual_1"


def take(ledger: Ledger, owner: str, seconds: float = 30, name: str = "key") -> Lease:
    lease = ledger.leases.acquire(name, owner, seconds)
    assert lease is not None
    return lease


def test_a_held_lease_is_given_to_nobody_else(ledger: Ledger) -> None:
    lease = take(ledger, "a")
    assert ledger.leases.acquire("key", "b", 30) is None
    assert ledger.leases.acquire("key", "a", 30) is None
    assert ledger.leases.get("key") == lease
    assert ledger.leases.acquire("another", "b", 30) is not None
    assert ledger.leases.acquire("key", "b", 30, project="elsewhere") is not None


def test_fences_grow_for_ever(ledger: Ledger) -> None:
    fences = []
    for owner in "abc":
        lease = take(ledger, owner)
        fences.append(lease.fence)
        ledger.leases.release(lease)
    assert fences == [1, 2, 3]
    assert ledger.leases.get("key") is None


def test_an_expired_lease_can_be_taken_over_and_its_holder_learns_it(ledger: Ledger) -> None:
    old = take(ledger, "zombie", seconds=0.05)
    time.sleep(0.1)
    new = take(ledger, "heir")
    assert new.fence == old.fence + 1
    with pytest.raises(Conflict, match=r"zombie no longer holds key .* held by heir"):
        ledger.leases.renew(old)
    ledger.leases.release(old)
    assert ledger.leases.get("key") == new


def test_a_renewed_lease_lasts_longer_under_the_same_fence(ledger: Ledger) -> None:
    lease = take(ledger, "a", seconds=0.3)
    renewed = ledger.leases.renew(lease, 30)
    time.sleep(0.4)
    assert ledger.leases.acquire("key", "b", 30) is None
    assert renewed.fence == lease.fence
    assert renewed.expires > lease.expires


def test_a_lease_that_expired_unnoticed_can_still_be_renewed(ledger: Ledger) -> None:
    lease = take(ledger, "a", seconds=0.01)
    time.sleep(0.05)
    assert ledger.leases.renew(lease, 30).fence == lease.fence


def test_a_released_lease_cannot_be_renewed(ledger: Ledger) -> None:
    lease = take(ledger, "a")
    ledger.leases.release(lease)
    with pytest.raises(Conflict):
        ledger.leases.renew(lease)


def test_of_many_who_ask_at_once_one_gets_it(ledger: Ledger) -> None:
    together = threading.Barrier(15)

    def ask(number: int) -> Lease | None:
        together.wait()
        return ledger.leases.acquire("key", f"owner-{number}", 30)

    with ThreadPoolExecutor(15) as pool:
        leases = list(pool.map(ask, range(15)))
    assert sum(lease is not None for lease in leases) == 1


def test_a_zombie_cannot_publish(ledger: Ledger) -> None:
    zombie = take(ledger, "zombie", seconds=0.01)
    time.sleep(0.05)
    heir = take(ledger, "heir")
    ledger.cache.put("default", "key", {"model": reference("b")}, RUN, heir)
    with pytest.raises(Conflict, match="zombie"):
        ledger.cache.put("default", "key", {"model": reference("a")}, RUN, zombie)
    assert ledger.cache.get("default", "key") == {"model": reference("b")}
    with pytest.raises(Conflict):
        ledger.effects.begin("k", "s", "default", "thing", zombie)
    assert ledger.effects.get("k") is None


def test_nobody_takes_a_lease_while_its_holder_publishes(ledger: Ledger) -> None:
    lease = take(ledger, "a", seconds=0.01)
    taken: list[float] = []

    def take_over() -> None:
        take(ledger, "b")
        taken.append(time.monotonic())

    with ledger._database.transaction() as connection:
        ledger.leases.check(lease, connection)
        other = threading.Thread(target=take_over)
        other.start()
        time.sleep(0.3)
        published = time.monotonic()
    other.join()
    assert taken[0] > published


def test_what_is_published_replaces_what_was_lost(ledger: Ledger) -> None:
    assert ledger.cache.get("default", "key") is None
    lease = take(ledger, "a")
    ledger.cache.put("default", "key", {"model": reference("a")}, RUN, lease)
    ledger.cache.put("default", "key", {"model": reference("b")}, RUN, lease)
    assert ledger.cache.get("default", "key") == {"model": reference("b")}
    assert ledger.cache.get("elsewhere", "key") is None


def test_an_effect_is_begun_done_and_undone(ledger: Ledger) -> None:
    assert ledger.effects.get("k") is None
    assert ledger.effects.begin("k", "deploy.release", "default", "svc").state == "begun"
    assert ledger.effects.begin("k", "deploy.release", "default", "svc").attempts == 2
    done = ledger.effects.done("k", {"revision": 3})
    assert (done.state, done.record) == (EffectState.DONE, {"revision": 3})
    undone = ledger.effects.undone("k")
    assert (undone.state, undone.record) == (EffectState.UNDONE, {"revision": 3})
    again = ledger.effects.begin("k", "deploy.release", "default", "svc")
    assert (again.state, again.record, again.ended) == (EffectState.BEGUN, None, None)
