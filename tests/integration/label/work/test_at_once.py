"""Two people, or two who look at what was drawn, at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from plugins.label_work import NAME, Labelling, seen

from aileron.core.errors import AileronError, Conflict
from aileron.ledger import CampaignState, Ledger, PackageState

P = PackageState
AGAIN = range(6)
"""Races are run as often, since each goes one way or the other."""


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """What each returned, or its error."""
    ready = Barrier(len(actions))

    def act(action: Callable[[], Any]) -> Any:
        ready.wait()
        try:
            return action()
        except AileronError as error:
            return error

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(act, actions))


def errors(results: Sequence[Any]) -> list[AileronError]:
    return [one for one in results if isinstance(one, AileronError)]


def test_many_who_see_the_same_count_it_once(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger)
    package = begun.by("olga").assign(begun.package().id, "anna")
    found = at_once(*[lambda: begun.draws(package, "abca")] * 8)
    assert sorted(found) == [0] * 7 + [4]
    items = ledger.labelling.items(package.id)
    assert [item.revision for item in items] == [1] * 4
    assert all(len(ledger.labelling.revisions(item.id)) == 1 for item in items)
    assert begun.verbs().count("label_package.observed") == 1


def test_an_old_reading_does_not_come_after_a_newer_one(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger)
    package = begun.by("olga").assign(begun.package().id, "anna")
    old = ledger.labelling.clock()
    assert begun.draws(package, "abca", at=ledger.labelling.clock()) == 4
    with pytest.raises(Conflict) as refused:
        begun.draws(package, "....", at=old)
    assert refused.value.message_id == "label.work.looked_meanwhile"
    assert begun.states(package) == "llll"
    assert begun.draws(package, "abcb", at=ledger.labelling.clock()) == 1


def test_submitting_while_something_else_is_drawn(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, 4 * len(AGAIN))
    for number in AGAIN:
        package = begun.by("olga").assign(begun.package(number + 1).id, "anna")
        begun.draws(package, "aaaa")
        made, submitted = at_once(
            lambda: begun.draws(package, "abbb"),  # noqa: B023
            lambda: begun.by("anna").submit(package.id),  # noqa: B023
        )
        assert submitted.state is P.SUBMITTED
        assert made in (0, 3)
        for item in ledger.labelling.items(package.id):
            newest = ledger.labelling.revisions(item.id)[0]
            assert (item.state, item.revision) == ("submitted", newest.number)
            assert (item.annotation, item.digest) == (newest.annotation, newest.digest)
        assert [item.revision for item in ledger.labelling.items(package.id)][1:] == [
            2 if made else 1
        ] * 3


def test_submitting_twice(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, audit={"count": 1})
    package = begun.by("olga").assign(begun.package().id, "anna")
    begun.draws(package, "abca")
    results = at_once(*[lambda: begun.by("anna").submit(package.id)] * 4)
    assert len(errors(results)) == 3
    assert begun.package().round == 1
    assert len(ledger.labelling.items(package.id, audited=True)) == 1
    assert begun.verbs().count("label_package.submitted") == 1


def test_two_reviewers_of_one_item(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger)
    package = begun.labels("abca")
    results = at_once(
        lambda: begun.by("rita").review(package.id, 1, approved=True),
        lambda: begun.by("rob").review(package.id, 1, approved=False, comment="no"),
    )
    (error,) = errors(results)
    assert "has reviewed sample 1" in str(error)
    (said,) = (one for one in results if one is not error)
    item = ledger.labelling.item(package.id, 1)
    revision = ledger.labelling.revisions(item.id)[0]
    assert (item.verdict, item.reviewer) == (said.verdict, said.reviewer)
    assert (revision.verdict, revision.reviewer) == (said.verdict, said.reviewer)
    assert begun.verbs().count("label_item.reviewed") == 1


def test_two_ends_of_one_audit(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger)
    package = begun.labels("abca")
    begun.reviews(package, "++++")
    results = at_once(
        lambda: begun.by("rita").audit(package.id, "passed"),
        lambda: begun.by("rob").audit(package.id, "rejected", "all wrong"),
    )
    assert len(errors(results)) == 1
    expected = {P.PASSED: "aaaa", P.RETURNED: "llll"}
    assert begun.states(package) == expected[begun.package().state]
    ended = Counter(begun.verbs())
    assert ended["label_package.passed"] + ended["label_package.returned"] == 1


def test_transferring_what_is_being_submitted(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, 4 * len(AGAIN))
    for number in AGAIN:
        package = begun.by("olga").assign(begun.package(number + 1).id, "anna")
        begun.draws(package, "abca")
        results = at_once(
            lambda: begun.by("anna").submit(package.id),  # noqa: B023
            lambda: begun.by("olga").transfer(package.id, "ben"),  # noqa: B023
        )
        assert len(errors(results)) == 1
        now = begun.package(number + 1)
        assert (now.annotator, now.state) in (("anna", P.SUBMITTED), ("ben", P.LABELLING))


def test_one_person_gets_one_lane(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, 4 * len(AGAIN), overlap=3)
    for number in AGAIN:
        lanes = [begun.package(number + 1, lane).id for lane in range(3)]
        results = at_once(*[lambda one=one: begun.by("olga").assign(one, "anna") for one in lanes])
        assert len(errors(results)) == 2
        has = [begun.package(number + 1, lane).annotator for lane in range(3)]
        assert Counter(has) == {"anna": 1, None: 2}


def test_packages_are_given_once(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, 40, assignment="round_robin")
    results = at_once(*[lambda: begun.by("system").distribute(NAME)] * 4)
    assert sorted(len(one) for one in results) == [0, 0, 0, 10]
    assert begun.verbs().count("label_package.assigned") == 10


def test_lanes_that_pass_at_once_are_compared(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, 4 * len(AGAIN), overlap=3, audit={"share": 0})
    people = ["anna", "ben", "cleo"]
    for number in AGAIN:
        packages = [begun.package(number + 1, lane) for lane in range(3)]
        for package, name in zip(packages, people, strict=True):
            begun.by("olga").assign(package.id, name)
            begun.draws(package, "abca")
        results = at_once(
            *[
                lambda one=package.id, name=name: begun.by(name).submit(one)
                for package, name in zip(packages, people, strict=True)
            ]
        )
        assert errors(results) == []
    found = ledger.labelling.consensus(begun.campaign.id, limit=1000)
    assert len(found) == begun.campaign.samples
    assert begun.verbs().count("campaign.settled") == len(AGAIN)


def test_ending_while_people_work(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, 16, audit={"share": 0})
    packages = [begun.by("olga").assign(one.id, "anna") for one in begun.packages()]
    for package in packages:
        begun.draws(package, "abca")
    results = at_once(
        lambda: begun.by("olga").end(NAME),
        *[lambda one=one: begun.by("anna").submit(one.id) for one in packages[:2]],
        *[lambda one=one: len(seen(one, "bbbb")) and begun.draws(one, "bbbb")
          for one in packages[2:]],
    )  # fmt: skip
    assert results[0].state is CampaignState.ENDED
    assert all("was ended" in str(error) for error in errors(results))
    frozen = [one.model_dump() for one in begun.packages()]
    assert {one["state"] for one in frozen} <= {P.PASSED, P.ENDED}
    for package in packages:
        begun.draws(package, "cccc")
    assert [one.model_dump() for one in begun.packages()] == frozen


def test_a_package_has_one_project_in_label_studio(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger)
    package = begun.package()
    ledger.labelling.taken_back(package.id, -1)
    assert ledger.labelling.item(package.id, 1).studio_task is not None
    assert package.studio_project is not None
    ledger.labelling.taken_back(package.id, package.studio_project)
    assert ledger.labelling.item(package.id, 1).studio_task is None
    results = at_once(
        *[
            lambda project=project: ledger.labelling.handed_out(
                package.id, project, {place: project * 10 + place for place in range(1, 5)}
            )
            for project in (1, 2, 3)
        ]
    )
    assert sorted(results) == [False, False, True]
    project = results.index(True) + 1
    assert begun.package().studio_project == project
    tasks = [item.studio_task for item in ledger.labelling.items(package.id)]
    assert tasks == [project * 10 + place for place in range(1, 5)]


def test_one_campaign_has_the_name(ledger: Ledger) -> None:
    results = at_once(*[lambda: Labelling.begin(ledger)] * 4)
    assert [type(one) for one in errors(results)] == [Conflict] * 3
    assert len(ledger.labelling.campaigns("default")) == 1
    assert len(ledger.labelling.packages("default")) == 1
