"""The gateway's objects, and its address by the type of its Service."""

from __future__ import annotations

from typing import Any

import pytest

from aileron.cluster import objects
from aileron.cluster.access import Cluster, Offers
from aileron.cluster.placement import Placement
from aileron.core.errors import Language, Unavailable
from aileron.deploy.gateway_pods import (
    LEDGER_VERSION,
    apply_gateway,
    gateway_address,
    gateway_manifests,
)

POD = Placement(pool="tests", namespace="cells", image="server:1")
URL = "postgresql://u:p@db.example/aileron"
NONE = Offers((1, 20), frozenset())


class Offering(Cluster):
    """A cluster that is never asked: the tests' own functions stand for its objects."""

    offers = NONE


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The objects that the cluster has, by kind; what is applied gets a new version each time."""
    found: dict[str, Any] = {}

    def apply(_: Cluster, manifest: dict[str, Any]) -> dict[str, Any]:
        kind = manifest["kind"]
        known = found.get(kind, {"metadata": {"resourceVersion": "0"}})
        version = int(known["metadata"]["resourceVersion"])
        if {**known, "metadata": None} != {**manifest, "metadata": None}:
            version += 1
        metadata = {**manifest["metadata"], "resourceVersion": str(version)}
        found[kind] = {**manifest, "metadata": metadata}
        return dict(found[kind])

    def read(_: Cluster, version: str, kind: str, *names: str) -> Any:
        return found.get(kind)

    def listed(_: Cluster, version: str, kind: str, *names: str) -> list[Any]:
        return list(found.get(f"{kind}s", []))

    monkeypatch.setattr(objects, "apply", apply)
    monkeypatch.setattr(objects, "read", read)
    monkeypatch.setattr(objects, "listed", listed)
    return found


def test_another_ledger_makes_other_pods_and_the_same_does_not(there: dict[str, Any]) -> None:
    def template(url: str) -> Any:
        apply_gateway(Offering(), POD, url)
        return there["Deployment"]["spec"]["template"]

    first = template(URL)

    assert template(URL) == first
    assert template(URL.replace("db", "other")) != first
    assert "example" not in str(first), "what is secret stays in the Secret"


def test_objects_for_other_hands_say_nothing_of_a_secret_that_is_theirs() -> None:
    (deployment,) = (one for one in gateway_manifests(POD, NONE) if one["kind"] == "Deployment")

    assert LEDGER_VERSION not in str(deployment)


AVAILABLE = {
    "metadata": {"generation": 1},
    "spec": {"replicas": 1},
    "status": {"observedGeneration": 1, "updatedReplicas": 1, "availableReplicas": 1},
}
READY = {"type": "Ready", "status": "True"}
PODS = [
    {"metadata": {}, "status": {"hostIP": "192.0.2.1"}},
    {"metadata": {}, "status": {"hostIP": "192.0.2.2", "conditions": [READY]}},
]


@pytest.mark.parametrize(
    ("spec", "status", "address"),
    [
        ({"type": "ClusterIP", "clusterIP": "10.0.0.7"}, {}, "10.0.0.7:8080"),
        ({"type": "NodePort", "ports": [{"nodePort": 30080}]}, {}, "192.0.2.2:30080"),
        ({"type": "LoadBalancer"}, {"ingress": [{"ip": "192.0.2.9"}]}, "192.0.2.9:8080"),
        ({"type": "LoadBalancer"}, {"ingress": [{"hostname": "lb.example"}]}, "lb.example:8080"),
    ],
)
def test_the_address_is_one_that_the_type_of_service_has(
    there: dict[str, Any], spec: dict[str, Any], status: dict[str, Any], address: str
) -> None:
    there |= {"Deployment": AVAILABLE, "Pods": PODS}
    there["Service"] = {"spec": spec, "status": {"loadBalancer": status}}

    assert gateway_address(Offering(), POD, 0) == f"http://{address}"


@pytest.mark.parametrize(
    "service", [None, {"spec": {"type": "LoadBalancer"}, "status": {"loadBalancer": {}}}]
)
def test_a_gateway_without_an_address_says_so(there: dict[str, Any], service: Any) -> None:
    there |= {"Deployment": AVAILABLE, "Pods": PODS, "Service": service}

    with pytest.raises(Unavailable, match="its Service has no address"):
        gateway_address(Offering(), POD, 0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_silent_gateway_is_told_with_where_it_was_asked(language: Language) -> None:
    error = Unavailable("deploy.gateway_silent", where="http://10.1.2.3:8080", problem="refused")

    assert "http://10.1.2.3:8080" in error.render(language)
