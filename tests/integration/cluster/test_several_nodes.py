"""Several pods run one step together, on the real cluster: all or none, and one reason."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from plugins.cluster import Cluster
from plugins.pods import left_over, new_subject

from aileron.cluster.placement import Placement
from aileron.run.conformance.runners import Bench
from aileron.run.request import Request
from aileron.run.result import Result


@pytest.fixture
def small(placement: Placement) -> Placement:
    """Two such pods have room beside those of other tests."""
    resources = placement.resources.model_copy(update={"cpu": 0.2, "memory_mb": 512})
    return placement.model_copy(update={"resources": resources})


@pytest.fixture(autouse=True)
def nothing_stays(cluster: Cluster, namespace: str, pods_bench: Bench) -> Iterator[None]:
    yield
    until = time.monotonic() + 60
    while pods_of(cluster, namespace) and time.monotonic() < until:
        time.sleep(0.5)  # what depends on a pod goes a little after it
    assert pods_of(cluster, namespace) == []
    assert left_over(pods_bench.store) == []


def pods_of(cluster: Cluster, namespace: str) -> list[str]:
    listed = cluster.kubectl("get", "pods", "-n", namespace, "-o", "name").split()
    return [name for name in listed if "aileron-" in name]


def asked(bench: Bench, placement: Placement, **config: Any) -> Request:
    request = bench.request({"behaviour": "together", **config})
    subject = new_subject()
    return request.model_copy(update={"nodes": 2, "placement": placement, "subject": subject})


def said(result: Result) -> str:
    return str(result.raised())


def test_they_know_each_other_and_the_first_leaves_the_result(
    pods_bench: Bench, small: Placement
) -> None:
    result = pods_bench.run(asked(pods_bench, small))
    told = pods_bench.report(result)
    assert told["node"] == "0"
    assert len(set(told["addresses"])) == 2


def test_one_that_dies_ends_them_all_with_one_reason(pods_bench: Bench, small: Placement) -> None:
    began = time.monotonic()
    result = pods_bench.run(asked(pods_bench, small, text="1", amount=300))
    assert time.monotonic() - began < 240
    assert result.exit.reason == "killed"
    assert "Node 1 (of 0 to 1)" in said(result)
    assert "SIGKILL" in said(result)


@pytest.mark.parametrize("how", [("--grace-period=0", "--force"), ("--wait=false",)])
def test_one_that_is_deleted_ends_them_all(
    pods_bench: Bench, small: Placement, cluster: Cluster, namespace: str, how: tuple[str, ...]
) -> None:
    """At once, or with time for a last word, as a node that is drained gives it."""
    request, results = asked(pods_bench, small, amount=300), []
    at_work = threading.Thread(target=lambda: results.append(pods_bench.run(request)))
    at_work.start()
    while not pods_bench.log:
        time.sleep(0.2)
    (other,) = [name for name in pods_of(cluster, namespace) if name.endswith("-n1")]
    cluster.kubectl("delete", "-n", namespace, other, *how)
    at_work.join(120)
    (result,) = results
    assert result.exit.reason == "pod_deleted"
    assert "Node 1" in said(result)


def test_none_runs_if_one_finds_no_room(pods_bench: Bench, small: Placement) -> None:
    resources = small.resources.model_copy(update={"cpu": 1.1})
    update = {"resources": resources, "start_seconds": 5}
    wide = small.model_copy(update=update)
    result = pods_bench.run(asked(pods_bench, wide))
    assert result.exit.reason == "unschedulable"
    assert pods_bench.log == [said(result)]
