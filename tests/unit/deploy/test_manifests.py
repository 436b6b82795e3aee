"""A revision's objects: the newest form that the server has, and as few rights as can be."""

from __future__ import annotations

from typing import Any

import pytest
from plugins.references import reference

from aileron.cluster.access import Offers
from aileron.cluster.placement import Placement, Resources, StoreAccess, Volume
from aileron.cluster.serving import ServicePlacement
from aileron.core.ports import ArtifactKind
from aileron.deploy.manifests import Identity, manifests

OLD = Offers(
    (1, 20),
    frozenset(
        {
            ("policy/v1beta1", "PodDisruptionBudget"),
            ("autoscaling/v1", "HorizontalPodAutoscaler"),
            ("autoscaling/v2beta2", "HorizontalPodAutoscaler"),
        }
    ),
)
NEW = Offers(
    (1, 34),
    frozenset(
        {("policy/v1", "PodDisruptionBudget"), ("autoscaling/v2", "HorizontalPodAutoscaler")}
    ),
)
NONE = Offers((1, 20), frozenset())


@pytest.mark.parametrize(
    ("offers", "budget", "scaler"),
    [
        (OLD, "policy/v1beta1", "autoscaling/v2beta2"),
        (NEW, "policy/v1", "autoscaling/v2"),
        (NONE, None, None),
    ],
)
def test_objects_take_the_newest_form_that_the_server_has(
    offers: Offers, budget: str | None, scaler: str | None
) -> None:
    found = _objects(offers, max_replicas=4)

    assert _version(found, "PodDisruptionBudget") == budget
    assert _version(found, "HorizontalPodAutoscaler") == scaler


def test_an_autoscaler_of_the_first_form_says_the_same() -> None:
    only = Offers((1, 20), frozenset({("autoscaling/v1", "HorizontalPodAutoscaler")}))

    scaler = _objects(only, max_replicas=4)["HorizontalPodAutoscaler"]

    assert scaler["spec"]["minReplicas"] == 2
    assert scaler["spec"]["maxReplicas"] == 4
    assert scaler["spec"]["targetCPUUtilizationPercentage"] == 80


def test_without_more_replicas_under_load_there_is_no_autoscaler() -> None:
    assert "HorizontalPodAutoscaler" not in _objects(NEW)


def test_pods_have_no_rights_and_the_serving_container_sees_no_store() -> None:
    found = _objects(NEW)
    spec = found["Deployment"]["spec"]["template"]["spec"]
    (fetching,), (serving,) = spec["initContainers"], spec["containers"]

    assert found["ServiceAccount"]["automountServiceAccountToken"] is False
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    for container in (fetching, serving):
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["requests"] == container["resources"]["limits"]
    assert fetching["envFrom"] == [{"secretRef": {"name": "store"}}]
    assert "envFrom" not in serving
    assert [mount["name"] for mount in serving["volumeMounts"]] == ["package", "tmp"]
    assert serving["volumeMounts"][0]["readOnly"] is True


def test_only_the_gateway_and_the_platform_may_call() -> None:
    (rule,) = _objects(NEW)["NetworkPolicy"]["spec"]["ingress"]

    labels = [caller["podSelector"]["matchLabels"] for caller in rule["from"][:1]]
    assert labels[0]["aileron.io/part"] == "gateway"
    assert rule["from"][1:] == [{"ipBlock": {"cidr": "192.0.2.7/32"}}]


def test_names_differ_by_installation_and_fit_a_service() -> None:
    names = {Identity(one, "p" * 40, "s" * 40, 123).name for one in ("a" * 12, "b" * 12)}

    assert len(names) == 2
    assert all(len(name) <= 63 for name in names)


def _objects(offers: Offers, **changes: Any) -> dict[str, Any]:
    pod = Placement(
        pool="tests",
        namespace="cells",
        image="server:1",
        resources=Resources(cpu=1, memory_mb=512),
        store=StoreAccess(
            uri="/store", volume=Volume(mount="/store", claim="store"), secret="store"
        ),
    )
    placement = ServicePlacement(pod=pod, **changes)
    identity = Identity("abc", "default", "cells", 1)
    package = reference("a", ArtifactKind.PACKAGE)
    made = manifests(identity, package, placement, offers, ("192.0.2.7",))
    return {one["kind"]: one for one in made}


def _version(found: dict[str, Any], kind: str) -> str | None:
    return found[kind]["apiVersion"] if kind in found else None
