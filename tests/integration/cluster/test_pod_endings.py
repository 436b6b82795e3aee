"""How pods end that do not end by themselves: told at once, and nothing is left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from plugins.cluster import Cluster
from plugins.pods import left_over, new_subject

from aileron.cluster.placement import Resources, StoreAccess
from aileron.graph.pipeline import Limits
from aileron.run import pods
from aileron.run.conformance.runners import Bench


@pytest.fixture
def bench(pods_bench: Bench) -> Bench:
    """Its pods must find a node within 2 s."""
    return placed(pods_bench, start_seconds=2)


@pytest.fixture
def nothing_left(cluster: Cluster, namespace: str, bench: Bench) -> Iterator[None]:
    """After the test there is no pod, no secret and no exchange of its."""
    yield
    assert cluster.kubectl("get", "pods", "-n", namespace, "-o", "name") == ""
    secrets = cluster.kubectl("get", "secrets", "-n", namespace, "-o", "name").split()
    assert [name for name in secrets if "aileron-" in name] == []
    assert left_over(bench.store) == []


def placed(bench: Bench, **changes: Any) -> Bench:
    assert bench.placement is not None
    return Bench(bench.runner, bench.folder, bench.placement.model_copy(update=changes))


def small(**resources: Any) -> Resources:
    return Resources(**({"cpu": 0.5, "memory_mb": 512} | resources))


def running_pod(cluster: Cluster, namespace: str) -> str:
    """Name of the namespace's pod once it runs and its step has begun."""
    for _ in range(300):
        said = cluster.kubectl(
            "get", "pods", "-n", namespace, "--field-selector=status.phase=Running", "-o", "name"
        )
        if said and "probe:" in cluster.kubectl("logs", "-n", namespace, said.strip()):
            return said.strip().removeprefix("pod/")
        time.sleep(0.1)
    raise AssertionError("no pod came to run")


@contextmanager
def meanwhile(do: Callable[[], object]) -> Iterator[None]:
    thread = threading.Thread(target=do)
    thread.start()
    yield
    thread.join()


@pytest.mark.usefixtures("nothing_left")
def test_a_missing_image_is_told_at_once(bench: Bench) -> None:
    result = placed(bench, image="localhost/no-such-image:1", pull_policy="Never").probe("copy")
    assert result.exit.reason == "image_unavailable"
    error = result.raised()
    assert error is not None
    assert not error.retryable
    assert "The image localhost/no-such-image:1 cannot be had" in str(error)
    assert "is not present" in str(error)


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"resources": small(cpu=64)}, "wanting: cpu 64."),
        ({"resources": small(gpu=2)}, "wanting: nvidia.com/gpu 2."),
        ({"node_selector": {"disk": "quick"}}, "wanting: nodeSelector."),
    ],
)
def test_what_no_node_has_is_named(bench: Bench, changes: dict[str, Any], wanted: str) -> None:
    result = placed(bench, **changes).probe("copy")
    assert result.exit.reason == "unschedulable"
    error = result.raised()
    assert error is not None
    assert error.retryable
    assert wanted in str(error)


@pytest.mark.usefixtures("nothing_left")
def test_a_step_that_takes_all_of_its_pods_memory(bench: Bench) -> None:
    result = placed(bench, resources=small(memory_mb=256)).probe("allocate", amount=900)
    assert result.exit.reason == "out_of_memory", result
    assert result.exit.limit_mb == 256
    assert (result.exit.peak_memory_mb or 0) > 200
    assert "256 MB" in str(result.raised())


@pytest.mark.usefixtures("nothing_left")
def test_a_step_that_fills_the_disk_is_evicted(bench: Bench) -> None:
    result = placed(bench, resources=small(ephemeral_mb=64)).probe("fill", amount=200)
    assert result.exit.reason == "evicted", result
    error = result.raised()
    assert error is not None
    assert not error.retryable
    assert "Give it more `ephemeral_mb`" in str(error)


@pytest.mark.usefixtures("nothing_left")
def test_the_clusters_own_deadline(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pods, "DEADLINE_MARGIN", -54.0)
    request = bench.request({"behaviour": "sleep", "amount": 50}, limits=Limits(seconds=60))
    result = bench.run(request)
    assert result.exit.reason == "pod_deadline", result
    assert "still there after 6 s" in str(result.raised())


@pytest.mark.usefixtures("nothing_left")
def test_a_pod_that_somebody_deletes(bench: Bench, cluster: Cluster, namespace: str) -> None:
    def delete() -> None:
        name = running_pod(cluster, namespace)
        cluster.kubectl("delete", "pod", "-n", namespace, name, "--wait=false")

    with meanwhile(delete):
        result = bench.probe("sleep", amount=60)
    assert result.exit.reason == "pod_deleted", result
    error = result.raised()
    assert error is not None
    assert error.retryable
    assert "was deleted by somebody else" in str(error)
    assert "was deleted by somebody else" in bench.log[-1]


@pytest.mark.usefixtures("nothing_left")
def test_a_pod_that_is_deleted_without_grace(
    bench: Bench, cluster: Cluster, namespace: str
) -> None:
    def delete() -> None:
        name = running_pod(cluster, namespace)
        cluster.kubectl("delete", "pod", "-n", namespace, name, "--force", "--grace-period=0")

    request = bench.request({"behaviour": "sleep", "amount": 60}, subject=new_subject())
    with meanwhile(delete):
        result = bench.run(request)
    assert result.exit.reason == "pod_deleted", result
    config = {"behaviour": "copy", "text": "another"}
    retried = request.model_copy(update={"config": config, "folder": request.folder / "again"})
    assert bench.report(bench.run(retried))["text"] == "another"
    assert bench.log == ["probe: copy"]


@pytest.mark.usefixtures("nothing_left")
def test_a_store_that_the_pod_does_not_find(bench: Bench) -> None:
    result = placed(bench, store=StoreAccess(uri="/elsewhere")).probe("copy")
    assert result.exit.reason == "error", result
    error = result.raised()
    assert error is not None
    assert not error.retryable
    assert "no request in the artifact store /elsewhere" in str(error)


@pytest.mark.usefixtures("nothing_left")
def test_a_secret_that_is_not_there(bench: Bench) -> None:
    assert bench.placement is not None
    store = bench.placement.store.model_copy(update={"secret": "no-such-secret"})
    result = placed(bench, store=store).probe("copy")
    assert result.exit.reason == "misconfigured"
    assert "no-such-secret" in str(result.raised())


def test_a_command_that_cannot_start(bench: Bench) -> None:
    result = placed(bench, image="localhost/busybox:local").probe("copy")
    assert result.exit.reason == "misconfigured", result
    assert "no Python with Aileron" in str(result.raised())
