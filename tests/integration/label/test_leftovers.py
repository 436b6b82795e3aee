"""Projects in Label Studio of campaigns that are over, with a stand-in for it and a real ledger."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from plugins.fake_studio import FakeStudio
from plugins.labelling_office import PROJECT, SPEC, Pictures, choice
from plugins.waiting import wait_until

from aileron.api.labelling import reconciling
from aileron.api.labelling.reconciling import Reconciling
from aileron.core.errors import Unavailable
from aileron.label.handout import hand_out
from aileron.label.leftovers import clear, sweep
from aileron.label.reconcile import reconcile
from aileron.label.work import Work
from aileron.ledger import Ledger, Package

NOW = timedelta(0)


class Desk:
    """Campaigns with two packages each, which anna and ben draw in."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.studio, self.samples = ledger, FakeStudio(), Pictures()
        self.work = Work(ledger, PROJECT, "owner", manager=True)

    def begin(self, name: str) -> list[Package]:
        """A campaign in which everybody has drawn something."""
        self.work.create(name, "pictures", 1, SPEC, [f"s{n}" for n in range(10)])
        for package, person in zip(self.packages(name), ("anna", "ben"), strict=True):
            self.work.assign(package.id, person)
            hand_out(self.ledger, self.studio, self.samples, package)
            first = self.ledger.labelling.items(package.id)[0]
            self.studio.annotate(first.studio_task or 0, choice("normal"))
            reconcile(self.ledger, self.studio, self.samples, package)
        return self.packages(name)

    def packages(self, name: str) -> list[Package]:
        return self.ledger.labelling.packages(PROJECT, campaign=name)

    def clear(self, age: timedelta = NOW, unfinished: timedelta = NOW) -> list[int]:
        return list(clear(self.ledger, self.studio, age, unfinished))


@pytest.fixture
def desk(ledger: Ledger) -> Desk:
    return Desk(ledger)


def test_what_was_drawn_in_an_ended_campaign_goes_and_what_was_said_stays(desk: Desk) -> None:
    over, others = desk.begin("over"), desk.begin("open")
    assert desk.clear() == []
    desk.work.end("over")
    assert desk.clear(timedelta(days=1)) == [], "it is over for a moment"
    assert len(desk.studio.projects) == 4
    before = [desk.ledger.labelling.items(one.id) for one in over]
    assert desk.clear() == [one.studio_project for one in over]
    assert sorted(desk.studio.projects) == [one.studio_project for one in others]
    assert [one.studio_project for one in desk.packages("over")] == [None, None]
    for package, items in zip(over, before, strict=True):
        known = [item.model_copy(update={"studio_task": None}) for item in items]
        assert desk.ledger.labelling.items(package.id) == known
        assert items[0].annotation == {"labels": ["normal"]}
    assert desk.clear() == []


def test_projects_of_a_deleted_campaign_go_with_all_that_is_drawn(desk: Desk) -> None:
    gone = {one.studio_project for one in desk.begin("gone")}
    others = {one.studio_project for one in desk.begin("open")}
    desk.work.delete("gone")
    assert sweep(desk.ledger, desk.studio, NOW) == 0, "something is drawn in them"
    assert desk.clear(unfinished=timedelta(minutes=15)) == []
    desk.begin("gone")  # another one of its name
    assert set(desk.clear()) == gone
    assert desk.studio.projects.keys() > others
    assert len(desk.studio.projects) == 4


def test_what_the_ledger_does_not_know_of_stays(desk: Desk, ledger: Ledger) -> None:
    desk.begin("open")
    for note in ("", "[]", "{}", '{"project": "default", "package": 7}', "no JSON"):
        desk.studio.create_project("foreign", "<View/>", note=note)
    lost = '{"project": "default", "campaign": "lost in a backup", "package": 99}'
    desk.studio.create_project("lost", "<View/>", note=lost)
    assert desk.clear() == []
    assert len(desk.studio.projects) == 2 + 6


def test_it_goes_on_where_it_was_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.begin("over")
    desk.work.end("over")
    real = desk.studio.delete_project

    def silent(project: int) -> None:
        real(project)
        raise Unavailable("label.studio.silent", url="fake", problem="it went down")

    monkeypatch.setattr(desk.studio, "delete_project", silent)
    with pytest.raises(Unavailable):
        desk.clear()
    monkeypatch.setattr(desk.studio, "delete_project", real)
    first = next(clear(desk.ledger, desk.studio, NOW))
    assert first == 1, "it is gone there, and the ledger knew it still"
    assert len(desk.clear()) == 1
    assert desk.studio.projects == {}


def test_the_gates_thread_does_it_while_it_holds_the_lease(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.begin("over")
    desk.work.end("over")
    monkeypatch.setattr(reconciling, "clear", lambda *given: clear(*given, NOW))

    def thread() -> Reconciling:
        return Reconciling(desk.ledger, desk.studio, lambda _: desk.samples, round_seconds=1.0)

    lease: Any = desk.ledger.leases.acquire(reconciling.LEASE, "another gate", 60.0)
    idle = thread()
    idle.start()
    time.sleep(3 * reconciling.TICK_SECONDS)
    idle.stop()
    assert len(desk.studio.projects) == 2
    desk.ledger.leases.release(lease)
    monkeypatch.setattr(reconciling, "CLEAR_SECONDS", -1.0)  # one at a stretch
    busy = thread()
    busy.start()
    wait_until(lambda: not desk.studio.projects, 180)
    busy.stop()
