"""What labelling keeps, in a real database; the rules are tested with `aileron.label.work`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from plugins.label_work import NAME, PROJECT, Labelling
from plugins.references import reference

from aileron.core.errors import Conflict, NotFound
from aileron.core.ports import ArtifactKind
from aileron.ledger import AT_WORK, How, Keep, Ledger, PackageState


def test_packages_are_found_by_campaign_person_and_state(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, 12)
    begun.by("olga").assign(begun.package(2).id, "anna")
    begun.labels("abca", "ben", 3)
    label = ledger.labelling
    assert [one.number for one in label.packages(PROJECT)] == [1, 2, 3]
    assert [one.number for one in label.packages(PROJECT, offset=1, limit=1)] == [2]
    assert [one.number for one in label.packages(PROJECT, annotator="anna")] == [2]
    assert [one.number for one in label.packages(PROJECT, states=AT_WORK)] == [2]
    assert label.packages(PROJECT, campaign="other") == []
    assert label.packages("other") == []
    assert label.count_packages(PROJECT, campaign=NAME) == 3
    assert label.count_packages(PROJECT, states={PackageState.SUBMITTED}) == 1
    assert label.at_work() == [(PROJECT, begun.package(2))]
    assert label.campaign_of(begun.package()) == begun.campaign


def test_what_is_not_there_is_said(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger)
    for look, error in (
        (lambda: ledger.labelling.campaign(PROJECT, "none"), "no campaign none"),
        (lambda: ledger.labelling.campaign("other", NAME), "no campaign night"),
        (lambda: ledger.labelling.package(PROJECT, 999), "no package with the id 999"),
        (lambda: ledger.labelling.item(begun.package().id, 5), "no item 5"),
        (lambda: begun.by("olga").assign(999, "anna"), "no package with the id 999"),
        (lambda: begun.by("olga").end("none"), "no campaign none"),
    ):
        with pytest.raises(NotFound, match=error):
            look()


def test_counts(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, 10)
    package = begun.labels("abca")
    begun.reviews(package, "+x")
    progress = begun.by("olga").progress(NAME)
    assert {name: count for name, count in progress.items.items() if count} == {
        "submitted": 4, "open": 6,
    }  # fmt: skip
    assert {name: count for name, count in progress.packages.items() if count} == {
        "auditing": 1, "unassigned": 2,
    }  # fmt: skip
    assert progress.observed is not None
    counted = ledger.labelling.package_counts([package.id, begun.package(2).id])
    assert (counted[package.id].audited, counted[package.id].reviewed) == (4, 2)
    assert counted[begun.package(2).id].items["open"] == 4
    people = {one.name: one for one in begun.by("olga").people(NAME)}
    assert people["anna"].model_dump() == {
        "name": "anna", "packages": 1, "items": 4, "approved": 0, "rejected": 1, "reviewed": 0,
        "seconds": 2.5, "agreement": None,
    }  # fmt: skip
    assert (people["rita"].reviewed, people["rita"].items) == (2, 0)


def test_approved_annotations_are_read_in_batches(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aileron.ledger.labelling_reading.BATCH", 3)
    begun = Labelling.begin(ledger, 8, audit={"share": 0})
    begun.labels("abca")
    begun.labels("bbbb", "ben", 2)
    found = list(begun.by("olga").approved(NAME))
    assert [name for name, _ in found] == [f"s0000{place}" for place in range(1, 9)]
    assert "".join(said["labels"][0] for _, said in found) == "abcabbbb"


def test_consensus_is_listed_by_how_it_came(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, overlap=2, audit={"share": 0})
    begun.labels("abab", "anna", lane=0)
    begun.labels("abba", "ben", lane=1)
    undecided = ledger.labelling.consensus(begun.campaign.id, How.OPEN)
    assert [one.sample_id for one in undecided] == ["s00003", "s00004"]
    lanes = ledger.labelling.lanes(begun.campaign.id, ["s00003"])
    assert [(item.lane, item.by, item.annotation) for item in lanes] == [
        (0, "anna", {"labels": ["a"]}), (1, "ben", {"labels": ["b"]}),
    ]  # fmt: skip


def test_a_version_that_people_label_is_not_deleted(ledger: Ledger) -> None:
    data = reference("d", ArtifactKind.DATASET)
    ledger.datasets.add(PROJECT, "pictures", 3, "default/pictures@v3", "d" * 64, data, "c0ffee")
    begun = Labelling.begin(ledger)
    with pytest.raises(Conflict, match="People label it in campaign default/night"):
        ledger.deletion.delete(PROJECT, "pictures", 3)
    begun.by("olga").end(NAME)
    assert ledger.deletion.delete(PROJECT, "pictures", 3).deleted is not None


def test_what_people_say_keeps_no_artifact(ledger: Ledger) -> None:
    begun = Labelling.begin(ledger, attributes=[{"name": "note", "kind": "text"}])
    begun.labels("abca")
    ledger.labelling.keep_published(begun.campaign, "run_1", {"s00001": "d" * 64})
    snapshot = ledger.keeping.snapshot(lambda _: Keep(), timedelta(0))
    assert snapshot.held == {}
