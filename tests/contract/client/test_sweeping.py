"""Sweeping from here and over HTTP."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from plugins.api import Speaking
from plugins.history import History
from starlette.testclient import TestClient

from aileron.client import Client, LocalClient
from aileron.client.local import Installation
from aileron.core.access import Actor, Role
from aileron.core.errors import Refused
from aileron.core.ports import ArtifactKind

LONG_AGO = 1_600_000_000


@pytest.fixture
def role() -> Role:
    return Role.ADMIN


def unknown(history: History) -> tuple[object, Path]:
    """An artifact that nobody needs, and everything old."""
    reference = history.store.put_json(ArtifactKind.REPORT, "report.json", ["nobody's"])
    for one in history.store.stock():
        os.utime(Path(history.store.root, one.key), (LONG_AGO, LONG_AGO))
    return reference, Path(history.store.root)


def test_what_would_go_is_told_and_then_goes(client: Client, history: History) -> None:
    released = history.trained("r1")
    champion = history.released(history.finished(released))
    reference = history.store.put_json(ArtifactKind.REPORT, "report.json", ["nobody's"])
    unknown(history)
    told = client.sweep(everywhere=True)
    assert (told.dry_run, told.project, told.grace_hours) == (True, None, 72)
    (one,) = told.going
    assert (one.where, one.kind, one.why, one.count) == ("store", "artifact", "unknown", 1)
    assert one.sentence == "no record names it"
    assert told.bytes == one.bytes == len('["nobody\'s"]')
    kept = {item.because: item.sentence for item in told.kept}
    assert kept["champion"] == "champions"
    assert history.store.exists(reference)
    with pytest.raises(Refused, match="aileron gc --claim"):
        client.sweep(dry_run=False, everywhere=True)
    assert history.store.exists(reference), "somebody else's, for all that is known"
    done = client.sweep(dry_run=False, everywhere=True, claim=True)
    assert (done.dry_run, done.going) == (False, told.going)
    assert not history.store.exists(reference)
    history.store.verify(champion.package_reference)
    (event,) = client.events(verb="retention")
    assert (event.verb, event.subject) == ("retention.swept", "storage:all")
    assert client.sweep(everywhere=True).going == ()


def test_reasons_are_told_in_the_askers_language(speaking: Speaking, history: History) -> None:
    unknown(history)
    (one,) = speaking("zh").sweep().going
    assert one.sentence == "没有任何记录引用"


def test_an_administrator_of_one_project_sweeps_that_alone(
    installation: Installation, history: History
) -> None:
    actor = Actor(name="li", role=Role.ADMIN, project="default")
    client = LocalClient(installation, actor, language="en")
    assert client.sweep().project == "default"
    with pytest.raises(Refused, match="--project default"):
        client.sweep(everywhere=True)


@pytest.mark.parametrize("role", [Role.OPERATOR])
def test_others_may_not_even_look(client: Client, role: Role) -> None:
    with pytest.raises(Refused, match="admin"):
        client.sweep()


def test_over_http_it_only_looks_unless_it_is_told_otherwise(
    http: TestClient, history: History
) -> None:
    unknown(history)
    answer = http.post("/api/v1/admin/gc", json={})
    assert answer.status_code == 200
    assert answer.json()["dry_run"] is True
    assert len(answer.json()["going"]) == 1
