"""Why a pod does not start, or how it ended, told from its status and its events.

What is known is in tables: each row is a sign that Kubernetes gives and the reason that it
stands for. Every reason is an error with a sentence; whether the same may go well another
time is the error's `retryable`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from aileron.core.errors import AileronError, InvalidInput, StepFailed, Unavailable

ReasonName = Literal[
    "image_unavailable",
    "misconfigured",
    "unschedulable",
    "out_of_memory",
    "evicted",
    "node_lost",
    "pod_deleted",
    "pod_deadline",
    "crashed",
]
Pod = Mapping[str, Any]
Events = Sequence[Mapping[str, Any]]

OVERDUE: Final = 60.0
"""How long after its grace a pod may be ending before its node is taken for lost, seconds."""

_IMAGE: Final = frozenset(
    {"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName",
     "ImageInspectError", "RegistryUnavailable"}
)  # fmt: skip
_CONFIG: Final = frozenset(
    {
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
        "CreateSandboxError",
    }
)
_CANNOT_RUN: Final = frozenset({"StartError", "ContainerCannotRun"})
_NO_LAUNCHER: Final = re.compile(
    r"No module named '?aileron|exec: \"python\": executable file not found"
)
"""What is said of an image that cannot run what a step's pod runs."""
_LOST: Final = frozenset({"NodeLost", "NodeShutdown", "Shutdown", "Terminated", "NodeAffinity"})
_PASSING: Final = re.compile(
    r"timeout|timed out|deadline exceeded|connection re|no route|unreachable|temporary|"
    r"too many requests|server misbehaving|EOF|\b50[0234]\b|registry unavailable",
    re.IGNORECASE,
)
"""Problems that are the network's, not those of an image, a volume or a Secret."""
_OWN_DISK: Final = re.compile(
    r"ephemeral local storage usage exceeds|local ephemeral storage limit|"
    r"EmptyDir volume .* exceeds"
)
"""The kubelet's words for a pod that used more of the disk than its limit allows."""
_MOUNTED: Final = frozenset({"Pulling", "Pulled", "Created"})
"""Events that come only once all volumes are there."""


@dataclass(frozen=True)
class Reason:
    """Why a pod cannot start or has ended, in one word and as an error."""

    name: ReasonName
    error: AileronError
    exit_code: int | None = None


def cannot_start(
    pod: Pod, events: Events, patience: float, now: datetime | None = None
) -> Reason | None:
    """Why a pod that has not ended will never run, or is lost; None while it may go well.

    Args:
        patience: how long it may wait for a node, and then for what may come by itself, seconds.
    """
    moment = now or datetime.now(UTC)
    for look in (_lost, _waiting):
        reason = look(pod, events, moment)
        if reason is not None:
            return reason
    if _seconds_waited(pod, moment) < patience:
        return None
    return _not_scheduled(pod, events) or _not_mounted(pod, events) or _not_configured(pod)


def ended(pod: Pod | None, events: Events, subject: str, last_lines: str) -> Reason:
    """How a pod ended that left no result.

    Args:
        pod: None if it is gone.
        subject: the step or the service that it ran.
        last_lines: of its log.
    """
    if pod is None:
        return _deleted(subject)
    for look in (_by_status, _by_container):
        reason = look(pod, subject, last_lines)
        if reason is not None:
            return reason
    lost = _lost(pod, events, datetime.now(UTC))
    if lost is not None:
        return lost
    if pod["metadata"].get("deletionTimestamp"):
        return _deleted(subject)
    error = StepFailed("cluster.pod_ended", subject=subject, code="-", last_lines=last_lines or "-")
    return Reason("crashed", error)


def from_outside(pod: Pod | None, events: Events, subject: str) -> Reason:
    """Why a pod was told to end that nobody here told."""
    reason = ended(pod, events, subject, "")
    return reason if reason.name in ("evicted", "node_lost", "pod_deadline") else _deleted(subject)


# Before it runs


def _waiting(pod: Pod, events: Events, _: datetime) -> Reason | None:
    """By what the kubelet says that the container waits for."""
    for status in _containers(pod):
        waiting = status.get("state", {}).get("waiting") or {}
        sign, said = waiting.get("reason"), waiting.get("message") or ""
        if sign in _IMAGE:
            return _no_image(status["image"], sign, _pull_problem(events) or said)
        if sign in _CONFIG and not _PASSING.search(said):
            return _misconfigured(said or sign)
    return None


def _no_image(image: str, sign: str, problem: str) -> Reason | None:
    passing = _PASSING.search(problem)
    if passing and sign == "ErrImagePull":
        return None  # the kubelet tries again by itself
    kind = Unavailable if passing else InvalidInput
    message = "cluster.image_not_fetched" if passing else "cluster.no_image"
    return Reason("image_unavailable", kind(message, image=image, problem=_plain(problem or sign)))


def _not_configured(pod: Pod) -> Reason | None:
    """By what the kubelet still says that goes away by itself as a rule."""
    for status in _containers(pod):
        waiting = status.get("state", {}).get("waiting") or {}
        if waiting.get("reason") in _CONFIG:
            return _misconfigured(waiting["message"])
    return None


def _misconfigured(problem: str) -> Reason:
    passing = _PASSING.search(problem)
    kind = Unavailable if passing else InvalidInput
    message = "cluster.not_started_now" if passing else "cluster.misconfigured"
    return Reason("misconfigured", kind(message, problem=_plain(problem)))


def _plain(problem: str) -> str:
    """What Kubernetes said, to stand within a sentence."""
    return problem.strip().rstrip(".")


def _pull_problem(events: Events) -> str:
    """What the kubelet said of the pull; the status says less once it has given up for a while."""
    told = [str(event.get("message", "")) for event in events if event.get("reason") == "Failed"]
    return next((text for text in reversed(told) if text.startswith("Failed to pull")), "")


def _not_scheduled(pod: Pod, events: Events) -> Reason | None:
    """By the scheduler's condition or event, which says what each node is short of."""
    condition = _condition(pod, "PodScheduled")
    if condition.get("status") != "False":
        return None
    said = [e.get("message", "") for e in events if e.get("reason") == "FailedScheduling"]
    problem = _plain(condition.get("message") or (said[-1] if said else "-"))
    error = Unavailable("cluster.unschedulable", wanted=_wanted(pod, problem), problem=problem)
    return Reason("unschedulable", error)


def _wanted(pod: Pod, problem: str) -> str:
    """What of the pod's wishes no node can meet, as ``cpu 64, memory 1024Mi``."""
    asked = pod["spec"]["containers"][0].get("resources", {}).get("requests", {})
    short = dict.fromkeys(re.findall(r"Insufficient ([\w./-]*\w)", problem))
    wishes = [f"{name} {asked[name]}" if name in asked else name for name in short]
    wishes += [name for pattern, name in _SIGNS if re.search(pattern, problem)]
    return ", ".join(wishes) or "-"


_SIGNS: Final = (
    (r"node selector|node affinity", "nodeSelector"),
    (r"taint", "tolerations"),
    (r"persistentvolumeclaim|PersistentVolumeClaim|volume node affinity", "volumes"),
    (r"Too many pods", "pods"),
    (r"unschedulable", "cordon"),
)


def _not_mounted(pod: Pod, events: Events) -> Reason | None:
    """A volume that cannot be mounted keeps a pod waiting without a word in its status."""
    signs = {event.get("reason") for event in events}
    if pod["status"].get("phase") != "Pending" or signs & _MOUNTED:
        return None
    told = [str(e.get("message", "")) for e in events if e.get("reason") == "FailedMount"]
    lasting = [problem for problem in told if not _PASSING.search(problem)]
    return _misconfigured((lasting or told)[-1]) if told else None


# When it has ended


def is_lost(pod: Pod, now: datetime | None = None) -> bool:
    """Whether nobody can tell any more what the pod does."""
    status, ending = pod["status"], pod["metadata"].get("deletionTimestamp")
    if status.get("phase") == "Unknown" or status.get("reason") == "NodeLost":
        return True
    return bool(ending) and _seconds_since(ending, now or datetime.now(UTC)) > OVERDUE


def _lost(pod: Pod, _: Events, now: datetime) -> Reason | None:
    if not is_lost(pod, now):
        return None
    node = pod["spec"].get("nodeName", "-")
    return Reason("node_lost", Unavailable("cluster.node_lost", node=node))


def _by_status(pod: Pod, subject: str, _: str) -> Reason | None:
    status, node = pod["status"], pod["spec"].get("nodeName", "-")
    sign, said = status.get("reason"), status.get("message") or "-"
    if sign == "Evicted" and _OWN_DISK.search(said):
        error = StepFailed("cluster.disk_exceeded", subject=subject, problem=_plain(said))
        return Reason("evicted", error)
    if sign == "Evicted" or _condition(pod, "DisruptionTarget").get("status") == "True":
        problem = said if sign else _condition(pod, "DisruptionTarget").get("message", "-")
        return _evicted(node, problem)
    if sign == "DeadlineExceeded":
        seconds = pod["spec"].get("activeDeadlineSeconds", "-")
        error = StepFailed("cluster.deadline", subject=subject, seconds=seconds)
        return Reason("pod_deadline", error)
    if sign in _LOST:
        return Reason("node_lost", Unavailable("cluster.node_lost", node=node))
    if sign and sign.startswith("OutOf"):  # the node filled up between plan and start
        return _evicted(node, said)
    return None


def _evicted(node: str, problem: str) -> Reason:
    error = Unavailable("cluster.evicted", node=node, problem=_plain(problem))
    return Reason("evicted", error)


def _by_container(pod: Pod, subject: str, last_lines: str) -> Reason | None:
    for status in _containers(pod):
        done = status.get("state", {}).get("terminated")
        if not done:
            continue
        code, sign = done.get("exitCode"), done.get("reason")
        if sign == "OOMKilled":
            limit = pod["spec"]["containers"][0]["resources"]["limits"]["memory"]
            error: AileronError = StepFailed("cluster.out_of_memory", subject=subject, limit=limit)
            return Reason("out_of_memory", error, code)
        if _NO_LAUNCHER.search(done.get("message") or ""):
            image = InvalidInput("cluster.no_launcher", image=status["image"])
            return Reason("misconfigured", image, code)
        if sign in _CANNOT_RUN:
            return _misconfigured(done.get("message") or sign)
        said = last_lines or str(done.get("message") or "-")
        error = StepFailed("cluster.pod_ended", subject=subject, code=code, last_lines=said)
        return Reason("crashed", error, code)
    return None


def _deleted(subject: str) -> Reason:
    return Reason("pod_deleted", Unavailable("cluster.pod_deleted", subject=subject))


# Reading


def _containers(pod: Pod) -> list[Mapping[str, Any]]:
    status = pod["status"]
    return [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]


def _condition(pod: Pod, kind: str) -> Mapping[str, Any]:
    conditions: Sequence[Mapping[str, Any]] = pod["status"].get("conditions") or ()
    return next((one for one in conditions if one["type"] == kind), {})


def _seconds_waited(pod: Pod, now: datetime) -> float:
    """Since a node took it, or as none has, since it was made."""
    scheduled = _condition(pod, "PodScheduled")
    taken = scheduled.get("lastTransitionTime") if scheduled.get("status") == "True" else None
    return _seconds_since(taken or pod["metadata"].get("creationTimestamp"), now)


def _seconds_since(stamp: str | None, now: datetime) -> float:
    if not stamp:
        return 0.0
    return (now - datetime.fromisoformat(stamp)).total_seconds()
