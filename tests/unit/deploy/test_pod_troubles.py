"""What keeps a pod from serving is told at once; that it is hopeless, only after some time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aileron.cluster import objects
from aileron.cluster.access import Cluster
from aileron.deploy.pod_troubles import Trouble, last_trouble

SHORT = "0/1 nodes are available: 1 Insufficient cpu."


def pod(name: str, **status: Any) -> dict[str, Any]:
    """A pod that was made 30 s before it is looked at."""
    container = {"name": "base", "resources": {"requests": {"cpu": "64"}}}
    return {
        "metadata": {"name": name, "namespace": "n"},
        "spec": {"containers": [container]},
        "status": {"phase": "Pending", **status},
    }


CONDITION = {"type": "PodScheduled", "status": "False", "message": SHORT}
UNPLACED = pod("unplaced", conditions=[CONDITION])
NO_IMAGE = pod(
    "no-image",
    containerStatuses=[
        {"image": "t:1", "state": {"waiting": {"reason": "ErrImageNeverPull", "message": "none"}}}
    ],
)
READY = pod("ready", conditions=[{"type": "Ready", "status": "True"}])


@pytest.fixture(autouse=True)
def no_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "listed", lambda *_, **__: [])


def trouble(*pods: dict[str, Any], patience: float) -> Trouble | None:
    made = {"creationTimestamp": (datetime.now(UTC) - timedelta(seconds=30)).isoformat()}
    seen = [one | {"metadata": one["metadata"] | made} for one in pods]
    return last_trouble(Cluster(), seen, "p/s/1", patience)


@pytest.mark.parametrize(("patience", "hopeless"), [(300, False), (20, True)])
def test_a_pod_without_a_node_is_told_and_waited_for(patience: float, hopeless: bool) -> None:
    found = trouble(READY, UNPLACED, patience=patience)
    assert found is not None
    assert "Insufficient cpu" in str(found.error)
    assert found.hopeless is hopeless


def test_what_is_hopeless_is_told_before_what_may_pass() -> None:
    found = trouble(UNPLACED, NO_IMAGE, patience=300)
    assert found is not None
    assert found.hopeless
    assert "The image t:1 cannot be had" in str(found.error)


def test_ready_pods_have_no_trouble() -> None:
    assert trouble(READY, patience=0) is None
