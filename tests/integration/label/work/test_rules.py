"""What people may do with packages when, in a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from plugins.label_work import NAME, PROJECT, Labelling

from aileron.core.errors import AileronError, Conflict, InvalidInput, NotFound, Refused
from aileron.ledger import CampaignState, Ledger, PackageState, Verdict

P = PackageState


def test_a_campaign_is_cut_into_packages_in_the_order_of_its_samples(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, 10, overlap=2)
    assert [(one.number, one.lane, one.size) for one in begun.packages()] == [
        (1, 0, 4), (1, 1, 4), (2, 0, 4), (2, 1, 4), (3, 0, 2), (3, 1, 2),
    ]  # fmt: skip
    names = [one.sample_id for one in ledger.labelling.items(begun.package(3, 1).id)]
    assert names == ["s00009", "s00010"]
    assert begun.campaign == ledger.labelling.campaign(PROJECT, NAME)
    assert (begun.campaign.samples, begun.campaign.created_by) == (10, "olga")
    with pytest.raises(Conflict, match="campaign named night already"):
        Labelling.begin(ledger)
    with pytest.raises(NotFound, match="no package with the id"):
        ledger.labelling.package("other", begun.package().id)


def test_what_cannot_be_labelled_is_no_campaign(ledger: Ledger) -> None:
    work = Labelling.begin(ledger).by("olga")
    for name, samples, error in (
        ("x", [], "No sample waits"),
        ("x", ["a", "a"], "named twice"),
        ("Bad name", ["a"], "Bad name"),
    ):
        with pytest.raises(InvalidInput, match=error):
            work.create(name, "pictures", 1, {}, samples)
    past = datetime.now(UTC) - timedelta(hours=1)
    with pytest.raises(InvalidInput, match="is over already"):
        work.create("x", "pictures", 1, {}, ["a"], deadline=past)
    assert [one.name for one in ledger.labelling.campaigns(PROJECT)] == [NAME]


def test_from_the_first_label_to_a_passed_package(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger)
    with pytest.raises(InvalidInput, match="Say the annotator's name"):
        begun.by("olga").assign(begun.package().id, " ")
    package = begun.by("olga").assign(begun.package().id, "anna")
    assert package.state is P.ASSIGNED
    assert begun.draws(package, "....") == 0
    assert begun.package().state is P.ASSIGNED
    assert begun.draws(package, "a?-.") == 1
    assert (begun.package().state, begun.states(package)) == (P.LABELLING, "ld-o")
    assert begun.draws(package, "abca") == 3
    assert begun.draws(package, "abca") == 0
    package = begun.by("anna").submit(package.id)
    assert (package.state, package.round, begun.states(package)) == (P.SUBMITTED, 1, "ssss")
    begun.reviews(package, "++++")
    assert (begun.package().state, begun.states(package)) == (P.AUDITING, "ssss")
    assert list(begun.by("rita").approved(NAME)) == []
    package = begun.by("rita").audit(package.id, "passed")
    assert (package.state, begun.states(package)) == (P.PASSED, "aaaa")
    assert package.finished is not None
    assert list(begun.by("rita").approved(NAME)) == [
        (f"s0000{place}", {"labels": [letter]}) for place, letter in enumerate("abca", 1)
    ]
    assert begun.verbs() == [
        "campaign.created", "label_package.assigned", "label_package.observed",
        "label_package.observed", "label_package.submitted", *["label_item.reviewed"] * 4,
        "label_package.passed",
    ]  # fmt: skip


def test_events_say_what_was_before_and_what_is_after(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger)
    begun.labels("abca")
    subject = f"label_package:{PROJECT}/{NAME}/{begun.package().id}"
    submitted, drawn, given = ledger.events.list(PROJECT, subject)
    assert (given.actor, given.before) == ("olga", {"annotator": None, "state": "unassigned"})
    assert given.after == {"annotator": "anna", "state": "assigned"}
    assert drawn.before == {"state": "assigned", "items": {"open": 4}}
    assert drawn.after == {
        "state": "labelling", "items": {"labelled": 4},
        "revisions": {"1": 1, "2": 1, "3": 1, "4": 1},
    }  # fmt: skip
    assert (submitted.actor, submitted.after) == (
        "anna", {"state": "submitted", "round": 1, "audited": 4},
    )  # fmt: skip


def test_what_is_not_labelled_is_named_when_a_package_is_submitted(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger)
    package = begun.by("olga").assign(begun.package().id, "anna")
    begun.draws(package, "a?-.")
    with pytest.raises(Conflict) as refused:
        begun.by("anna").submit(package.id)
    said = str(refused.value)
    assert "2 of its 4 samples" in said
    assert "1 begun and not handed over in the labelling screen (samples 2)." in said
    assert "1 not labelled (samples 4)." in said
    assert "搁置" in refused.value.render("zh")
    begun.by("anna").take_back(package.id, 3)
    with pytest.raises(Conflict, match=r"1 skipped, which is no label \(samples 3\)\."):
        begun.by("anna").submit(package.id)
    assert begun.package().state is P.LABELLING


def test_an_annotation_that_was_deleted_does_not_count_and_is_not_counted_again(
    ledger: Ledger,
) -> None:
    begun = Labelling.begin(ledger)
    package = begun.by("olga").assign(begun.package().id, "anna")
    begun.draws(package, "abca")
    assert begun.draws(package, ".bca") == 0
    first = ledger.labelling.item(package.id, 1)
    assert (first.state, first.annotation, first.revision) == ("open", None, 1)
    with pytest.raises(Conflict, match="1 not labelled"):
        begun.by("anna").submit(package.id)
    assert begun.draws(package, "abca") == 0
    assert ledger.labelling.item(package.id, 1).revision == 1
    assert begun.draws(package, "bbca") == 1
    found = ledger.labelling.revisions(first.id)
    assert [(one.number, one.annotation["labels"], one.by) for one in found] == [
        (2, ["b"], "anna"), (1, ["a"], "anna"),
    ]  # fmt: skip


def test_what_is_rejected_comes_back_and_is_looked_at_again(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger)
    package = begun.labels("abca")
    begun.reviews(package, "+x++")
    package = begun.by("rita").audit(package.id, "has_errors", "nearly")
    assert (package.state, package.comment, begun.states(package)) == (P.RETURNED, "nearly", "araa")
    second = ledger.labelling.item(package.id, 2)
    assert (second.comment, second.reviewer, second.audited, second.verdict) == (
        "look at 2", "rita", False, None,
    )  # fmt: skip
    with pytest.raises(Conflict, match=r"1 rejected and not changed since \(samples 2\)"):
        begun.by("anna").submit(package.id)
    assert begun.draws(package, "cbcc") == 0, "approved items stay, the rejected one is the same"
    assert begun.draws(package, "aaca") == 1
    assert begun.package().state is P.RETURNED
    second = ledger.labelling.item(package.id, 2)
    assert (second.state, second.comment) == ("labelled", "look at 2")
    package = begun.by("anna").submit(package.id)
    audited = ledger.labelling.items(package.id, audited=True)
    assert [one.position for one in audited] == [2]
    begun.reviews(package, ".+")
    begun.by("rita").audit(package.id, "passed")
    second = ledger.labelling.item(package.id, 2)
    assert (second.state, second.comment, second.annotation) == (
        "approved",
        None,
        {"labels": ["a"]},
    )
    newest, oldest = ledger.labelling.revisions(second.id)
    assert (oldest.verdict, oldest.comment, newest.verdict) == ("rejected", "look at 2", "approved")


def test_an_annotator_may_insist_on_what_was_rejected(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger)
    package = begun.labels("abca")
    begun.reviews(package, "+x++")
    begun.by("rita").audit(package.id, "has_errors")
    begun.draws(package, "a.ca")
    with pytest.raises(Conflict, match="1 rejected and not changed"):
        begun.by("anna").submit(package.id, unchanged=True)
    begun.draws(package, "abca")
    package = begun.by("anna").submit(package.id, unchanged=True)
    assert (begun.states(package), package.round) == ("asaa", 2)
    begun.reviews(package, ".+")
    assert begun.by("rita").audit(package.id, "passed").state is P.PASSED


def test_a_rejected_package_comes_back_as_a_whole(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger)
    package = begun.labels("abca")
    with pytest.raises(InvalidInput, match="say in the comment why"):
        begun.by("rita").audit(package.id, "rejected")
    begun.reviews(package, "+x")
    package = begun.by("rita").audit(package.id, "rejected", "read the instructions")
    assert (package.state, begun.states(package)) == (P.RETURNED, "lrll")
    assert list(begun.by("rita").approved(NAME)) == []
    assert begun.draws(package, "babb") == 4
    assert begun.by("anna").submit(package.id).state is P.SUBMITTED


def test_an_outcome_may_not_be_against_the_verdicts(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger)
    package = begun.labels("abca")
    rita = begun.by("rita")
    begun.reviews(package, "+++")
    for outcome in ("passed", "has_errors"):
        with pytest.raises(Conflict, match="1 samples have no verdict, sample 4"):
            rita.audit(package.id, outcome)
    begun.reviews(package, "...+")
    with pytest.raises(Conflict, match="would return nothing"):
        rita.audit(package.id, "has_errors")
    begun.reviews(package, "...x")
    with pytest.raises(Conflict, match="cannot pass: 1 samples are rejected"):
        rita.audit(package.id, "passed")
    with pytest.raises(InvalidInput, match="say in the comment what is wrong"):
        rita.review(package.id, 1, approved=False, comment="  \x00")
    with pytest.raises(NotFound, match="no item 5"):
        rita.review(package.id, 5, approved=True)


def test_who_may_review_and_submit(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, reviewers=["rita", "rob", "anna"])
    package = begun.by("olga").assign(begun.package().id, "anna")
    begun.draws(package, "abca")
    with pytest.raises(Refused, match="is anna's to submit"):
        begun.by("ben").submit(package.id)
    begun.by("olga", manager=True).submit(package.id)
    with pytest.raises(Refused, match="ben is no reviewer of campaign night"):
        begun.by("ben").review(package.id, 1, approved=True)
    for how in ({}, {"manager": True}):
        with pytest.raises(Refused, match="You labelled sample 1"):
            begun.by("anna", **how).review(package.id, 1, approved=True)
        with pytest.raises(Refused, match="You labelled in package"):
            begun.by("anna", **how).audit(package.id, "rejected", "x")
    begun.by("rita").review(package.id, 1, approved=False, comment="no")
    with pytest.raises(Conflict, match="rita has reviewed sample 1"):
        begun.by("rob").review(package.id, 1, approved=True)
    assert begun.by("rita").review(package.id, 1, approved=True).verdict is Verdict.APPROVED
    begun.by("new", reviewers=["new"]).review(package.id, 2, approved=True)
    person = {one.name: one for one in begun.by("olga").people(NAME)}
    assert (person["rita"].reviewed, person["new"].reviewed, person["anna"].items) == (1, 1, 4)


def test_a_share_is_drawn_and_always_the_same(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, 40, package_size=20, audit={"share": 0.2})
    package = begun.labels("a" * 20)
    first = [one.position for one in ledger.labelling.items(package.id, audited=True)]
    assert len(first) == 4
    begun.by("rita").review(package.id, first[0], approved=False, comment="no")
    begun.by("rita").audit(package.id, "rejected")
    begun.draws(package, "b" * 20)
    begun.by("anna").submit(package.id)
    again = [one.position for one in ledger.labelling.items(package.id, audited=True)]
    assert first[0] in again
    assert len(again) == 5
    other = begun.labels("a" * 20, "ben", 2)
    drawn = [one.position for one in ledger.labelling.items(other.id, audited=True)]
    assert drawn != first


def test_a_reviewer_may_look_at_more_than_was_drawn(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, audit={"count": 1})
    package = begun.labels("abca")
    (drawn,) = ledger.labelling.items(package.id, audited=True)
    other = 1 if drawn.position != 1 else 2
    begun.by("rita").review(package.id, other, approved=False, comment="no")
    begun.by("rita").review(package.id, drawn.position, approved=True)
    assert ledger.labelling.package_counts([package.id])[package.id].reviewed == 2
    begun.by("rita").audit(package.id, "has_errors")
    assert ledger.labelling.item(package.id, other).state == "rejected"
    states = begun.states(package)
    assert (states.count("a"), states.count("l")) == (1, 2), "nobody looked at the other two"


def test_without_an_audit_a_package_passes_at_once(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, audit={"share": 0})
    assert begun.labels("abca").state is P.PASSED
    assert len(list(begun.by("anna").approved(NAME))) == 4
    assert begun.by("anna").progress(NAME).approved == 4


def test_frozen_packages_do_not_change(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger)
    package = begun.labels("abca")
    assert begun.draws(package, "bbbb") == 0
    with pytest.raises(Conflict, match="is submitted, so it cannot be submitted"):
        begun.by("anna").submit(package.id)
    with pytest.raises(Conflict, match="nobody labels it now"):
        begun.by("olga").transfer(package.id, "ben")
    begun.reviews(package, "+++x")
    assert begun.draws(package, "bbbb") == 0
    begun.by("rita").audit(package.id, "has_errors")
    assert begun.draws(package, "bbbb") == 1, "what was drawn meanwhile is taken over now"
    assert begun.by("anna").submit(package.id).state is P.SUBMITTED


def test_a_transfer_keeps_what_was_labelled(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, reviewers=[])
    package = begun.by("olga").assign(begun.package().id, "anna")
    begun.draws(package, "ab..")
    with pytest.raises(Conflict, match="anna has it"):
        begun.by("olga").assign(package.id, "ben")
    assert begun.by("olga").assign(package.id, "anna").annotator == "anna"
    package = begun.by("olga").transfer(package.id, "ben")
    assert (package.annotator, package.state) == ("ben", P.LABELLING)
    begun.draws(package, "abcb")
    begun.by("ben").submit(package.id)
    made = [one.by for one in ledger.labelling.items(package.id)]
    assert made == ["anna", "anna", "ben", "ben"]
    with pytest.raises(Refused, match="You labelled sample 1"):
        begun.by("anna").review(package.id, 1, approved=True)


def test_nobody_labels_a_sample_twice(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, overlap=2)
    olga = begun.by("olga")
    first, second = (begun.package(1, lane) for lane in (0, 1))
    olga.assign(first.id, "anna")
    with pytest.raises(
        Conflict, match=r"anna labels the samples of package \d+ already, in lane 0"
    ):
        olga.assign(second.id, "anna")
    begun.draws(first, "a...")
    olga.transfer(first.id, "ben")
    with pytest.raises(Conflict, match="anna labels the samples"):
        olga.assign(second.id, "anna")
    olga.assign(second.id, "cleo")
    with pytest.raises(Conflict, match="ben labels the samples"):
        olga.transfer(second.id, "ben")


def test_deadlines(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, hours=5)
    assert begun.campaign.deadline is not None
    olga, soon = begun.by("olga"), datetime.now(UTC) + timedelta(hours=1)
    assert olga.set_deadline(begun.package().id, soon).deadline == soon
    naive = soon.replace(tzinfo=None)
    assert olga.set_campaign_deadline(NAME, naive).deadline == soon
    assert olga.set_deadline(begun.package().id, None).deadline is None
    with pytest.raises(InvalidInput, match="is over already"):
        olga.set_deadline(begun.package().id, soon - timedelta(hours=2))
    assert olga.progress(NAME).overdue == 0
    with ledger.labelling.holding(PROJECT, NAME) as held:
        held.change(deadline=soon - timedelta(hours=2))
    assert olga.progress(NAME).overdue == 1


def test_an_ended_campaign_is_frozen_for_good(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, 8)
    package = begun.labels("abca")
    begun.reviews(package, "++++")
    begun.by("rita").audit(package.id, "passed")
    other = begun.labels("bbbb", "ben", 2)
    ended = begun.by("olga").end(NAME)
    assert (ended.state, ended.ended_by) == (CampaignState.ENDED, "olga")
    assert [one.state for one in begun.packages()] == [P.PASSED, P.ENDED]
    assert begun.by("olga").end(NAME) == ended
    olga = begun.by("olga", manager=True)
    later = datetime.now(UTC) + timedelta(hours=1)
    for forbidden in (
        lambda: olga.assign(other.id, "anna"),
        lambda: olga.transfer(other.id, "anna"),
        lambda: olga.submit(other.id),
        lambda: olga.review(other.id, 1, approved=True),
        lambda: olga.audit(other.id, "passed"),
        lambda: olga.distribute(NAME),
        lambda: olga.set_deadline(other.id, later),
        lambda: olga.set_campaign_deadline(NAME, later),
        lambda: olga.set_aside(other.id, 1, "blurred"),
        lambda: olga.take_back(other.id, 1),
    ):
        with pytest.raises(AileronError, match="was ended by olga"):
            forbidden()
    assert begun.draws(other, "cccc") == 0
    assert len(list(olga.approved(NAME))) == 4
    assert ledger.labelling.campaigns(PROJECT) == []
    assert [one.name for one in ledger.labelling.campaigns(PROJECT, ended=True)] == [NAME]
