"""The rights in `docker/kubernetes/rights` suffice for pods of steps, services and quotas."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from plugins.cluster import Cluster
from plugins.cluster_services import ClusterPlatform, make_cluster_platform
from plugins.releases import SERVICE, make_platform
from plugins.waiting import wait_until

from aileron.client import LocalClient
from aileron.cluster import access, objects
from aileron.cluster.capacity import Capacity
from aileron.cluster.pools import Pool
from aileron.cluster.usage import sync_quota
from aileron.core.errors import Refused
from aileron.deploy.orphans import find_orphans, sites
from aileron.deploy.targets import Targets
from aileron.ledger import Ledger
from aileron.run.conformance import RUNNER_CHECKS
from aileron.run.conformance.runners import Bench

RIGHTS = Path(__file__).parents[3] / "docker" / "kubernetes" / "rights" / "rbac.yaml"


@pytest.fixture
def rights(
    cluster: Cluster, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The kubeconfig of an account with those rights; KUBECONFIG is it, during the test."""
    text = RIGHTS.read_text(encoding="utf-8").replace("NAMESPACE", namespace)
    cluster.kubectl("apply", "-f", "-", given=text)
    config = yaml.safe_load(cluster.kubeconfig.read_text(encoding="utf-8"))
    config["users"][0]["user"] = {"token": token(cluster, namespace)}
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", str(file))
    return file


def token(cluster: Cluster, namespace: str) -> str:
    """Of the account `aileron`, from a Secret that the cluster fills in."""
    annotations = {"kubernetes.io/service-account.name": "aileron"}
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "aileron-token", "annotations": annotations},
        "type": "kubernetes.io/service-account-token",
    }
    cluster.kubectl("-n", namespace, "apply", "-f", "-", given=json.dumps(secret))
    path = ("-n", namespace, "get", "secret", "aileron-token", "-o", "jsonpath={.data.token}")
    end = time.monotonic() + 120
    while not (found := cluster.kubectl(*path)):
        assert time.monotonic() < end
        time.sleep(0.2)
    return base64.b64decode(found).decode()


@pytest.fixture
def platform(
    rights: Path,
    ledger_url: str,
    ledger: Ledger,
    tmp_path: Path,
    environments: Path,
    cluster: Cluster,
    namespace: str,
    server_image: str,
) -> Iterator[ClusterPlatform]:
    """A running platform whose servers have those rights."""
    made = make_platform(ledger_url, ledger, tmp_path, environments)
    platform = make_cluster_platform(made, cluster, namespace, server_image)
    platform.start_supervisor()
    platform.start_gateway()
    yield platform
    platform.end()


def test_the_account_may_do_nothing_elsewhere(rights: Path) -> None:
    with pytest.raises(Refused):
        objects.listed(access.Cluster(), "v1", "Pod", "kube-system")


def test_a_step_runs_in_a_pod(rights: Path, pods_bench: Bench) -> None:
    next(iter(RUNNER_CHECKS.values()))(pods_bench)


def test_requests_are_checked_and_quotas_are_kept(rights: Path, namespace: str) -> None:
    document = {
        "apiVersion": "aileron/v1",
        "kind": "Pool",
        "name": "lab",
        "namespace": namespace,
        "images": {"trainer": "localhost/none:1"},
        "sizes": {"small": {"cpu": 0.1, "memory_mb": 64}},
        "default_size": "small",
    }
    pool = Pool.model_validate(document | {"quota": {"pods": 50}})
    cluster = access.Cluster()
    Capacity(cluster).check_pool(pool)
    assert sync_quota(cluster, pool)
    assert sync_quota(cluster, Pool.model_validate(document))


def test_a_service_is_released_told_of_stopped_and_deleted(
    platform: ClusterPlatform, ledger: Ledger
) -> None:
    platform.release(1, placement=platform.placed(max_replicas=2))
    assert platform.answer() == "v1"
    with LocalClient.of(platform.settings) as client:
        assert "tiny service begins" in client.service_logs(SERVICE).text
        client.stop_service(SERVICE)
        client.delete_service(SERVICE)
    kinds = "deployments,services,serviceaccounts,networkpolicies,poddisruptionbudgets"
    wait_until(lambda: not platform.objects(f"{kinds},horizontalpodautoscalers"), 60, "it is gone")
    targets = Targets(platform.settings, lambda: ledger.installation)
    assert [one for site in sites(ledger) for one in find_orphans(ledger, targets, site)] == []
