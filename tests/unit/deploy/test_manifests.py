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
PACKAGE = reference("a", ArtifactKind.PACKAGE)
POD = Placement(
    pool="tests",
    namespace="cells",
    image="server:1",
    resources=Resources(cpu=1, memory_mb=512),
    store=StoreAccess(
        uri="/store/cells", volume=Volume(mount="/store", claim="store"), secret="store"
    ),
)


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


def test_services_whose_names_look_alike_stay_apart() -> None:
    one, other = (Identity("abc", "default", name, 1) for name in ("cells", "cells_"))

    assert other.labels["aileron.io/service"] == "cells", "a label's value ends in no `_`"
    assert one.name != other.name
    assert one.selector != other.selector
    found = manifests(other, PACKAGE, ServicePlacement(pod=POD), NONE)
    assert all(one.labels.items() - each["metadata"]["labels"].items() for each in found)


def test_a_pod_has_its_shared_memory_and_of_volumes_only_what_the_store_lies_on() -> None:
    share = Volume(mount="/share", claim="share")
    pod = POD.model_copy(
        update={"volumes": (share,), "resources": Resources(memory_mb=512, shm_mb=128)}
    )
    made = _objects(NEW, pod=pod)["Deployment"]["spec"]["template"]["spec"]
    (fetching,), (serving,) = made["initContainers"], made["containers"]

    volumes = {volume.pop("name"): volume for volume in made["volumes"]}
    assert volumes["shm"] == {"emptyDir": {"medium": "Memory", "sizeLimit": "128Mi"}}
    assert volumes["store-0"]["persistentVolumeClaim"]["claimName"] == "store"
    assert volumes.keys() == {"package", "tmp", "shm", "store-0"}
    assert _paths(fetching) == ["/package", "/tmp", "/store"]
    assert _paths(serving) == ["/package", "/tmp", "/dev/shm"]


def test_a_store_may_lie_on_a_volume_of_the_pool() -> None:
    access = StoreAccess(uri="/share/store")
    volumes = (Volume(mount="/share", claim="share"), Volume(mount="/data", claim="data"))
    pod = POD.model_copy(update={"store": access, "volumes": volumes})

    spec = _objects(NEW, pod=pod)["Deployment"]["spec"]["template"]["spec"]

    assert _paths(spec["initContainers"][0]) == ["/package", "/tmp", "/share"]


def _paths(container: dict[str, Any]) -> list[str]:
    return [mount["mountPath"] for mount in container["volumeMounts"]]


def _objects(offers: Offers, pod: Placement | None = None, **changes: Any) -> dict[str, Any]:
    placement = ServicePlacement(pod=pod or POD, **changes)
    identity = Identity("abc", "default", "cells", 1)
    made = manifests(identity, PACKAGE, placement, offers, ("192.0.2.7",))
    return {one["kind"]: one for one in made}


def _version(found: dict[str, Any], kind: str) -> str | None:
    return found[kind]["apiVersion"] if kind in found else None
