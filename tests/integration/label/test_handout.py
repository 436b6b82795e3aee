"""Handing out and reconciling, with a stand-in for Label Studio and a real ledger."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from plugins.fake_studio import FakeStudio
from plugins.labelling_office import PROJECT, SPEC, Pictures, choice

from aileron.core.errors import Conflict, NotFound, Unavailable
from aileron.label.handout import hand_out
from aileron.label.leftovers import sweep
from aileron.label.reconcile import reconcile
from aileron.label.studio.port import Result, TaskState
from aileron.label.work import Work
from aileron.ledger import Item, ItemState, Ledger, Package, PackageState


class Desk:
    """One campaign with a package of five, of anna."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.studio, self.samples = ledger, FakeStudio(), Pictures()
        self.work = Work(ledger, PROJECT, "owner", manager=True)
        self.work.create("c", "pictures", 1, SPEC, [f"s{n}" for n in range(5)])
        self.work.assign(self.package.id, "anna")

    @property
    def package(self) -> Package:
        return self.ledger.labelling.packages(PROJECT, campaign="c")[0]

    @property
    def items(self) -> list[Item]:
        return self.ledger.labelling.items(self.package.id)

    def hand_out(self) -> Package:
        return hand_out(self.ledger, self.studio, self.samples, self.package)

    def look(self) -> int:
        return reconcile(self.ledger, self.studio, self.samples, self.package)

    def draw(self, position: int, label: str = "normal") -> int:
        return self.studio.annotate(self.items[position - 1].studio_task or 0, choice(label), 3.0)


@pytest.fixture
def desk(ledger: Ledger) -> Desk:
    return Desk(ledger)


def test_a_package_gets_one_project_with_a_task_for_each_sample(desk: Desk) -> None:
    package = desk.hand_out()
    project = desk.studio.projects[package.studio_project or 0]
    assert [task.data["sample_id"] for task in project.tasks.values()] == [
        item.sample_id for item in desk.items
    ]
    first = desk.items[0]
    where = f"/label/media/{package.campaign_id}/{package.id}/1"
    assert desk.studio.task(first.studio_task or 0).data["image"] == where
    assert desk.hand_out() == package
    assert len(desk.studio.projects) == 1


@pytest.mark.parametrize("after", ["create_project", "add_tasks"])
def test_what_a_killed_process_left_is_not_seen_and_swept(desk: Desk, after: str) -> None:
    real = getattr(desk.studio, after)

    def killed(*given: Any) -> Any:
        real(*given)
        raise KeyboardInterrupt

    setattr(desk.studio, after, killed)
    with pytest.raises(KeyboardInterrupt):
        desk.hand_out()
    setattr(desk.studio, after, real)
    package = desk.hand_out()
    assert len(desk.studio.projects) == 2
    assert sweep(desk.ledger, desk.studio) == 0  # it may still be filled
    assert sweep(desk.ledger, desk.studio, timedelta(0)) == 1
    assert list(desk.studio.projects) == [package.studio_project]


def test_two_at_once_make_one(desk: Desk) -> None:
    meet = threading.Barrier(2)
    real = desk.studio.add_tasks

    def together(project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        made = real(project, tasks)
        meet.wait(20)
        return made

    desk.studio.add_tasks = together  # type: ignore[method-assign]
    threads = [threading.Thread(target=desk.hand_out) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(desk.studio.projects) == [desk.package.studio_project]
    assert {item.studio_task for item in desk.items} == set(
        desk.studio.projects[desk.package.studio_project or 0].tasks
    )


def test_a_sample_that_is_gone_is_named(desk: Desk) -> None:
    class Fewer(Pictures):
        def bodies(self, *given: Any) -> Mapping[str, Mapping[str, Any]]:
            return {name: body for name, body in super().bodies(*given).items() if name != "s3"}

    with pytest.raises(NotFound, match="s3"):
        hand_out(desk.ledger, desk.studio, Fewer(), desk.package)
    assert desk.studio.projects == {}


def test_what_is_drawn_counts_once_however_often_one_looks(desk: Desk) -> None:
    desk.hand_out()
    annotation = desk.draw(1)
    desk.draw(2, "defective")
    assert desk.look() == 2
    assert desk.look() == 0
    assert desk.package.state is PackageState.LABELLING
    first = desk.items[0]
    assert (first.revision, first.by, first.seconds) == (1, "anna", 3.0)
    assert first.annotation == {"labels": ["normal"]}
    desk.studio.change_annotation(annotation, choice("normal"))
    assert desk.look() == 0
    desk.studio.change_annotation(annotation, choice("defective"))
    assert desk.look() == 1
    assert desk.items[0].revision == 2


def test_drafts_skips_and_what_cannot_be_read_are_no_labels(desk: Desk) -> None:
    desk.hand_out()
    tasks = [item.studio_task or 0 for item in desk.items]
    desk.studio.draft(tasks[0], choice("normal"))
    desk.studio.skip(tasks[1])
    desk.studio.annotate(tasks[2], choice("a class that is not"))
    assert desk.look() == 0
    assert [item.state for item in desk.items[:3]] == [
        ItemState.DRAFT, ItemState.ASIDE, ItemState.DRAFT,
    ]  # fmt: skip
    assert desk.items[1].aside == "skipped"


def test_of_a_submitted_package_nothing_is_taken_until_it_is_returned(desk: Desk) -> None:
    desk.hand_out()
    for position in range(1, 6):
        desk.draw(position)
    desk.look()
    package = desk.package.id
    desk.work.submit(package)
    desk.draw(1, "defective")
    assert desk.look() == 0
    for position in range(1, 6):
        desk.work.review(package, position, approved=position > 1, comment="no")
    desk.work.audit(package, "has_errors")
    assert desk.look() == 1
    assert desk.items[0].annotation == {"labels": ["defective"]}


def test_a_project_that_is_gone_is_made_anew_with_all_that_is_known(desk: Desk) -> None:
    package = desk.hand_out()
    desk.draw(1)
    desk.look()
    desk.studio.delete_project(package.studio_project or 0)
    assert desk.look() == 0
    assert desk.package.studio_project is None
    again = desk.hand_out()
    assert again.studio_project != package.studio_project
    assert desk.look() == 0
    assert (desk.items[0].revision, desk.items[0].state) == (1, ItemState.LABELLED)
    drawn = desk.studio.task(desk.items[0].studio_task or 0).annotations
    assert drawn[0].result[0]["value"] == {"choices": ["normal"]}


def test_an_old_look_never_overwrites_a_newer_one(desk: Desk) -> None:
    desk.hand_out()
    annotation = desk.draw(1)
    real = desk.studio.states

    def slow(project: int) -> list[TaskState]:
        found = real(project)
        desk.studio.states = real  # type: ignore[method-assign]
        desk.studio.change_annotation(annotation, choice("defective"))
        desk.look()
        return found

    desk.studio.states = slow  # type: ignore[method-assign]
    desk.look()
    assert desk.items[0].annotation == {"labels": ["defective"]}
    assert desk.items[0].revision == 1


def test_when_others_always_look_it_gives_up_with_words(desk: Desk) -> None:
    desk.hand_out()
    desk.draw(1)
    real = desk.studio.states

    def always(project: int) -> list[TaskState]:
        desk.work.observe(desk.package.id, [])
        return real(project)

    desk.studio.states = always  # type: ignore[method-assign]
    with pytest.raises(Conflict, match="Try again"):
        desk.look()


def test_a_server_that_is_down_changes_nothing(desk: Desk) -> None:
    desk.hand_out()
    desk.draw(1)
    desk.studio.down = True
    with pytest.raises(Unavailable):
        desk.look()
    desk.studio.down = False
    assert desk.look() == 1


def test_labels_that_samples_have_are_suggested(ledger: Ledger) -> None:
    class Labelled(Pictures):
        def bodies(self, *given: Any) -> Mapping[str, Mapping[str, Any]]:
            found = super().bodies(*given)
            return {name: {**body, "labels": ["defective"]} for name, body in found.items()}

    desk = Desk(ledger)
    hand_out(ledger, desk.studio, Labelled(), desk.package)
    suggested: Result = desk.studio.task(desk.items[0].studio_task or 0).predictions
    assert suggested[0]["result"][0]["value"] == {"choices": ["defective"]}
