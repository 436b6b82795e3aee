"""Samples that cannot be labelled, from here and over HTTP."""

from __future__ import annotations

import pytest
from plugins.labelled import DATASET, Labelled, Somebody, labelled, somebody, waiting_texts

from aileron.core.errors import Conflict, InvalidInput, NotFound, Refused, Unavailable
from aileron.ledger import Visibility

__all__ = ["labelled", "somebody", "waiting_texts"]


@pytest.fixture
def package(somebody: Somebody, labelled: Labelled) -> int:
    """Anna's, with labels for all samples but the second."""
    owner = somebody("olga")
    owner.create_campaign(DATASET, spec={"audit": {"share": 0}})
    number = owner.label_packages(DATASET).packages[0].id
    owner.assign_package(number, "anna")
    labelled.draw(number, {1: "fault", 3: "fault", 4: "fault"})
    return number


def test_what_cannot_be_labelled_is_looked_at_and_stays_out(
    somebody: Somebody, package: int
) -> None:
    anna, rita, owner = somebody("anna"), somebody("rita"), somebody("olga")
    with pytest.raises(Conflict, match="set them aside"):
        anna.submit_package(package)
    aside = anna.set_item_aside(package, 2, "no words in it")
    assert (aside.state, aside.aside, aside.revision) == ("aside", "no words in it", 1)
    assert anna.label_package(package).items.aside == 1
    assert anna.label_items(package).items[1].aside == "no words in it"
    done = anna.submit_package(package)
    assert (done.state, done.audited) == ("submitted", 1)
    (item,) = rita.label_items(package, audited=True).items
    assert (item.position, item.aside, item.state) == (2, "no words in it", "submitted")
    (said,) = rita.label_item(package, 2).revisions
    assert (said.aside, said.by, said.sample.annotated) == ("no words in it", "anna", False)
    rita.review_item(package, 2, approved=True)
    passed = rita.audit_package(package, "passed")
    assert (passed.items.approved, passed.items.excluded) == (3, 1)
    campaign = owner.campaign(DATASET)
    assert (campaign.approved_samples, campaign.excluded_samples) == (3, 1)
    assert owner.publish_campaign(DATASET).samples == 3


def test_what_can_be_labelled_comes_back(
    somebody: Somebody, labelled: Labelled, package: int
) -> None:
    anna, rita = somebody("anna"), somebody("rita")
    anna.set_item_aside(package, 2, "no words in it")
    anna.submit_package(package)
    rita.review_item(package, 2, approved=False, comment="it has four")
    back = rita.audit_package(package, "has_errors")
    assert (back.items.rejected, back.items.aside) == (1, 0)
    item = anna.label_items(package).items[1]
    assert (item.state, item.aside, item.comment) == ("rejected", None, "it has four")
    labelled.draw(package, {2: "praise"})
    assert anna.submit_package(package).items.aside == 0
    verdicts = [(one.aside, one.verdict) for one in rita.label_item(package, 2).revisions]
    assert verdicts == [(None, None), ("no words in it", "rejected")]


def test_an_item_is_labelled_after_all(
    somebody: Somebody, labelled: Labelled, package: int
) -> None:
    anna = somebody("anna")
    assert anna.set_item_aside(package, 1, "blurred").state == "aside"
    back = anna.take_item_back(package, 1)
    assert (back.state, back.aside, back.labels) == ("labelled", None, ("fault",))
    with pytest.raises(Conflict, match="not set aside"):
        anna.take_item_back(package, 1)
    anna.set_item_aside(package, 2, "blurred")
    labelled.draw(package, {2: "praise"})
    somebody("olga").sync_campaign(DATASET)
    assert anna.label_item(package, 2).state == "labelled"


def test_only_who_has_the_package_sets_aside(
    somebody: Somebody, labelled: Labelled, package: int
) -> None:
    for name in ("ben", "rita", "olga"):
        with pytest.raises(Refused, match="anna's to label"):
            somebody(name).set_item_aside(package, 2, "blurred")
        with pytest.raises(Refused, match="anna's to label"):
            somebody(name).take_item_back(package, 2)
    with pytest.raises(Refused, match="needs the role"):
        somebody("vera", "viewer").set_item_aside(package, 2, "blurred")
    anna = somebody("anna")
    for reason in ("", " ", "x" * 2001):
        with pytest.raises(InvalidInput):
            anna.set_item_aside(package, 2, reason)
    with pytest.raises(NotFound):
        anna.set_item_aside(package, 9, "blurred")
    labelled.studio.down = True
    with pytest.raises(Unavailable):
        anna.set_item_aside(package, 2, "blurred")  # what was drawn last is not seen


def test_disagreements_are_decided_after_the_end(somebody: Somebody, labelled: Labelled) -> None:
    owner = somebody("olga")
    options = {"overlap": 2, "package_size": 8, "audit": {"share": 0}}
    owner.create_campaign(DATASET, spec=options)
    for one, name, said in zip(
        owner.label_packages(DATASET).packages, ("anna", "ben"), ("fault", "praise"), strict=True
    ):
        owner.assign_package(one.id, name)
        labelled.draw(one.id, said)
        if name == "ben":
            somebody(name).set_item_aside(one.id, 1, "blurred")
        somebody(name).submit_package(one.id)
    rita = somebody("rita")
    rita.review_item(owner.label_packages(DATASET).packages[1].id, 1, approved=True)
    rita.audit_package(owner.label_packages(DATASET).packages[1].id, "passed")
    assert owner.end_campaign(DATASET).disagreements == 8
    with pytest.raises(Conflict, match="nothing to publish"):
        owner.publish_campaign(DATASET)
    first, second = rita.disagreements(DATASET).disagreements[:2]
    catalogue = labelled.history.ledger.acting("wang").catalogue
    catalogue.change("default", DATASET, visibility=Visibility.PRIVATE, owner="wang")
    with pytest.raises(NotFound, match="picture"):  # it is asked for, and texts have none
        rita.medium(DATASET, 1, first.sample_id)
    for name, sample in (("rita", "a1"), ("ben", first.sample_id)):
        with pytest.raises(NotFound, match="no definition"):
            somebody(name).medium(DATASET, 1, sample)
    assert [lane.aside for lane in first.lanes] == [None, "blurred"]
    assert rita.adjudicate(DATASET, first.sample_id, 1).excluded_samples == 1
    decided = rita.adjudicate(DATASET, second.sample_id, 1)
    assert (decided.approved_samples, decided.disagreements) == (1, 6)
    with pytest.raises(Refused):
        somebody("ben").adjudicate(DATASET, second.sample_id, 0)
    with pytest.raises(NotFound, match="no definition"):
        rita.medium(DATASET, 1, second.sample_id)  # it is decided
    catalogue.change("default", DATASET, visibility=Visibility.PROJECT, owner="olga")
    assert owner.publish_campaign(DATASET).samples == 1
