"""The record of changes tells nobody of what is not for them."""

from __future__ import annotations

import pytest
from plugins.labelled import DATASET, Labelled, Somebody, labelled, somebody, waiting_texts
from sqlalchemy import text

from aileron.client import Client
from aileron.core.errors import NotFound
from aileron.ledger import Visibility

__all__ = ["labelled", "somebody", "waiting_texts"]
NAME = "night"


@pytest.fixture
def private(labelled: Labelled, somebody: Somebody) -> Labelled:
    """A campaign of a dataset that is now root's alone, with packages of anna and ben."""
    owner = somebody("olga")
    owner.create_campaign(DATASET, name=NAME, spec={"assignment": "round_robin"})
    catalogue = labelled.history.ledger.acting("root").catalogue
    catalogue.change("default", DATASET, visibility=Visibility.PRIVATE)
    return labelled


def told(somebody: Somebody, name: str, role: str, limit: int = 1000) -> set[str]:
    """Nouns of what somebody reads."""
    found = somebody(name, role).events(limit=limit)
    return {event.subject.partition(":")[0] for event in found}


def purge(root: Client, private: Labelled) -> None:
    """Delete the dataset, and forget it a long time later."""
    root.delete_dataset(DATASET)
    ledger = private.history.ledger
    with ledger._database.transaction() as connection:
        connection.execute(text("UPDATE dataset_versions SET deleted = '2000-01-01'"))
    root.purge_datasets(DATASET, dry_run=False)
    assert ledger.catalogue.get("default", DATASET).id is None


OF_THE_DATASET = {"dataset", "campaign", "label_package"}


@pytest.mark.parametrize("role", ["viewer", "annotator", "developer", "operator"])
def test_a_private_dataset_and_its_campaigns_are_not_told_of(
    somebody: Somebody, private: Labelled, role: str
) -> None:
    assert not told(somebody, "carl", role) & OF_THE_DATASET
    carl, root = somebody("carl", role), somebody("root", "admin")
    assert NAME not in str(carl.events(limit=1000))
    for event in root.events(limit=1000):
        if event.subject.partition(":")[0] in OF_THE_DATASET:
            assert carl.events(event.subject) == ()
            with pytest.raises(NotFound, match="number"):
                carl.event(event.id)
    assert told(somebody, "root", "admin") >= OF_THE_DATASET


def test_people_of_a_campaign_read_of_it_and_not_of_its_dataset(
    somebody: Somebody, private: Labelled
) -> None:
    for name in ("anna", "rita", "olga"):
        found = told(somebody, name, "annotator")
        assert found & OF_THE_DATASET == {"campaign", "label_package"}
    private.history.ledger.acting("root").catalogue.change(
        "default", DATASET, visibility=Visibility.PROJECT
    )
    assert told(somebody, "carl", "viewer") >= OF_THE_DATASET


def test_a_page_is_full_whatever_is_left_out_of_it(somebody: Somebody, private: Labelled) -> None:
    events = private.history.ledger.events
    for number in range(4):
        events.append("default", "li", "service.tried", f"service:default/s{number}")
        events.append("default", "li", "campaign.published", f"campaign:default/{NAME}")
    carl = somebody("carl", "viewer")
    assert [event.subject[-2:] for event in carl.events(verb="service", limit=3)] == [
        "s3",
        "s2",
        "s1",
    ]
    assert [event.subject[-2:] for event in carl.events(verb="service", limit=2)] == ["s3", "s2"]
    hidden = somebody("root", "admin").events(f"campaign:default/{NAME}", limit=1000)
    assert len([event for event in hidden if event.verb == "campaign.published"]) == 4
    (newest,) = carl.events(verb="service", limit=1)
    assert carl.event(newest.id) == newest
    mixed = [event.subject for event in carl.events(actor="li", limit=4)]
    assert mixed == [f"service:default/s{number}" for number in (3, 2, 1, 0)]


def test_what_was_deleted_stays_hidden(somebody: Somebody, private: Labelled) -> None:
    root = somebody("root", "admin")
    root.delete_campaign(NAME)
    for name in ("carl", "anna"):
        assert not told(somebody, name, "developer") & OF_THE_DATASET
    root.delete_dataset(DATASET)
    root.purge_datasets(DATASET, dry_run=False)
    for name in ("carl", "anna"):
        assert not told(somebody, name, "developer") & OF_THE_DATASET
    assert told(somebody, "root", "admin") >= OF_THE_DATASET


def test_the_campaign_of_a_purged_private_dataset_is_for_its_people(
    somebody: Somebody, private: Labelled
) -> None:
    root = somebody("root", "admin")
    root.end_campaign(NAME)
    purge(root, private)
    assert somebody("carl", "developer").campaigns(ended=True) == ()
    assert [one.name for one in somebody("anna").campaigns(ended=True)] == [NAME]
    assert [one.name for one in root.campaigns(ended=True)] == [NAME]
