"""A revision on a cluster that somebody else took away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aileron.cluster import objects
from aileron.cluster.access import Cluster
from aileron.core.errors import NotFound
from aileron.deploy.cluster import ClusterRevision
from aileron.deploy.manifests import Identity
from aileron.deploy.pod_logs import PodLogs


def test_a_deployment_that_is_gone_has_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pods = [[{"metadata": {"name": "left"}, "status": {}}], []]

    def patch(*_: Any) -> None:
        raise NotFound("cluster.not_found", subject="Deployment", problem="-")

    monkeypatch.setattr(objects, "patch", patch)
    monkeypatch.setattr(objects, "listed", lambda *_: pods.pop(0))
    cluster = Cluster()
    logs = PodLogs(cluster, tmp_path / "1.log")

    ClusterRevision(cluster, Identity("abc", "default", "cells", 1), "cells", logs).stop()

    assert pods == [], "its pods were waited for"
