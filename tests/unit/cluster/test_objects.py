"""What the API server says to a write, and what comes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from kubernetes.client.exceptions import ApiException

from aileron.cluster import objects
from aileron.cluster.access import Cluster
from aileron.core.errors import Unavailable

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "n"}}
THERE = ("AlreadyExists", 'pods "p" already exists')
CROSSED = (
    "Conflict",
    'Operation cannot be fulfilled on resourcequotas "q": the object has been modified',
)


class Made:
    def to_dict(self) -> dict[str, Any]:
        return {"made": True}


class Server:
    """Refuses the first writes with 409, for these reasons."""

    def __init__(self, *refusals: tuple[str, str]) -> None:
        self.refusals = list(refusals)
        self.writes: list[str] = []

    def create(self, **_: object) -> Made:
        return self._answer("create")

    def patch(self, **_: object) -> Made:
        return self._answer("patch")

    def _answer(self, verb: str) -> Made:
        self.writes.append(verb)
        if not self.refusals:
            return Made()
        reason, message = self.refusals.pop(0)
        error = ApiException(status=409, reason="Conflict")
        error.body = json.dumps({"reason": reason, "message": message})
        raise error


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Any:
    """``answers(*refusals)`` is a server behind each cluster."""
    monkeypatch.setattr(objects, "PAUSES", (0.0, 0.0))

    def make(*refusals: tuple[str, str]) -> Server:
        server = Server(*refusals)
        monkeypatch.setattr(objects, "_resource_of", lambda *_: server)
        return server

    return make


def test_what_is_there_already_is_not_made(answers: Any) -> None:
    server = answers(THERE)
    assert objects.create(Cluster(), POD) is None
    assert server.writes == ["create"]


def test_a_pod_that_met_another_at_the_quota_is_made_all_the_same(answers: Any) -> None:
    server = answers(CROSSED, CROSSED)
    assert objects.create(Cluster(), POD) == {"made": True}
    assert server.writes == ["create"] * 3


def test_one_that_meets_others_again_and_again_may_go_well_another_time(answers: Any) -> None:
    answers(*[CROSSED] * 9)
    with pytest.raises(Unavailable, match="Others wrote at the same moment as Pod n/p"):
        objects.create(Cluster(), POD)


def test_what_is_applied_is_made_or_changed(answers: Any) -> None:
    server = answers(CROSSED, THERE, CROSSED)
    assert objects.apply(Cluster(), POD) == {"made": True}
    assert server.writes == ["create", "create", "patch", "patch"]
