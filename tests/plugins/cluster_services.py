"""A platform whose releases go to the tests' cluster: what `releases` has, with a placement.

Packages are those of `tiny_service`, fetched and started by the real server image.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from plugins.cluster import Cluster, NewNamespace
from plugins.releases import PROJECT, SERVICE, Platform, make_platform

from aileron.cluster.placement import Placement, Resources, StoreAccess, Volume
from aileron.cluster.serving import ServicePlacement
from aileron.ledger import Ledger


@dataclass
class ClusterPlatform(Platform):
    """A platform with a namespace."""

    cluster: Cluster | None = None
    namespace: str = ""

    def placed(self, **changes: Any) -> ServicePlacement:
        """The placement of releases, with another image, replicas or resources."""
        assert self.placement is not None
        pod = {k: changes.pop(k) for k in ("image", "resources") if k in changes}
        return self.placement.model_copy(
            update={"pod": self.placement.pod.model_copy(update=pod), **changes}
        )

    def kubectl(self, *words: str) -> str:
        assert self.cluster is not None
        return self.cluster.kubectl("--namespace", self.namespace, *words)

    def objects(self, kind: str, service: str = SERVICE) -> list[dict[str, Any]]:
        """Those of the service, by name."""
        selector = f"aileron.io/project={PROJECT},aileron.io/service={service}"
        said = self.kubectl("get", kind, "--selector", selector, "-o", "json")
        found: list[dict[str, Any]] = json.loads(said)["items"]
        return found

    def write_pool(self, name: str = "tests") -> None:
        """A pool's file with what the releases' placement has."""
        assert self.placement is not None
        pod = self.placement.pod
        document = {
            "apiVersion": "aileron/v1",
            "kind": "Pool",
            "name": name,
            "namespace": self.namespace,
            "images": {"trainer": pod.image, "server": pod.image},
            "sizes": {"small": {"cpu": pod.resources.cpu, "memory_mb": pod.resources.memory_mb}},
            "default_size": "small",
            "quota": {"pods": 3},
        }
        path = self.settings.workspace / "configs" / "pools" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(document))


def make_cluster_platform(
    made: Platform, cluster: Cluster, namespace: str, image: str
) -> ClusterPlatform:
    """`made` with a placement of small pods, which mount its store."""
    store = made.settings.store_root
    Path(store).mkdir(parents=True)
    pod = Placement(
        pool="tests",
        namespace=namespace,
        image=image,
        resources=Resources(cpu=0.1, memory_mb=128),
        store=StoreAccess(uri=store, volume=Volume(mount=store, host_path=store, read_only=True)),
    )
    return ClusterPlatform(
        made.settings,
        made.ledger,
        made.work,
        placement=ServicePlacement(pod=pod, replicas=1),
        cluster=cluster,
        namespace=namespace,
    )


@pytest.fixture
def bare_cluster_platform(
    ledger_url: str,
    ledger: Ledger,
    tmp_path: Path,
    environments: Path,
    cluster: Cluster,
    new_namespace: NewNamespace,
    server_image: str,
) -> Iterator[ClusterPlatform]:
    """A platform whose servers the test starts, with a namespace of its own."""
    made = make_platform(ledger_url, ledger, tmp_path, environments)
    platform = make_cluster_platform(made, cluster, new_namespace(), server_image)
    yield platform
    platform.end()
    platform.kubectl("delete", "deployments", "--all", "--wait=false")


@pytest.fixture
def cluster_platform(bare_cluster_platform: ClusterPlatform) -> ClusterPlatform:
    """A running platform."""
    bare_cluster_platform.start_supervisor()
    bare_cluster_platform.start_gateway()
    return bare_cluster_platform
