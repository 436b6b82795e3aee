"""Which pods a node takes, by Kubernetes' own rules."""

from typing import Any

import pytest

from aileron.cluster.capacity import MB, ClusterNode
from aileron.cluster.placement import Placement, Resources, Toleration

GPU_TAINT = {"key": "gpu", "value": "yes", "effect": "NoSchedule"}


def node(**given: Any) -> ClusterNode:
    plain: dict[str, Any] = {
        "name": "n1",
        "ready": True,
        "labels": {"disk": "ssd", "zone": "a"},
        "taints": (),
        "allocatable": {"cpu": 2.0, "memory": 4096 * MB},
    }
    return ClusterNode(**plain | given)


def asked(**given: Any) -> Placement:
    return Placement(pool="p", namespace="n", image="i", **given)


@pytest.mark.parametrize(
    ("selector", "admitted"),
    [({}, True), ({"disk": "ssd"}, True), ({"disk": "hdd"}, False), ({"gpu": "yes"}, False)],
)
def test_a_selector_wants_all_its_labels(selector: dict[str, str], admitted: bool) -> None:
    assert node().admits(asked(node_selector=selector)) is admitted


@pytest.mark.parametrize(
    ("toleration", "admitted"),
    [
        ({}, False),
        ({"key": "gpu", "value": "yes"}, True),
        ({"key": "gpu", "value": "no"}, False),
        ({"key": "gpu", "operator": "Exists"}, True),
        ({"operator": "Exists"}, True),
        ({"key": "gpu", "operator": "Exists", "effect": "NoExecute"}, False),
        ({"key": "disk", "operator": "Exists"}, False),
    ],
)
def test_a_taint_wants_a_toleration_that_fits(toleration: dict[str, Any], admitted: bool) -> None:
    given = asked(tolerations=(Toleration(**toleration),))
    assert node(taints=(GPU_TAINT,)).admits(given) is admitted


def test_a_taint_that_passes_or_only_wishes_refuses_nobody() -> None:
    passing = {"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}
    wishing = {"key": "old", "effect": "PreferNoSchedule"}
    assert node(taints=(passing, wishing)).admits(asked())


@pytest.mark.parametrize(
    ("resources", "held"),
    [
        ({"cpu": 2, "memory_mb": 4096}, True),
        ({"cpu": 2.5}, False),
        ({"memory_mb": 4097}, False),
        ({"gpu": 1}, False),
        ({"ephemeral_mb": 64}, False),
    ],
)
def test_a_node_holds_what_it_has_of_everything(resources: dict[str, Any], held: bool) -> None:
    assert node().holds(Resources(**resources)) is held


def test_a_part_of_an_accelerator_has_a_name_of_its_own() -> None:
    mig = node(allocatable={"cpu": 2.0, "memory": 4096 * MB, "nvidia.com/mig-1g.5gb": 7.0})
    assert mig.holds(Resources(gpu=1, gpu_resource="nvidia.com/mig-1g.5gb"))
    assert not mig.holds(Resources(gpu=1))
