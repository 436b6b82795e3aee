"""Campaigns publish by themselves when enough is approved, and once for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from plugins.labelled import (
    DATASET,
    ROWS,
    Labelled,
    Somebody,
    labelled,
    somebody,
    texts,
    waiting_texts,
)

from aileron.client import records as r
from aileron.client.local.labelling.due import FAILED, publish_due
from aileron.core.errors import Unavailable
from aileron.ledger import RunState

__all__ = ["labelled", "somebody", "waiting_texts"]


def due(labelled: Labelled) -> list[r.Publication]:
    return list(publish_due(labelled.installation))


def begun(somebody: Somebody, **spec: object) -> list[int]:
    """The packages of a campaign without audits, four samples each."""
    owner = somebody("olga")
    owner.create_campaign(DATASET, spec={"audit": {"share": 0}, **spec})
    return [package.id for package in owner.label_packages(DATASET).packages]


def passed(somebody: Somebody, labelled: Labelled, package: int) -> None:
    somebody("olga").assign_package(package, "anna")
    labelled.draw(package, "fault")
    somebody("anna").submit_package(package)


def ends(labelled: Labelled, made: r.Publication, state: RunState) -> None:
    """The run of a publication ends so."""
    runs = labelled.installation.ledger.runs
    runs.start(made.run_id, "default", made.lifecycle, "olga")
    runs.finish(made.run_id, state)


def test_enough_approved_samples_become_a_version_once(
    somebody: Somebody, labelled: Labelled
) -> None:
    first, second = begun(somebody, publish_every=4)
    assert due(labelled) == []
    for package in (first, second):
        passed(somebody, labelled, package)
        (made,) = due(labelled)
        assert made.samples == 4
        assert due(labelled) == [], "its run goes on"
        ends(labelled, made, RunState.SUCCEEDED)
        assert due(labelled) == []


def test_a_run_that_failed_is_tried_again_after_a_pause(
    somebody: Somebody, labelled: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = begun(somebody, publish_every=4)
    passed(somebody, labelled, first)
    (made,) = due(labelled)
    ends(labelled, made, RunState.FAILED)
    assert due(labelled) == []
    monkeypatch.setattr("aileron.client.local.labelling.due.PAUSE", timedelta(hours=-1))
    assert [one.samples for one in due(labelled)] == [4]


def test_what_is_left_when_a_campaign_ends_is_published(
    somebody: Somebody, labelled: Labelled
) -> None:
    first, _ = begun(somebody, publish_every=100)
    passed(somebody, labelled, first)
    assert due(labelled) == []
    somebody("olga").end_campaign(DATASET)
    assert [one.samples for one in due(labelled)] == [4]


def test_what_left_the_dataset_after_it_was_published_is_not_counted_twice(
    somebody: Somebody, labelled: Labelled, tmp_path: Path
) -> None:
    first, second, third, _ = begun(somebody, publish_every=2, package_size=2)
    passed(somebody, labelled, first)
    (made,) = due(labelled)
    ends(labelled, made, RunState.SUCCEEDED)
    rows = [row for row in ROWS.splitlines() if not row.startswith(("w0,", "w1,"))]
    labelled.version(2, texts(tmp_path, "\n".join(rows) + "\n"))
    passed(somebody, labelled, second)
    (made,) = due(labelled)
    assert (made.samples, made.left_out) == (2, 2)
    ends(labelled, made, RunState.SUCCEEDED)
    passed(somebody, labelled, third)
    assert [one.samples for one in due(labelled)] == [2]


def test_what_cannot_be_published_leaves_no_upload_and_is_told(
    somebody: Somebody, labelled: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = begun(somebody, publish_every=4)
    passed(somebody, labelled, first)

    def away(*_: Any, **__: Any) -> None:
        raise Unavailable("client.airflow_down", url="-", problem="-")

    monkeypatch.setattr(labelled.scheduler, "trigger", away)
    assert due(labelled) == []
    owner = somebody("olga")
    assert owner.uploads() == ()
    assert owner.events(f"campaign:default/{DATASET}", verb=FAILED)
    assert due(labelled) == [], "it waits before the next try"
    assert len(owner.events(f"campaign:default/{DATASET}", verb=FAILED)) == 1


def test_without_the_field_somebody_publishes(somebody: Somebody, labelled: Labelled) -> None:
    passed(somebody, labelled, begun(somebody)[0])
    assert due(labelled) == []
