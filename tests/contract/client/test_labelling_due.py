"""Campaigns publish by themselves when enough is approved, and once for it."""

from __future__ import annotations

from plugins.labelled import DATASET, Labelled, Somebody, labelled, somebody, waiting_texts

from aileron.client.local.labelling.due import publish_due

__all__ = ["labelled", "somebody", "waiting_texts"]


def test_enough_approved_samples_become_a_version_once(
    somebody: Somebody, labelled: Labelled
) -> None:
    owner = somebody("olga")
    spec = {"audit": {"share": 0}, "publish_every": 4}
    owner.create_campaign(DATASET, spec=spec)
    first, second = owner.label_packages(DATASET).packages

    assert list(publish_due(labelled.installation)) == []
    for package, published in ((first, [4]), (second, [8])):
        owner.assign_package(package.id, "anna")
        labelled.draw(package.id, "fault")
        somebody("anna").submit_package(package.id)
        made = list(publish_due(labelled.installation))
        assert [one.samples for one in made] == published
        assert list(publish_due(labelled.installation)) == []


def test_without_the_field_somebody_publishes(somebody: Somebody, labelled: Labelled) -> None:
    owner = somebody("olga")
    owner.create_campaign(DATASET, spec={"audit": {"share": 0}})
    package = owner.label_packages(DATASET).packages[0].id
    owner.assign_package(package, "anna")
    labelled.draw(package, "fault")
    somebody("anna").submit_package(package)
    assert list(publish_due(labelled.installation)) == []
