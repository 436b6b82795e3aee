"""The runner in pods keeps a runner's promises, on a real cluster.

A pod mostly waits for the cluster, so some checks run at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

import pytest
from plugins.cluster import Cluster

from aileron.run.conformance import RUNNER_CHECKS
from aileron.run.conformance.runners import Bench, effects_and_waits_are_refused
from aileron.run.kubernetes import KubernetesRunner

AT_A_TIME = 3
"""Their pods share the only node, of two cores, with those of tests in other processes."""


@pytest.fixture(scope="module")
def checked(pods_bench: Bench) -> Iterator[Mapping[str, Future[None]]]:
    """Name of a check -> its end."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        yield {
            name: pool.submit(check, replace(pods_bench, log=[], metrics=[]))
            for name, check in RUNNER_CHECKS.items()
        }


@pytest.mark.parametrize("check", RUNNER_CHECKS)
def test_runner(check: str, checked: Mapping[str, Future[None]]) -> None:
    checked[check].result()


def test_effects_and_waits_are_refused(tmp_path: Path) -> None:
    effects_and_waits_are_refused(Bench(KubernetesRunner(), tmp_path))


def test_nothing_is_left_of_them(
    checked: Mapping[str, Future[None]], cluster: Cluster, pods_bench: Bench, namespace: str
) -> None:
    wait(checked.values())
    left = cluster.kubectl("get", "pods,secrets", "-n", namespace, "-o", "name").split()
    assert [name for name in left if "aileron-" in name] == []
    kept = pods_bench.store.object_keys("executions/")
    assert [key for key in kept if not key.startswith("executions/checkpoints/")] == []
