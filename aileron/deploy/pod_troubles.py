"""What keeps a revision's pods from serving, in one sentence, and whether that will pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from aileron.cluster import objects
from aileron.cluster.access import Cluster
from aileron.cluster.reasons import cannot_start, ended
from aileron.core.errors import AileronError, Refused, StepFailed

PATIENCE: Final = 20.0
"""A pod may wait for a node so long, seconds; then the release is given up."""
Pod = Mapping[str, Any]


def last_trouble(cluster: Cluster, pods: Sequence[Pod], subject: str) -> AileronError | None:
    """Why one of `pods` will not serve; None while all may."""
    for pod in pods:
        if pod["metadata"].get("deletionTimestamp") or is_ready(pod):
            continue
        events = _events(cluster, pod)
        reason = cannot_start(pod, events, PATIENCE)
        crashed = None if reason else next(_crashes(pod), None)
        if crashed is not None:
            reason = ended(crashed, events, subject, "")
        if reason is not None and reason.name == "crashed" and crashed is not None:
            return _crash(crashed, reason.exit_code)
        if reason is not None:
            return reason.error
    return None


def refused_pods(deployment: Mapping[str, Any]) -> AileronError | None:
    """Why the cluster makes no pods for the Deployment: a quota, or a rule of admission."""
    for condition in (deployment.get("status") or {}).get("conditions") or ():
        if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
            name = deployment["metadata"]["name"]
            return Refused("cluster.refused", subject=name, problem=condition["message"])
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
