"""What keeps a revision's pods from serving, in one sentence, and whether that will pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aileron.cluster import objects
from aileron.cluster.access import Cluster
from aileron.cluster.reasons import cannot_start, ended
from aileron.core.errors import AileronError, Refused, StepFailed

Pod = Mapping[str, Any]


class Trouble(NamedTuple):
    """What keeps a pod from serving."""

    error: AileronError
    hopeless: bool
    """Whether to wait any longer is of no use."""


def last_trouble(
    cluster: Cluster, pods: Sequence[Pod], subject: str, patience: float
) -> Trouble | None:
    """Why one of `pods` does not serve, a hopeless one before others; None if all is well.

    Args:
        patience: how long a pod may wait for a node, seconds.
    """
    waiting = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
    found = [
        trouble
        for pod in waiting
        if not is_ready(pod) and (trouble := _trouble(cluster, pod, subject, patience))
    ]
    return max(found, key=lambda trouble: trouble.hopeless, default=None)


def _trouble(cluster: Cluster, pod: Pod, subject: str, patience: float) -> Trouble | None:
    events = _events(cluster, pod)
    reason = cannot_start(pod, events, patience)
    if reason is not None:
        return Trouble(reason.error, hopeless=True)
    crashed = next(_crashes(pod), None)
    if crashed is not None:
        reason = ended(crashed, events, subject, "")
        error = _crash(crashed, reason.exit_code) if reason.name == "crashed" else reason.error
        return Trouble(error, hopeless=True)
    reason = cannot_start(pod, events, 0)
    return None if reason is None else Trouble(reason.error, hopeless=False)


def refused_pods(deployment: Mapping[str, Any]) -> Trouble | None:
    """Why the cluster makes no pods for the Deployment: a quota, or a rule of admission."""
    for condition in (deployment.get("status") or {}).get("conditions") or ():
        if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
            name = deployment["metadata"]["name"]
            error = Refused("cluster.refused", subject=name, problem=condition["message"])
            return Trouble(error, hopeless=True)
    return None


def is_ready(pod: Pod) -> bool:
    """Whether it gets requests."""
    conditions = pod["status"].get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def is_available(deployment: Mapping[str, Any]) -> bool:
    """Whether all pods that the Deployment is to have are ready, as its manifest is now."""
    status = deployment.get("status") or {}
    seen = status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]
    wanted = deployment["spec"]["replicas"]
    updated = status.get("updatedReplicas", 0) >= wanted
    return bool(seen and updated and status.get("availableReplicas", 0) >= wanted)


def _crash(pod: Pod, code: int | None) -> AileronError:
    (statuses,) = pod["status"].values()
    words = statuses[0]["state"]["terminated"].get("message") or "-"
    return StepFailed("deploy.pod_crashed", code=code, last_lines=words.strip())


def _crashes(pod: Pod) -> Iterator[Pod]:
    """The pod as it was when a container of it ended for the second time in a row."""
    for kind in ("initContainerStatuses", "containerStatuses"):
        for status in pod["status"].get(kind) or ():
            state = status.get("state") or {}
            if "waiting" in state:
                state = status.get("lastState") or {}
            if "terminated" in state and status["restartCount"] and not status["ready"]:
                yield {**pod, "status": {kind: [{**status, "state": state}]}}


def _events(cluster: Cluster, pod: Pod) -> list[dict[str, Any]]:
    metadata = pod["metadata"]
    fields = f"involvedObject.name={metadata['name']}"
    return objects.listed(cluster, "v1", "Event", metadata["namespace"], fields=fields)
