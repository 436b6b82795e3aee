"""What cannot be labelled is set aside, looked at by a reviewer, and out of all versions."""

from __future__ import annotations

import pytest
from plugins.label_work import NAME, PROJECT, Labelling

from aileron.core.errors import Conflict, InvalidInput, NotFound, Refused
from aileron.ledger import How, Ledger, PackageState

P = PackageState
THREE = ["anna", "ben", "cleo"]


def begun_by_anna(ledger: Ledger, said: str = "a..a", **spec: object) -> Labelling:
    """A package of hers in which something is drawn."""
    begun = Labelling.begin(ledger, **spec)
    package = begun.by("olga").assign(begun.package().id, "anna")
    begun.draws(package, said)
    return begun


def test_an_item_that_is_aside_needs_no_label_and_is_always_looked_at(ledger: Ledger) -> None:
    begun = begun_by_anna(ledger, audit={"share": 0})
    anna, package = begun.by("anna"), begun.package()
    assert anna.set_aside(package.id, 2, " blurred ").aside == "blurred"
    with pytest.raises(Conflict, match="1 of its 4 samples"):
        anna.submit(package.id)
    anna.set_aside(package.id, 3, "empty")
    assert begun.states(package) == "l--l"
    assert anna.submit(package.id).state is P.SUBMITTED
    waiting = ledger.labelling.items(package.id, audited=True)
    assert [(item.position, item.aside) for item in waiting] == [(2, "blurred"), (3, "empty")]
    with pytest.raises(Refused, match="labelled sample 2"):
        begun.by("anna", manager=True).review(package.id, 2, approved=True)
    begun.reviews(package, ".++.")
    assert begun.by("rita").audit(package.id, "passed").state is P.PASSED
    assert begun.states(package) == "aeea"
    assert [name for name, _ in anna.approved(NAME)] == ["s00001", "s00004"]
    progress = anna.progress(NAME)
    assert (progress.approved, progress.excluded, progress.disagreements) == (2, 2, 0)
    newest = ledger.labelling.revisions(ledger.labelling.item(package.id, 2).id)[0]
    assert (newest.annotation, newest.aside, newest.verdict) == (None, "blurred", "approved")
    assert (newest.by, newest.reviewer) == ("anna", "rita")
    assert {one.name: one.reviewed for one in anna.people(NAME)}["rita"] == 2


def test_a_reviewer_sends_an_item_back_that_can_be_labelled(ledger: Ledger) -> None:
    begun = begun_by_anna(ledger, "aaa.")
    anna, package = begun.by("anna"), begun.package()
    anna.set_aside(package.id, 3, "blurred")
    anna.set_aside(package.id, 4, "blurred")
    anna.submit(package.id)
    begun.reviews(package, "++xx")
    begun.by("rita").audit(package.id, "has_errors")
    assert begun.states(package) == "aarr"
    assert {item.aside for item in ledger.labelling.items(package.id)} == {None}
    assert begun.draws(package, "aaa.") == 0
    assert begun.states(package) == "aarr", "what was drawn of it before is no answer"
    with pytest.raises(Conflict, match="2 rejected and not changed since"):
        anna.submit(package.id)
    begun.draws(package, "aab.")
    anna.set_aside(package.id, 4, "no, it is")
    anna.submit(package.id)
    again = [item.position for item in ledger.labelling.items(package.id, audited=True)]
    assert again == [3, 4]
    begun.reviews(package, "..++")
    begun.by("rita").audit(package.id, "passed")
    assert begun.states(package) == "aaae"


def test_all_that_goes_back_stays_aside(ledger: Ledger) -> None:
    begun = begun_by_anna(ledger, "aaa.")
    begun.by("anna").set_aside(begun.package().id, 4, "blurred")
    package = begun.by("anna").submit(begun.package().id)
    begun.by("rita").audit(package.id, "rejected", "look again")
    assert begun.states(package) == "lll-"
    assert begun.by("anna").submit(package.id).round == 2


def test_an_item_is_taken_back_by_who_set_it_aside(ledger: Ledger) -> None:
    begun = begun_by_anna(ledger)
    anna, package = begun.by("anna"), begun.package()
    for position, state in ((1, "labelled"), (2, "open")):
        anna.set_aside(package.id, position, "blurred")
        begun.draws(package, "a..a")
        assert begun.states(package)[position - 1] == "-"
        assert anna.take_back(package.id, position).state == state
    assert begun.draws(package, "a..a") == 0
    assert begun.states(package) == "lool"
    assert ledger.labelling.item(package.id, 1).revision == 3


def test_who_may_set_aside_and_when(ledger: Ledger) -> None:
    begun = begun_by_anna(ledger)
    anna, package = begun.by("anna"), begun.package()
    for act in (
        lambda: begun.by("ben").set_aside(package.id, 1, "blurred"),
        lambda: begun.by("ben").take_back(package.id, 1),
    ):
        with pytest.raises(Refused, match="anna's to label"):
            act()
    with pytest.raises(InvalidInput, match="say why"):
        anna.set_aside(package.id, 1, " ")
    with pytest.raises(NotFound, match="no item 9"):
        anna.set_aside(package.id, 9, "blurred")
    with pytest.raises(Conflict, match="not set aside"):
        anna.take_back(package.id, 1)
    anna.set_aside(package.id, 2, "blurred")
    anna.set_aside(package.id, 2, "blurred")
    anna.set_aside(package.id, 3, "blurred")
    assert begun.verbs()[-2:] == ["label_item.set_aside"] * 2
    event = ledger.events.list(PROJECT, verb="label_item.set_aside", limit=1)[0]
    assert (event.actor, event.before, event.after) == (
        "anna",
        {"position": 3, "state": "open", "aside": None, "revision": 0},
        {"position": 3, "state": "aside", "aside": "blurred", "revision": 1},
    )
    anna.submit(package.id)
    with pytest.raises(Conflict, match="is submitted"):
        anna.set_aside(package.id, 1, "blurred")
    begun.reviews(package, "+++x")
    begun.by("rita").audit(package.id, "has_errors")
    for position in (1, 2):
        with pytest.raises(Conflict, match="which stays so"):
            anna.set_aside(package.id, position, "blurred")


def test_the_first_thing_done_may_be_to_set_aside(ledger: Ledger) -> None:
    begun = begun_by_anna(ledger, "....")
    begun.by("anna").set_aside(begun.package().id, 1, "blurred")
    assert begun.package().state is P.LABELLING


def test_where_some_cannot_label_the_labels_of_most_count(ledger: Ledger) -> None:
    """Lanes: all aside; one aside; two aside; one aside and the others differ."""
    begun = Labelling.begin(ledger, overlap=3, annotators=THREE)
    for lane, (name, said) in enumerate(zip(THREE, ("-aaa", "-a-b", "----"), strict=True)):
        package = begun.labels(said, name, lane=lane)
        begun.reviews(package, "++++")
        begun.by("rita").audit(package.id, "passed")
    found = ledger.labelling.consensus(begun.campaign.id)
    assert [(one.how, one.annotation) for one in found] == [
        (How.MAJORITY, None),
        (How.MAJORITY, {"labels": ["a"]}),
        (How.OPEN, None),
        (How.OPEN, None),
    ]
    assert [one.agreement for one in found] == [None, 1, None, 0]
    progress = begun.by("olga").progress(NAME)
    assert (progress.approved, progress.excluded, progress.disagreements) == (1, 1, 2)
    begun.by("olga").end(NAME)
    left_out = begun.by("rita").adjudicate(NAME, "s00003", lane=2)
    assert (left_out.how, left_out.annotation, left_out.by) == (How.ADJUDICATED, None, "rita")
    begun.by("rita").adjudicate(NAME, "s00004", lane=1)
    progress = begun.by("olga").progress(NAME)
    assert (progress.approved, progress.excluded, progress.disagreements) == (2, 2, 0)
    assert [name for name, _ in begun.by("olga").approved(NAME)] == ["s00002", "s00004"]
    begun.by("rita").adjudicate(NAME, "s00004", lane=2)
    assert begun.by("olga").progress(NAME).excluded == 3


def test_an_adjudicator_decides_wherever_not_all_say_the_same(ledger: Ledger) -> None:
    begun = Labelling.begin(
        ledger, overlap=3, annotators=THREE, consensus="adjudicator", audit={"share": 0}
    )
    for lane, (name, said) in enumerate(zip(THREE, ("aaa-", "aaa-", "aa--"), strict=True)):
        package = begun.labels(said, name, lane=lane)
        for item in ledger.labelling.items(package.id, audited=True):
            begun.by("rita").review(package.id, item.position, approved=True)
        if begun.package(1, lane).state is not P.PASSED:
            begun.by("rita").audit(package.id, "passed")
    found = ledger.labelling.consensus(begun.campaign.id)
    assert [one.how for one in found] == [How.MAJORITY, How.MAJORITY, How.OPEN, How.MAJORITY]
