"""Releases and roll-backs on a real cluster, under a client that never stops asking."""

from __future__ import annotations

import json
import signal
from typing import Any

import httpx
import pytest
from plugins.cluster import Cluster, NewNamespace
from plugins.cluster_services import ClusterPlatform
from plugins.references import reference
from plugins.releases import MODEL, PROJECT, SERVICE, constant_client
from plugins.waiting import wait_until

from aileron.client import LocalClient
from aileron.cluster.access import Cluster as Offered
from aileron.cluster.placement import Placement, Resources, StoreAccess, Toleration, Volume
from aileron.cluster.serving import ServicePlacement
from aileron.core.errors import Refused, StepFailed
from aileron.core.ports import ArtifactKind
from aileron.deploy.manifests import Identity, manifests
from aileron.deploy.orphans import find_orphans, sites
from aileron.deploy.pod_troubles import is_ready
from aileron.deploy.rollback import rollback
from aileron.deploy.targets import Targets
from aileron.doctor.services import examine_services
from aileron.ledger import Desired, Revision, RevisionState


def test_release_and_rollback_lose_no_request(cluster_platform: ClusterPlatform) -> None:
    platform = cluster_platform
    platform.release(1)
    with constant_client(platform.url) as traffic:
        platform.release(2)
        wait_until(lambda: platform.answer() == "v2", 10, "the new revision answers")
        champion = rollback(platform.settings, platform.ledger, PROJECT, MODEL, "zhang")
        wait_until(lambda: platform.answer() == "v1", 10, "the old revision answers again")
        wait_until(lambda: _row(platform, 2).state == RevisionState.STOPPED, 150, "it is drained")

    assert traffic.failures == []
    assert traffic.seen() == ["v1", "v2"]
    assert (champion.version, champion.fence, champion.actor) == (1, 3, "zhang")


def test_a_service_moves_from_a_process_to_the_cluster_and_back(
    cluster_platform: ClusterPlatform,
) -> None:
    platform, placed = cluster_platform, cluster_platform.placement
    platform.placement = None
    platform.release(1)
    with constant_client(platform.url) as traffic:
        platform.placement = placed
        platform.release(2)
        assert _row(platform, 2).target == "kubernetes"
        rollback(platform.settings, platform.ledger, PROJECT, MODEL, "zhang")
        wait_until(lambda: platform.answer() == "v1", 10, "the process answers again")
        wait_until(lambda: _row(platform, 2).state == RevisionState.STOPPED, 150, "it is drained")

    assert traffic.failures == []
    assert _row(platform, 1).target == "process"


PACKAGE = reference("a", ArtifactKind.PACKAGE)
FAULTS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("healthy", {"image": "localhost/nowhere:1"}, "The image localhost/nowhere:1 "),
    ("refuses", {}, "The model cannot be served: it is not a model"),
    ("never_ready", {}, "did not become healthy within 15 s"),
    (
        "healthy",
        {"resources": Resources(cpu=64, memory_mb=128), "start_seconds": 10},
        "Insufficient cpu",
    ),
    ("other_pins", {}, "click 0.0.1 (there: "),
)
"""What is wrong with a revision, and what the release must say of it."""


def test_a_revision_that_never_becomes_healthy_leaves_the_old_one_serving(
    cluster_platform: ClusterPlatform,
) -> None:
    platform = cluster_platform
    platform.release(1)
    with constant_client(platform.url) as traffic:
        for number, (mode, changes, words) in enumerate(FAULTS, 2):
            seconds = 15 if mode == "never_ready" else 90
            placement = platform.placed(**changes)
            with pytest.raises(StepFailed) as failure:
                platform.release(number, mode, placement, healthy_seconds=seconds)
            assert words in str(failure.value)
            assert _row(platform, number).desired == Desired.STOPPED

    assert traffic.failures == []
    assert traffic.seen() == ["v1"]
    wait_until(lambda: len(_at_work(platform)) == 1, 150, "nothing of them is left at work")


def test_a_pod_deleted_under_load_costs_no_request(cluster_platform: ClusterPlatform) -> None:
    platform = cluster_platform
    platform.release(1, placement=platform.placed(replicas=2))
    before = {pod["metadata"]["name"] for pod in platform.objects("pods")}
    with constant_client(platform.url) as traffic:
        platform.kubectl("delete", "pod", min(before))

        def replaced() -> bool:
            ready = {p["metadata"]["name"] for p in platform.objects("pods") if is_ready(p)}
            return len(ready) == 2 and min(before) not in ready

        wait_until(replaced, 150, "another pod came for it")

    assert traffic.failures == []
    assert _row(platform, 1).state == RevisionState.HEALTHY


def test_another_number_of_pods_is_no_other_revision(cluster_platform: ClusterPlatform) -> None:
    platform = cluster_platform
    first = platform.release(1)
    (pod,) = platform.objects("pods")

    again = platform.release(1, placement=platform.placed(replicas=2, max_replicas=3))

    assert (again.revision, again.fence) == (first.revision, first.fence)
    wait_until(lambda: platform.objects("horizontalpodautoscalers"), 30, "more come with load")

    platform.release(1, placement=platform.placed(replicas=2))
    wait_until(lambda: not platform.objects("horizontalpodautoscalers"), 30, "none for load")
    wait_until(lambda: len(_ready_pods(platform)) == 2, 150, "there are two")
    assert pod["metadata"]["name"] in _ready_pods(platform)
    assert len(platform.ledger.revisions.list(PROJECT, SERVICE)) == 1


def test_a_killed_supervisor_takes_no_pod_with_it_and_its_successor_adopts_them(
    bare_cluster_platform: ClusterPlatform,
) -> None:
    platform = bare_cluster_platform
    platform.write_pool()
    supervisor = platform.start_supervisor()
    platform.start_gateway()
    platform.release(1)
    (pod,) = platform.objects("pods")
    with constant_client(platform.url) as traffic:
        supervisor.kill()
        supervisor.wait()
        successor = platform.start_supervisor()
        address = _row(platform, 1).address
        with LocalClient.of(platform.settings) as client:
            client.scale_service(SERVICE, 2)
        wait_until(lambda: len(_ready_pods(platform)) == 2, 150, "the next one scales it")
        successor.send_signal(signal.SIGTERM)  # pods need no supervisor: they outlive it
        assert successor.wait(30) == 0

    assert traffic.failures == []
    assert pod["metadata"]["name"] in _ready_pods(platform)
    assert (_row(platform, 1).state, _row(platform, 1).address) == (RevisionState.HEALTHY, address)
    assert platform.answer() == "v1"


def test_a_service_is_stopped_started_and_deleted(cluster_platform: ClusterPlatform) -> None:
    platform = cluster_platform
    ledger, settings = platform.ledger, platform.settings
    platform.release(1)
    address = _row(platform, 1).address
    with LocalClient.of(settings) as client:
        assert (client.service(SERVICE).state, client.service(SERVICE).target) == (
            "serving",
            "kubernetes",
        )
        assert "tiny service begins" in client.service_logs(SERVICE).text
        with pytest.raises(Refused, match="Stop it first"):
            client.delete_service(SERVICE)

        client.stop_service(SERVICE)
        wait_until(lambda: _row(platform, 1).state == RevisionState.STOPPED, 150, "pods are gone")
        (stopped,) = platform.objects("deployments")
        assert stopped["spec"]["replicas"] == 0
        assert (platform.objects("pods"), client.service(SERVICE).state) == ([], "stopped")

        client.start_service(SERVICE)
        wait_until(lambda: _row(platform, 1).state == RevisionState.HEALTHY, 150, "it is back")
        assert _row(platform, 1).address == address
        wait_until(lambda: _status(platform) == 200, 10, "the gateway knows")

        client.stop_service(SERVICE)
        client.delete_service(SERVICE)
        assert client.services() == ()
    wait_until(lambda: _row(platform, 1).state == RevisionState.REMOVED, 150, "it is removed")
    assert platform.objects("deployments,services,serviceaccounts,networkpolicies") == []
    assert _status(platform) == 404
    (site,) = sites(ledger)
    assert list(find_orphans(ledger, Targets(settings, lambda: ledger.installation), site)) == []

    platform.release(2)
    assert platform.answer() == "v2"


def test_what_no_revision_wants_is_told_and_removed(
    bare_cluster_platform: ClusterPlatform,
) -> None:
    platform = bare_cluster_platform
    supervisor = platform.start_supervisor()
    platform.start_gateway()
    platform.release(1)
    supervisor.kill()
    supervisor.wait()
    platform.ledger.revisions.set_desired(PROJECT, SERVICE, 1, Desired.STOPPED)
    platform.ledger.revisions.report(PROJECT, SERVICE, 1, RevisionState.REMOVED)

    (finding,) = examine_services(platform.settings, platform.ledger)
    assert finding.health == "broken"
    assert "Deployment" in finding.says

    platform.ledger.services.set_desired(PROJECT, SERVICE, Desired.STOPPED)
    platform.start_supervisor()
    wait_until(lambda: not platform.objects("deployments,services"), 150, "they are removed")
    (finding,) = examine_services(platform.settings, platform.ledger)
    assert finding.health == "ok"


def test_the_server_takes_each_object_in_its_newest_form(
    cluster: Cluster, new_namespace: NewNamespace
) -> None:
    pod = Placement(
        pool="tests",
        namespace=new_namespace(),
        image="server:1",
        tolerations=(Toleration(key="gpu", operator="Exists", effect="NoSchedule"),),
        store=StoreAccess(uri="/store", volume=Volume(mount="/store", claim="store")),
    )
    placement = ServicePlacement(pod=pod, replicas=2, max_replicas=4)
    offers = Offered().offers
    made = manifests(Identity("abc", PROJECT, SERVICE, 1), PACKAGE, placement, offers)
    given = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(made)})

    said = cluster.kubectl("create", "--dry-run=server", "-o", "name", "-f", "-", given=given)

    kinds = {line.partition("/")[0].partition(".")[0] for line in said.split()}
    assert kinds == {
        *("serviceaccount", "networkpolicy", "service", "deployment"),
        *("poddisruptionbudget", "horizontalpodautoscaler"),
    }


def _ready_pods(platform: ClusterPlatform) -> list[str]:
    return [pod["metadata"]["name"] for pod in platform.objects("pods") if is_ready(pod)]


def _at_work(platform: ClusterPlatform) -> list[Any]:
    return [one for one in platform.objects("deployments") if one["spec"]["replicas"]]


def _status(platform: ClusterPlatform) -> int:
    return httpx.post(f"{platform.url}/predict", json={}, trust_env=False, timeout=60).status_code


def _row(platform: ClusterPlatform, number: int) -> Revision:
    revision = platform.ledger.revisions.get(PROJECT, SERVICE, number)
    assert revision is not None
    return revision
