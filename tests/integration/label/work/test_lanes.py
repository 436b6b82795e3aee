"""Packages for many people: who gets what, and what comes of several annotations."""

from __future__ import annotations

from collections import Counter

import pytest
from plugins.label_work import NAME, Labelling

from aileron.core.errors import Conflict, InvalidInput, Refused
from aileron.ledger import How, Ledger, PackageState

THREE = ["anna", "ben", "cleo"]


def test_packages_are_given_in_turn_to_whom_has_the_fewest(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, 20, overlap=2, assignment="round_robin", annotators=THREE)
    begun.by("olga").assign(begun.package(1, 1).id, "ben")
    given = begun.by("system").distribute(NAME)
    assert len(given) == 9
    assert all(one.state is PackageState.ASSIGNED for one in begun.packages())
    assert Counter(one.annotator for one in begun.packages()) == {"anna": 4, "ben": 3, "cleo": 3}
    for number in range(1, 6):
        assert begun.package(number, 0).annotator != begun.package(number, 1).annotator
    assert begun.by("system").distribute(NAME) == []
    assert begun.verbs().count("label_package.assigned") == 10


def test_packages_stay_if_nobody_else_is_there(ledger: Ledger) -> None:
    people = [{"name": "anna", "skills": ["night"]}, "ben", {"name": "cleo", "skills": ["night"]}]
    begun = Labelling.begin(
        ledger, 8, overlap=3, assignment="by_skill", skills=["night"], annotators=people
    )
    begun.by("system").distribute(NAME)
    has = Counter(one.annotator for one in begun.packages())
    assert has == {"anna": 2, "cleo": 2, None: 2}


def test_by_hand_nothing_is_given(ledger: Ledger) -> None:
    assert Labelling.begin(ledger).by("system").distribute(NAME) == []


def test_what_most_say_counts_and_the_rest_waits_for_an_adjudicator(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, overlap=3, annotators=THREE, audit={"share": 0})
    begun.labels("aaab", "anna", lane=0)
    begun.labels("aabc", "ben", lane=1)
    assert ledger.labelling.consensus(begun.campaign.id) == []
    assert begun.by("olga").settle(NAME) == 0
    begun.labels("abca", "cleo", lane=2)
    found = {one.sample_id: one for one in ledger.labelling.consensus(begun.campaign.id)}
    assert [(one.how, one.annotation) for one in found.values()] == [
        (How.MAJORITY, {"labels": ["a"]}),
        (How.MAJORITY, {"labels": ["a"]}),
        (How.OPEN, None),
        (How.OPEN, None),
    ]
    assert found["s00001"].agreement == 1
    assert found["s00002"].agreement == pytest.approx(1 / 3)
    progress = begun.by("olga").progress(NAME)
    assert (progress.approved, progress.disagreements) == (2, 2)
    assert [name for name, _ in begun.by("olga").approved(NAME)] == ["s00001", "s00002"]
    people = {one.name: one.agreement for one in begun.by("olga").people(NAME)}
    assert people == {"anna": 1, "ben": 1, "cleo": 0.5}

    with pytest.raises(Refused, match="You labelled sample s00003"):
        begun.by("anna", manager=True).adjudicate(NAME, "s00003", lane=0)
    with pytest.raises(InvalidInput, match="Give one of them"):
        begun.by("rita").adjudicate(NAME, "s00003")
    with pytest.raises(InvalidInput, match="no lane 7; lanes are numbered from 0 to 2"):
        begun.by("rita").adjudicate(NAME, "s00003", lane=7)
    decided = begun.by("rita").adjudicate(NAME, "s00003", lane=1)
    assert (decided.how, decided.annotation, decided.by) == (
        How.ADJUDICATED, {"labels": ["b"]}, "rita",
    )  # fmt: skip
    begun.by("rob").adjudicate(NAME, "s00004", annotation={"labels": ["b"]})
    assert [said["labels"][0] for _, said in begun.by("olga").approved(NAME)] == list("aabb")
    assert begun.by("olga").settle(NAME) == 0
    agreement = begun.by("olga").agreement(NAME)
    assert (agreement.measure, agreement.samples) == ("kappa", 4)
    assert begun.verbs()[-2:] == ["campaign.adjudicated"] * 2


def test_two_people_who_differ_need_an_adjudicator(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, overlap=2, audit={"share": 0})
    with pytest.raises(Conflict, match="is not approved by all"):
        begun.by("rita").adjudicate(NAME, "s00001", lane=0)
    begun.labels("abab", "anna", lane=0)
    begun.labels("abba", "ben", lane=1)
    assert [one.how for one in ledger.labelling.consensus(begun.campaign.id)] == [
        How.MAJORITY, How.MAJORITY, How.OPEN, How.OPEN,
    ]  # fmt: skip
    assert begun.by("olga").agreement(NAME).value == pytest.approx(0)


def test_samples_settle_as_they_are_approved_in_returned_packages_too(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, overlap=2)
    for lane, name in enumerate(["anna", "ben"]):
        package = begun.labels("aaaa", name, lane=lane)
        begun.reviews(package, "+++x")
        begun.by("rita").audit(package.id, "has_errors")
    assert len(ledger.labelling.consensus(begun.campaign.id)) == 3
    assert begun.by("olga").progress(NAME).approved == 3
