"""Who may do what in the campaign of a private dataset: by role, and by what one is there."""

from __future__ import annotations

from typing import Final

import pytest
from plugins.labelled import DATASET, Labelled, Somebody, labelled, somebody, waiting_texts

from aileron.client import LocalClient
from aileron.client.local.installation import Scope
from aileron.client.local.labelling import rights
from aileron.client.local.labelling.records import VERBS
from aileron.core.access import Actor, Role
from aileron.core.errors import AileronError, NotFound, Refused
from aileron.ledger import GranteeKind, Right, Visibility

__all__ = ["labelled", "somebody", "waiting_texts"]
LOOK, WORK, REVIEW = "read items", "label.work", "label.review"
MANAGE: Final = {"label.create", "label.assign", "label.end", "label.delete", "label.publish"}
ALL: Final = {"read", LOOK, WORK, REVIEW, *MANAGE}
MAY: Final = {
    ("nobody", "viewer"): set(),
    ("nobody", "annotator"): set(),
    ("nobody", "developer"): set(),
    ("nobody", "admin"): ALL,
    ("annotator", "viewer"): {"read"},
    ("annotator", "annotator"): {"read", WORK},
    ("annotator", "developer"): {"read", WORK},
    ("annotator", "admin"): ALL,
    ("reviewer", "viewer"): {"read", LOOK},
    ("reviewer", "annotator"): {"read", LOOK, WORK, REVIEW},
    ("reviewer", "developer"): {"read", LOOK, WORK, REVIEW},
    ("reviewer", "admin"): ALL,
    ("beginner", "viewer"): {"read"},
    ("beginner", "annotator"): {"read", WORK},
    ("beginner", "developer"): {"read", LOOK, WORK, REVIEW},
    ("beginner", "admin"): ALL,
    ("member", "viewer"): {"read"},
    ("member", "annotator"): {"read", WORK},
    ("member", "developer"): ALL,
    ("member", "admin"): ALL,
    ("owner", "viewer"): {"read"},
    ("owner", "annotator"): {"read", WORK},
    ("owner", "developer"): ALL,
    ("owner", "admin"): ALL,
}
"""(what somebody is there, role) -> what they may do. A member was granted the dataset."""


@pytest.fixture
def private(labelled: Labelled) -> Labelled:
    """A campaign of a private dataset, with people who are called what they are there."""
    actor = Actor(name="beginner", role=Role.DEVELOPER)
    people = {"annotators": ["anna", "annotator"], "reviewers": ["rita", "reviewer"]}
    LocalClient(labelled.installation, actor).create_campaign(DATASET, spec=people)
    catalogue = labelled.history.ledger.acting("owner").catalogue
    catalogue.change("default", DATASET, visibility=Visibility.PRIVATE, owner="owner")
    catalogue.grant("default", DATASET, GranteeKind.ACTOR, "member", Right.READ)
    return labelled


def may(scope: Scope) -> set[str]:
    """What the asker may do in the campaign, tried."""
    found = set()
    for verb in ("read", *VERBS):
        try:
            campaign = rights.campaign_of(scope, DATASET, verb)
        except (Refused, NotFound):
            continue
        found.add(verb)
        told = rights.may(scope, campaign, *VERBS)
        if verb in told:
            assert told[verb].allowed, verb
        if rights.sees_items(scope, campaign):
            found.add(LOOK)
    if "read" in found:
        told = rights.may(scope, rights.campaign_of(scope, DATASET), *VERBS)
        assert {verb for verb in VERBS if told[verb].allowed} == found & set(VERBS)
    return found


def test_rights_are_those_of_the_table(private: Labelled) -> None:
    for (name, role), wanted in MAY.items():
        actor = Actor(name=name, role=Role(role))
        scope = Scope(private.installation, actor, "default", "en")
        assert may(scope) == wanted, (name, role)


def test_a_developer_who_is_to_label_only_labels(somebody: Somebody, labelled: Labelled) -> None:
    owner = somebody("olga")
    owner.create_campaign(DATASET, spec={"annotators": ["anna", "dora"]})
    first, second = owner.label_packages(DATASET).packages
    owner.assign_package(first.id, "anna")
    owner.assign_package(second.id, "dora")
    labelled.draw(first.id, "fault")
    labelled.draw(second.id, "fault")
    somebody("anna").submit_package(first.id)
    dora = somebody("dora", "developer")
    assert dora.label_items(first.id).total == 4, "of a dataset that is for her she is a developer"
    catalogue = labelled.history.ledger.acting("wang").catalogue
    catalogue.change("default", DATASET, visibility=Visibility.PRIVATE, owner="wang")
    for act in (
        lambda: dora.open_package(first.id),
        lambda: dora.label_items(first.id),
        lambda: dora.label_item(first.id, 1),
        lambda: dora.review_item(first.id, 1, approved=False),
        lambda: dora.audit_package(first.id, "passed"),
        lambda: dora.disagreements(DATASET),
        lambda: dora.adjudicate(DATASET, "w1", 0),
    ):
        with pytest.raises(Refused):
            act()
    shown = dora.label_package(first.id)
    assert (shown.annotator, shown.mine) == ("anna", None)
    assert [one.id for one in dora.my_labelling().packages] == [second.id]
    assert dora.label_items(second.id).total == 4
    assert dora.label_item(second.id, 1).permissions[REVIEW].allowed is False
    assert dora.submit_package(second.id).state == "submitted"
    with pytest.raises(AileronError):
        dora.audit_package(second.id, "passed")
    assert somebody("rita").label_items(first.id).total == 4
