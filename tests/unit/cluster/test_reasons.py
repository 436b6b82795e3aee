"""Each sign that Kubernetes gives has its sentence, in both languages."""

# ruff: noqa: ISC004 - long sentences in a table

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from aileron.cluster import reasons
from aileron.cluster.reasons import Reason

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LINES = "epoch 1\nTraceback"


def pod(
    status: dict[str, Any], *, ending: str | None = None, requests: dict[str, str] | None = None
) -> dict[str, Any]:
    """A pod of 12:00."""
    amounts = requests or {"cpu": "500m", "memory": "512Mi"}
    container = {"name": "base", "resources": {"requests": amounts, "limits": amounts}}
    metadata = {"name": "aileron-1", "creationTimestamp": "2026-11-21T11:58:00Z"}
    if ending:
        metadata["deletionTimestamp"] = ending
    return {
        "metadata": metadata,
        "spec": {"nodeName": "node1", "activeDeadlineSeconds": 960, "containers": [container]},
        "status": {"phase": "Pending", **status},
    }


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    state = {"waiting": {"reason": reason, "message": message}}
    return {"containerStatuses": [{"name": "base", "image": "localhost/t:1", "state": state}]}


def terminated(code: int, reason: str = "Error", message: str = "") -> dict[str, Any]:
    state = {"terminated": {"exitCode": code, "reason": reason, "message": message}}
    statuses = [{"name": "base", "image": "localhost/t:1", "state": state}]
    return {"phase": "Failed", "containerStatuses": statuses}


def unschedulable(message: str) -> dict[str, Any]:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    return {"conditions": [condition | {"message": message}]}


def event(reason: str, message: str) -> dict[str, Any]:
    return {"reason": reason, "message": message}


SHORT = "0/3 nodes are available: 1 node(s) had taint {a: b}, 2 Insufficient cpu."
NOT_FOUND = 'Failed to pull image "localhost/t:1": rpc error: not found'
LATE = "failed to sync secret cache: timed out waiting for the condition"
LATE_VOLUME = "Unable to attach or mount volumes: timed out waiting for the condition"
NO_FOLDER = "hostPath type check failed: /data is not a directory"
NO_ROUTE = 'Failed to pull image "localhost/t:1": dial tcp 10.0.0.1:443: i/o timeout'

CANNOT_START = [
    (
        pod(waiting("ErrImagePull", "rpc error: not found")),
        [event("Failed", NOT_FOUND), event("Failed", "Error: ErrImagePull")],
        "image_unavailable",
        False,
        f"The image localhost/t:1 cannot be had: {NOT_FOUND}. Correct its name in the pool, load "
        "it onto the nodes, or give the pool a pull secret.",
        f"无法获得镜像 localhost/t:1：{NOT_FOUND}。请在资源池中更正镜像名，把镜像装载到节点上，"
        "或为资源池配置拉取凭据。",
    ),
    (
        pod(waiting("ErrImageNeverPull", "image is not present with pull policy of Never")),
        [],
        "image_unavailable",
        False,
        "The image localhost/t:1 cannot be had: image is not present with pull policy of Never. "
        "Correct its name in the pool, load it onto the nodes, or give the pool a pull secret.",
        "无法获得镜像 localhost/t:1：image is not present with pull policy of Never。"
        "请在资源池中更正镜像名，把镜像装载到节点上，或为资源池配置拉取凭据。",
    ),
    (
        pod(waiting("ImagePullBackOff", "Back-off pulling image")),
        [event("Failed", NO_ROUTE)],
        "image_unavailable",
        True,
        f"The image localhost/t:1 could not be fetched now: {NO_ROUTE}. Run again once the "
        "registry can be reached from the nodes.",
        f"暂时无法拉取镜像 localhost/t:1：{NO_ROUTE}。待节点可以访问镜像仓库后，请重新运行。",
    ),
    (
        pod(waiting("CreateContainerConfigError", 'secret "store" not found')),
        [],
        "misconfigured",
        False,
        'The cluster cannot start the container: secret "store" not found. Correct the pool, or '
        "make what it names.",
        '集群无法启动容器：secret "store" not found。请更正资源池的配置，或创建其中所引用的对象。',
    ),
    (
        pod(waiting("CreateContainerConfigError", LATE)),
        [],
        "misconfigured",
        True,
        f"The cluster could not start the container until now: {LATE}. Run it again; if this "
        "lasts, look at the node and at what the pool names.",
        f"集群至今未能启动容器：{LATE}。请重新运行；若持续如此，请检查节点以及资源池中所引用的对象。",
    ),
    (
        pod({}),
        [event("FailedMount", LATE_VOLUME)],
        "misconfigured",
        True,
        f"The cluster could not start the container until now: {LATE_VOLUME}. Run it again; if "
        "this lasts, look at the node and at what the pool names.",
        f"集群至今未能启动容器：{LATE_VOLUME}。"
        "请重新运行；若持续如此，请检查节点以及资源池中所引用的对象。",
    ),
    (
        pod({}),
        [event("FailedMount", NO_FOLDER), event("FailedMount", LATE_VOLUME)],
        "misconfigured",
        False,
        "The cluster cannot start the container: hostPath type check failed: /data is not a "
        "directory. Correct the pool, or make what it names.",
        "集群无法启动容器：hostPath type check failed: /data is not a directory。"
        "请更正资源池的配置，或创建其中所引用的对象。",
    ),
    (
        pod(unschedulable(SHORT), requests={"cpu": "64", "memory": "1Gi"}),
        [],
        "unschedulable",
        True,
        f"No node can take the pod; wanting: cpu 64, tolerations. The scheduler says: {SHORT} Ask "
        "for less, choose another pool, or wait until something ends, then run again.",
        f"没有节点可以接收该 Pod，欠缺：cpu 64, tolerations。调度器说：{SHORT[:-1]}。"
        "请减少所请求的资源、换用其他资源池，或等待其他任务结束后重新运行。",
    ),
    (
        pod({"phase": "Unknown"}),
        [],
        "node_lost",
        True,
        "Node node1 went away or no longer answers, and the pod with it. Run it again; it goes on "
        "from its last checkpoint if it has one.",
        "节点 node1 已离线或不再响应，其上的 Pod 也随之丢失。"
        "请重新运行；若有检查点，将从最近的检查点继续。",
    ),
    (
        pod({"phase": "Running"}, ending="2026-11-21T11:58:30Z"),
        [],
        "node_lost",
        True,
        "Node node1 went away or no longer answers, and the pod with it. Run it again; it goes on "
        "from its last checkpoint if it has one.",
        "节点 node1 已离线或不再响应，其上的 Pod 也随之丢失。"
        "请重新运行；若有检查点，将从最近的检查点继续。",
    ),
]

ENDED = [
    (
        pod(terminated(137, "OOMKilled")),
        "out_of_memory",
        False,
        "The pod of train.x used all of its 512Mi of memory and was stopped by the kernel. Choose "
        "a bigger size, raise `resources.memory_mb`, or give it less data.",
        "train.x 的 Pod 用尽了 512Mi 内存，被内核终止。"
        "请选择更大的规格、调高 `resources.memory_mb`，或减少数据量。",
    ),
    (
        pod({"phase": "Failed", "reason": "Evicted", "message": "low on resource: memory."}),
        "evicted",
        True,
        "The pod was evicted from node node1: low on resource: memory. Run it again; it goes on "
        "from its last checkpoint if it has one.",
        "Pod 被节点 node1 驱逐：low on resource: memory。"
        "请重新运行；若有检查点，将从最近的检查点继续。",
    ),
    (
        pod(
            {
                "phase": "Failed",
                "reason": "Evicted",
                "message": "Pod ephemeral local storage usage exceeds the total limit of "
                "containers 64Mi. ",
            }
        ),
        "evicted",
        False,
        "The pod of train.x wrote more to its node's disk than it was given: Pod ephemeral local "
        "storage usage exceeds the total limit of containers 64Mi. Give it more `ephemeral_mb`, "
        "or let it write less.",
        "train.x 的 Pod 写入节点磁盘的数据超出其配额：Pod ephemeral local storage usage exceeds "
        "the total limit of containers 64Mi。请调高 `ephemeral_mb`，或减少写入。",
    ),
    (
        pod(
            {
                "phase": "Failed",
                "conditions": [
                    {"type": "DisruptionTarget", "status": "True", "message": "preempting"}
                ],
            }
        ),
        "evicted",
        True,
        "The pod was evicted from node node1: preempting. Run it again; it goes on from its last "
        "checkpoint if it has one.",
        "Pod 被节点 node1 驱逐：preempting。请重新运行；若有检查点，将从最近的检查点继续。",
    ),
    (
        pod({"phase": "Failed", "reason": "OutOfcpu", "message": "Node didn't have enough cpu"}),
        "evicted",
        True,
        "The pod was evicted from node node1: Node didn't have enough cpu. Run it again; it goes "
        "on from its last checkpoint if it has one.",
        "Pod 被节点 node1 驱逐：Node didn't have enough cpu。"
        "请重新运行；若有检查点，将从最近的检查点继续。",
    ),
    (
        pod({"phase": "Failed", "reason": "DeadlineExceeded", "message": "Pod was active"}),
        "pod_deadline",
        False,
        "The pod of train.x was still there after 960 s and was ended by the cluster. Raise "
        "`limits.seconds`, or give it less to do.",
        "train.x 的 Pod 运行超过 960 秒，被集群终止。请调高 `limits.seconds`，或减少工作量。",
    ),
    (
        pod({"phase": "Failed", "reason": "NodeLost"}),
        "node_lost",
        True,
        "Node node1 went away or no longer answers, and the pod with it. Run it again; it goes on "
        "from its last checkpoint if it has one.",
        "节点 node1 已离线或不再响应，其上的 Pod 也随之丢失。"
        "请重新运行；若有检查点，将从最近的检查点继续。",
    ),
    (
        pod(terminated(1, "Error", "/usr/bin/python: No module named aileron")),
        "misconfigured",
        False,
        "The image localhost/t:1 cannot run steps: it has no Python with Aileron in it. Build it "
        "on the pool's trainer image.",
        "镜像 localhost/t:1 无法运行步骤：其中没有带 Aileron 的 Python。"
        "请以资源池的训练镜像为基础构建。",
    ),
    (
        pod(terminated(128, "StartError", 'exec: "python": executable file not found in $PATH')),
        "misconfigured",
        False,
        "The image localhost/t:1 cannot run steps: it has no Python with Aileron in it. Build it "
        "on the pool's trainer image.",
        "镜像 localhost/t:1 无法运行步骤：其中没有带 Aileron 的 Python。"
        "请以资源池的训练镜像为基础构建。",
    ),
    (
        pod(terminated(128, "StartError", 'exec: "python": not found')),
        "misconfigured",
        False,
        'The cluster cannot start the container: exec: "python": not found. Correct the pool, or '
        "make what it names.",
        '集群无法启动容器：exec: "python": not found。请更正资源池的配置，或创建其中所引用的对象。',
    ),
    (
        pod(terminated(3)),
        "crashed",
        False,
        "The pod of train.x ended with code 3 and left no result. Last lines of its log:\n" + LINES,
        "train.x 的 Pod 以代码 3 结束，且没有留下结果。日志最后几行：\n" + LINES,
    ),
    (
        None,
        "pod_deleted",
        True,
        "The pod of train.x was deleted by somebody else before it had ended. Run it again; it "
        "goes on from its last checkpoint if it has one.",
        "train.x 的 Pod 在结束之前被他人删除。请重新运行；若有检查点，将从最近的检查点继续。",
    ),
]


def check(reason: Reason | None, name: str, retryable: bool, en: str, zh: str) -> None:
    assert reason is not None
    assert (reason.name, reason.error.retryable) == (name, retryable)
    assert reason.error.render("en") == en
    assert reason.error.render("zh") == zh


@pytest.mark.parametrize(("seen", "events", "name", "retryable", "en", "zh"), CANNOT_START)
def test_why_a_pod_does_not_start(
    seen: Any, events: Any, name: str, retryable: bool, en: str, zh: str
) -> None:
    check(reasons.cannot_start(seen, events, 60, NOW), name, retryable, en, zh)


@pytest.mark.parametrize(("seen", "name", "retryable", "en", "zh"), ENDED)
def test_how_a_pod_ended(seen: Any, name: str, retryable: bool, en: str, zh: str) -> None:
    check(reasons.ended(seen, [], "train.x", LINES), name, retryable, en, zh)


@pytest.mark.parametrize(
    ("seen", "events"),
    [
        (pod({"phase": "Running"}), []),
        (pod(waiting("ContainerCreating")), []),
        (pod(waiting("ErrImagePull", "dial tcp: i/o timeout")), []),
        (pod({"phase": "Running"}, ending="2026-11-21T11:59:50Z"), []),
        (pod({}), [event("FailedMount", NO_FOLDER), event("Pulling", "a large image")]),
    ],
)
def test_what_may_still_go_well_has_no_reason(seen: Any, events: Any) -> None:
    assert reasons.cannot_start(seen, events, 60, NOW) is None


@pytest.mark.parametrize(
    ("seen", "events"),
    [
        (pod(unschedulable(SHORT)), []),
        (pod(waiting("CreateContainerConfigError", LATE)), []),
        (pod({}), [event("FailedMount", LATE_VOLUME)]),
    ],
)
def test_what_may_come_by_itself_is_given_time(seen: Any, events: Any) -> None:
    assert reasons.cannot_start(seen, events, 300, NOW) is None
    assert reasons.cannot_start(seen, events, 100, NOW) is not None


def test_the_time_begins_anew_when_a_node_has_been_found() -> None:
    found = {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-11-21T11:59:30Z"}
    seen = pod({"conditions": [found]})
    assert reasons.cannot_start(seen, [event("FailedMount", NO_FOLDER)], 100, NOW) is None


@pytest.mark.parametrize(
    ("seen", "name"),
    [
        (None, "pod_deleted"),
        (pod({"phase": "Running"}, ending="2026-11-21T11:59:50Z"), "node_lost"),
        (pod(terminated(1)), "pod_deleted"),
        (pod({"phase": "Failed", "reason": "Evicted"}), "evicted"),
    ],
)
def test_a_pod_that_was_told_to_end_says_by_what(seen: Any, name: str) -> None:
    assert reasons.from_outside(seen, [], "train.x").name == name
