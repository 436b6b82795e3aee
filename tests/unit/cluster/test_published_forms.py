"""What no test cluster offers is at least of the form that Kubernetes publishes for it.

The client library's models are made from the newest published API. A field that they do not
know is lost on the way through them, so what comes back equal has no such field.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from kubernetes.client import ApiClient
from plugins.references import reference

from aileron.cluster.access import Offers
from aileron.cluster.placement import (
    Placement,
    Resources,
    StoreAccess,
    Toleration,
    Volume,
)
from aileron.cluster.pods import pod_manifest
from aileron.cluster.serving import ServicePlacement
from aileron.core.ports import ArtifactKind
from aileron.deploy.gateway_pods import gateway_manifests, ledger_secret
from aileron.deploy.manifests import Identity, manifests

NEWEST = Offers(
    (1, 36),
    frozenset(
        {("policy/v1", "PodDisruptionBudget"), ("autoscaling/v2", "HorizontalPodAutoscaler")}
    ),
)
POD = Placement(
    pool="shared",
    namespace="training",
    image="trainer:1",
    pull_secrets=("registry",),
    resources=Resources(cpu=2, memory_mb=4096, gpu=1, shm_mb=512, ephemeral_mb=2048),
    store=StoreAccess(uri="/store", volume=Volume(mount="/store", claim="store"), secret="s3"),
    volumes=(Volume(mount="/share", host_path="/mnt/share", sub_path="a", read_only=True),),
    node_selector={"zone": "a"},
    tolerations=(Toleration(key="gpu", operator="Exists", effect="NoSchedule"),),
    priority_class="training",
)
MODELS = {
    "Deployment": "V1Deployment",
    "HorizontalPodAutoscaler": "V2HorizontalPodAutoscaler",
    "NetworkPolicy": "V1NetworkPolicy",
    "Pod": "V1Pod",
    "PodDisruptionBudget": "V1PodDisruptionBudget",
    "Secret": "V1Secret",
    "Service": "V1Service",
    "ServiceAccount": "V1ServiceAccount",
}
Manifest = dict[str, Any]


class Body(NamedTuple):
    """As much of an answer as the library reads."""

    data: str


def all_manifests() -> list[Manifest]:
    identity = Identity("abc", "default", "cells", 1)
    package = reference("a", ArtifactKind.PACKAGE)
    placement = ServicePlacement(pod=POD, replicas=2, max_replicas=4)
    pod = pod_manifest(POD, name="aileron-a-1", command=["python"], seconds=99.5)
    return [
        pod,
        *manifests(identity, package, placement, NEWEST, ("192.0.2.7",)),
        *gateway_manifests(POD, NEWEST),
        ledger_secret(POD, "postgresql://u:p@db.example/aileron"),
    ]


@pytest.mark.parametrize("given", all_manifests(), ids=lambda given: str(given["kind"]))
def test_an_object_has_the_published_form(given: Manifest) -> None:
    api = ApiClient()
    read = api.deserialize(Body(json.dumps(given)), MODELS[given["kind"]])
    assert api.sanitize_for_serialization(read) == json.loads(json.dumps(given))


def test_every_kind_is_looked_at() -> None:
    assert {given["kind"] for given in all_manifests()} == set(MODELS)
