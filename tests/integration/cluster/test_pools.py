"""Pools on a real cluster: what is refused, what is in use, what is enforced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from plugins.cluster import Cluster, NewNamespace
from plugins.history import History
from plugins.pool_pods import pool_text, sleep_in_pool
from plugins.slot_pools import SlotPools

from aileron.client import LocalClient
from aileron.client.local import Installation
from aileron.cluster.capacity import Capacity
from aileron.cluster.pools import Pool
from aileron.core.errors import Conflict, InvalidInput, NotFound, Refused, Unavailable
from aileron.lifecycle import lint, resolve
from aileron.lifecycle.fitting import check_pods


@pytest.fixture
def client(history: History, slot_pools: SlotPools, cluster: Cluster) -> Iterator[LocalClient]:
    """An administrator's, of an installation whose Airflow has pools."""
    settings = history.settings.model_copy(update={"airflow_url": slot_pools.url})
    with LocalClient(Installation(settings), language="en") as client:
        yield client


def changes(client: LocalClient) -> list[str]:
    """What syncing pool `shared` has changed, in order."""
    events = reversed(client.events("pool:shared"))
    return [str((one.after or {})["changed"]) for one in events if one.verb == "pool.synced"]


def findings(history: History) -> list[str]:
    return [f"{one.severity}: {one}" for one in lint(history.settings, "fruit")]


def test_a_sound_pool_has_no_findings(history: History, namespace: str) -> None:
    history.workspace.pool(pool_text(namespace))
    assert findings(history) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("quota:", "node_selector: {disk: none}\nquota:"), "No node of the cluster takes these"),
        (("quota:", "priority_class: nobody\nquota:"), "no priority class nobody"),
        (("cpu: 1, memory_mb: 2048", "cpu: 3, memory_mb: 2048"), r"asks for cpu: 3, .*Sizes that"),
        (("default_size: cpu-1x2\nquota: {cpu: 3, memory_mb: 8192, gpu: 0}",
          "default_size: gpu-1"), r"nvidia.com/gpu: 1, .* fit: cpu-1x2 \(cpu: 1, memory_mb"),
    ],
)  # fmt: skip
def test_what_no_node_can_ever_hold_is_refused(
    history: History, namespace: str, change: tuple[str, str], sentence: str
) -> None:
    history.workspace.pool(pool_text(namespace, change))
    plan = resolve(history.settings, "fruit", run_id="r", actor="li", store=history.store)
    with pytest.raises((InvalidInput, NotFound), match=sentence):
        check_pods(history.settings, plan.graph, pytest.fail)
    (found,) = findings(history)
    assert found.startswith("error")
    assert "fruit.yaml:8" in found


def test_a_namespace_that_is_not_there_is_refused(history: History, cluster: Cluster) -> None:
    history.workspace.pool()
    (found,) = findings(history)
    assert "error" in found
    assert "The cluster has no namespace aileron-shared" in found


def test_a_silent_cluster_is_a_note_and_no_refusal(
    history: History, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.workspace.pool(pool_text(namespace))
    monkeypatch.setenv("KUBECONFIG", "/nowhere/config")
    (found,) = findings(history)
    assert found.startswith("warning")
    notes: list[str] = []
    plan = resolve(history.settings, "fruit", run_id="r", actor="li", store=history.store)
    check_pods(history.settings, plan.graph, notes.append)
    assert "no way to a Kubernetes cluster" in notes[0]


def test_a_started_run_is_refused_by_what_the_cluster_has(
    client: LocalClient, history: History, namespace: str, slot_pools: SlotPools
) -> None:
    history.workspace.pool(pool_text(namespace, ("quota: {cpu: 3", "quota: {cpu: 64")))
    with pytest.raises(InvalidInput, match="the largest nodes that it may use have"):
        client.start("fruit", {"runtime.resources.train.cpu": 64})
    assert slot_pools.pools == {}


def test_a_pool_is_online_after_it_was_synced(
    client: LocalClient, history: History, new_namespace: NewNamespace, slot_pools: SlotPools
) -> None:
    history.workspace.pool_file(pool_text(new_namespace()))
    before = client.pool("shared")
    assert before.state == "abnormal"
    assert "Run `aileron pool sync shared`" in (before.reason or "")
    after = client.sync_pool("shared")
    assert (after.state, after.reason) == ("online", None)
    made = slot_pools.pools["aileron_shared"]
    assert (made["slots"], made["include_deferred"]) == (2, True)
    assert changes(client) == ["quota", "slots"]


def test_an_account_of_the_namespace_alone_sees_no_nodes_and_is_well(
    client: LocalClient,
    history: History,
    new_namespace: NewNamespace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(self: Capacity, pool: Pool) -> None:
        raise Refused("cluster.refused", subject=pool.namespace, problem="forbidden")

    monkeypatch.setattr(Capacity, "check_pool", refuse)
    history.workspace.pool_file(pool_text(new_namespace()))
    found = client.sync_pool("shared")
    assert (found.state, found.nodes) == ("online", ())


def test_a_second_sync_changes_nothing(
    client: LocalClient, history: History, new_namespace: NewNamespace, slot_pools: SlotPools
) -> None:
    history.workspace.pool_file(pool_text(new_namespace()))
    client.sync_pool("shared")
    client.sync_pool("shared")
    assert slot_pools.writes == 1
    assert changes(client) == ["quota", "slots"]


def test_what_a_sync_did_before_airflow_was_silent_is_told(
    history: History, new_namespace: NewNamespace
) -> None:
    history.workspace.pool_file(pool_text(new_namespace()))
    settings = history.settings.model_copy(update={"airflow_url": "http://127.0.0.1:9"})
    with LocalClient(Installation(settings), language="en") as client:
        assert client.pool("shared").state == "abnormal"
        with pytest.raises(Unavailable):
            client.sync_pool("shared")
        assert changes(client) == ["quota"]
        assert client.pool("shared").state == "online", "what was seen before is forgotten"


def test_the_cluster_enforces_the_quota_as_the_file_says_it_now(
    client: LocalClient, history: History, new_namespace: NewNamespace, cluster: Cluster
) -> None:
    namespace = new_namespace()

    def hard() -> str:
        return cluster.kubectl(
            "get", "resourcequota", "-n", namespace, "-o", "jsonpath={.items[*].spec.hard}"
        )

    history.workspace.pool_file(pool_text(namespace))
    client.sync_pool("shared")
    assert '"requests.cpu":"3"' in hard()
    assert '"limits.memory":"8Gi"' in hard()
    assert '"requests.nvidia.com/gpu":"0"' in hard()
    history.workspace.pool_file(pool_text(namespace, ("cpu: 3, memory_mb: 8192, gpu: 0", "cpu: 2")))
    client.sync_pool("shared")
    assert '"requests.cpu":"2"' in hard()
    assert "memory" not in hard()
    quota = ("quota: {cpu: 3, memory_mb: 8192, gpu: 0}\n", "")
    history.workspace.pool_file(pool_text(namespace, quota))
    client.sync_pool("shared")
    assert hard() == ""


def test_two_pools_of_one_namespace_cannot_have_a_quota(
    client: LocalClient, history: History, namespace: str
) -> None:
    text = pool_text(namespace)
    history.workspace.pool_file(text)
    history.workspace.write("configs/pools/broken.yaml", "kind: Pool")
    history.workspace.write("configs/pools/other.yaml", text.replace("name: shared", "name: other"))
    with pytest.raises(Conflict, match="Pools shared and other have the same namespace"):
        client.sync_pool("shared")


def test_a_pool_without_a_quota_leaves_its_neighbours_alone(
    client: LocalClient, history: History, new_namespace: NewNamespace, cluster: Cluster
) -> None:
    namespace = new_namespace()
    text = pool_text(namespace)
    history.workspace.pool_file(text)
    client.sync_pool("shared")
    other = text.replace("name: shared", "name: other").replace("quota:", "# quota:")
    history.workspace.write("configs/pools/other.yaml", other)
    assert client.sync_pool("other").state == "online"
    assert "aileron-pool" in cluster.kubectl("get", "resourcequota", "-n", namespace)


def test_a_pool_that_was_renamed_takes_its_quota_over(
    client: LocalClient, history: History, new_namespace: NewNamespace, cluster: Cluster
) -> None:
    namespace = new_namespace()
    before = history.workspace.pool_file(pool_text(namespace))
    client.sync_pool("shared")
    before.unlink()
    less = ("cpu: 3, memory_mb: 8192, gpu: 0", "cpu: 2")
    fresh = pool_text(namespace, ("name: shared", "name: fresh"), less)
    history.workspace.write("configs/pools/fresh.yaml", fresh)
    assert client.sync_pool("fresh").state == "online"
    hard = cluster.kubectl("get", "resourcequota", "-n", namespace, "-o", "yaml")
    assert 'requests.cpu: "2"' in hard
    assert "memory" not in hard


def test_what_runs_in_the_pool_is_counted_and_named(
    client: LocalClient, history: History, new_namespace: NewNamespace
) -> None:
    namespace = new_namespace()
    history.workspace.pool_file(pool_text(namespace))
    sleep_in_pool(namespace, "mine", project="default", lifecycle="fruit", node="train")
    sleep_in_pool(namespace, "foreign", pool="other")
    pool = client.pool("shared")
    (pod,) = pool.pods
    assert (pod.kind, pod.name, pod.node, pod.run_id) == (
        "node",
        "mine",
        "train",
        "default/fruit/1",
    )
    assert (pod.cpu, pod.memory_mb) == (0.1, 64)
    used = {one.name: (one.used, one.quota, one.free) for one in pool.amounts}
    assert used == {
        "cpu": (0.1, 3, 2.9),
        "memory_mb": (64, 8192, 8128),
        "gpu": (0, 0, 0),
        "pods": (1, None, None),
    }
    (node,) = pool.nodes
    assert node.ready
    assert node.cpu >= 1
