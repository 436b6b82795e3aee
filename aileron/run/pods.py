"""Executions in pods, as the blocking runner and Airflow's operator share them.

An execution has a name, which is its pod's and its exchange's, and follows from the
installation, the project, the key and the action: who asks for the same finds the pod that is
at work and adopts it. A new name is taken only once the earlier pod was seen ended or gone, so
there are never two pods at work for one key. Nothing here waits, except `clean`.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aileron.cluster import labels, objects, reasons
from aileron.cluster.access import TIMEOUT, Cluster, answering
from aileron.cluster.placement import Placement
from aileron.cluster.pods import WORK, check_variables, pod_manifest
from aileron.cluster.reasons import Reason
from aileron.core.digest import digest_json
from aileron.core.errors import (
    AileronError,
    InvalidInput,
    Refused,
    StepFailed,
    Unavailable,
    preferred_language,
)
from aileron.run import gang
from aileron.run.exchange import NO_STORE, Exchange, attempts, checkpoint_prefix, forget
from aileron.run.gang_node import NODE_ENDED
from aileron.run.logs import last_lines, numbered
from aileron.run.request import Request
from aileron.run.result import Exit, ExitReason, Result
from aileron.run.runner import OnLog, OnMetric
from aileron.store import Store

DEADLINE_MARGIN: Final = 900.0
"""How much later than the step's own limit the cluster ends a pod, seconds."""
GONE_SECONDS: Final = 120.0
"""How long `clean` waits for a pod to go."""
LAST_WORDS: Final = 20
"""Lines of another of several pods that the log gets if that ended badly."""
Manifest = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """One look at a pod, as the API gives it."""

    pod: Mapping[str, Any] | None
    """None if there is none, or none any more."""
    events: list[dict[str, Any]]


# Starting


def place(request: Request) -> Cluster:
    """The cluster on which `request` runs."""
    return Cluster(placement_of(request).context)


def placement_of(request: Request) -> Placement:
    """Where `request` runs.

    Raises:
        InvalidInput: it does not say.
    """
    if request.placement is None:
        raise InvalidInput("run.no_placement", step=request.step)
    return request.placement


def find(request: Request, store: Store, cluster: Cluster) -> str | None:
    """The execution of the request's subject that is at work, or succeeded and lies uncollected."""
    for name in _known(request, store, cluster):
        result = Exchange(store, name).result()
        if result is not None:
            if result.state == "succeeded":
                return name
        elif not ended(look(cluster, placement_of(request).namespace, name)):
            return name
    return None


def start(request: Request, store: Store, cluster: Cluster) -> tuple[str, bool]:
    """The name of the execution of `request`, and whether it was at work already.

    Raises:
        InvalidInput: the request cannot run in a pod.
        Refused: the cluster does not take the pod.
        Unavailable: cluster or store do not answer, or the namespace's quota is used up.
    """
    found = find(request, store, cluster)
    if found is not None:
        return found, True
    for name in _known(request, store, cluster):
        clean(request, store, cluster, name)
    manifest = prepare(request, store, cluster)
    made = _create(cluster, manifest)
    if made is not None:
        _create_others(request, cluster, manifest, made)
    return manifest["metadata"]["name"], made is None


def prepare(request: Request, store: Store, cluster: Cluster) -> Manifest:
    """The manifest of the first pod for `request`, whose exchange is written; none is created."""
    placement = placement_of(request)
    check_variables(request.env)
    name = f"{_base(request)}-{1 + max(map(_attempt, _known(request, store, cluster)), default=0)}"
    uri = placement.store.uri or request.store
    asked = request.model_copy(update={"store": uri, "folder": Path(WORK, "run")})
    Exchange(store, name).write_request(asked)
    grace = request.limits.grace_seconds or 0
    manifest = pod_manifest(
        placement,
        name=name,
        command=["python", "-P", "-m", "aileron.run.pod", uri, name],
        seconds=request.limits.seconds + DEADLINE_MARGIN + grace,
        grace_seconds=grace,
        labels=_labels(request),
        annotations={labels.RUN: request.subject.run_id} if request.subject else {},
        env={"AILERON_LANG": preferred_language()},
    )
    return gang.addressed(manifest) if request.nodes > 1 else manifest


def _labels(request: Request) -> dict[str, str]:
    carried = {
        **labels.MANAGED,
        labels.KEY: _base(request),
        labels.POOL: placement_of(request).pool,
    }
    subject = request.subject
    if subject is not None:
        carried |= {
            labels.INSTALLATION: subject.installation,
            labels.PROJECT: subject.project,
            labels.LIFECYCLE: subject.lifecycle,
            labels.NODE: subject.node,
        }
    return carried


def _base(request: Request) -> str:
    """What the names of all attempts at `request` begin with."""
    subject = request.subject
    if subject is None:
        return f"aileron-{digest_json(request.folder)[:12]}"
    what = [subject.installation, subject.project, subject.key, request.action]
    return f"aileron-{digest_json(what)[:12]}"


def _known(request: Request, store: Store, cluster: Cluster) -> list[str]:
    """Names of the attempts at `request` that have a pod or an exchange."""
    base = _base(request)
    mine = {labels.KEY: base}
    if request.subject is not None:
        mine[labels.INSTALLATION] = request.subject.installation
    namespace = placement_of(request).namespace
    pods = objects.listed(cluster, "v1", "Pod", namespace, labels.selector(mine))
    return sorted(attempts(store, base) | {pod["metadata"]["name"] for pod in pods}, key=_attempt)


def _attempt(name: str) -> int:
    return int(name.rpartition("-")[2])


def _create_others(
    request: Request, cluster: Cluster, first: Manifest, made: Mapping[str, Any]
) -> None:
    """Create the other pods of several; if one is refused, the first takes the rest along."""
    try:
        for manifest in gang.members(first, made, request.nodes):
            _create(cluster, manifest)
    except AileronError:
        stop(cluster, first["metadata"]["namespace"], first["metadata"]["name"], 0)
        raise


def _create(cluster: Cluster, manifest: Manifest) -> dict[str, Any] | None:
    """Create the pod; None if there is one of that name."""
    try:
        return objects.create(cluster, manifest)
    except Refused as error:
        problem = str(error.values.get("problem"))
        if "exceeded quota" in problem:
            raise Unavailable("cluster.quota_used_up", problem=problem) from None
        raise


# Watching


def look(cluster: Cluster, namespace: str, name: str) -> Seen:
    """The pod as it is, with its events unless all is well.

    Raises:
        Unavailable: the API server does not answer; ask again.
    """
    pod = objects.read(cluster, "v1", "Pod", namespace, name)
    if pod is None or pod["status"].get("phase") in ("Running", "Succeeded"):
        return Seen(pod, [])
    selector = f"involvedObject.uid={pod['metadata']['uid']}"
    with answering(f"events of {namespace}/{name}"):
        found = cluster.core.list_namespaced_event(
            namespace, field_selector=selector, _request_timeout=TIMEOUT
        )
        events = cluster.api.sanitize_for_serialization(found.items)
    return Seen(pod, sorted(events, key=lambda event: event.get("lastTimestamp") or ""))


def ended(seen: Seen) -> bool:
    """Whether the pod is gone, or will do nothing more."""
    return seen.pod is None or seen.pod["status"].get("phase") in ("Succeeded", "Failed")


def trouble(seen: Seen, patience: float) -> Reason | None:
    """Why a pod that has not ended will never run, or is lost; None while it may go well.

    Args:
        patience: how long it may wait for a node, seconds.
    """
    if seen.pod is None:
        return None
    return reasons.cannot_start(seen.pod, seen.events, patience)


class Follower:
    """Copies the log and the metrics of an execution as they come.

    Args:
        request: its folder gets the canonical log and the metrics.
        told: number of the last line that was called back before; earlier ones are copied only.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        request: Request,
        on_log: OnLog | None = None,
        on_metric: OnMetric | None = None,
        told: int = 0,
    ) -> None:
        self.lines = 0
        """Number of the last line that was copied."""
        self._exchange = Exchange(store, name)
        self._log = request.log_path.open("w", encoding="utf-8")
        self._metrics = request.metrics_path.open("w", encoding="utf-8")
        self._points = 0
        self._on_log = on_log
        self._on_metric = on_metric
        self._told = told

    def pump(self) -> int:
        """Copy what has come since the last call; the number of new lines."""
        before = self.lines
        while lines := self._exchange.lines_after(self.lines):
            self._log.writelines(f"{line}\n" for line in lines)
            for number, line in enumerate(lines, self.lines + 1):
                if self._on_log is not None and number > self._told:
                    self._on_log(line.split(" ", 2)[2])
            self.lines += len(lines)
        self._log.flush()
        while lines := self._exchange.lines_after(self._points, "metrics"):
            self._metrics.writelines(f"{line}\n" for line in lines)
            if self._on_metric is not None:
                for point in map(json.loads, lines):
                    self._on_metric(point["name"], point["step"], point["value"])
            self._points += len(lines)
        return self.lines - before

    def say(self, text: str) -> None:
        """Add what we have to say, after all that the pod wrote."""
        for line in text.split("\n"):
            self.lines += 1
            self._log.write(numbered(self.lines, line) + "\n")
            if self._on_log is not None:
                self._on_log(line)

    def close(self) -> None:
        self._log.close()
        self._metrics.close()


# Ending


def collect(
    request: Request,
    store: Store,
    name: str,
    seen: Seen,
    follower: Follower,
    cancelled: bool = False,
    blamed: Reason | None = None,
) -> Result:
    """How the execution ended, with the rest of its log; an error of ours is the last line.

    Of several pods the log is that of the first; if another is the reason, its last lines
    follow.

    Args:
        cancelled: we ended it. A pod that was told to end by others says what they did.
        blamed: what another of several pods ended of (`aileron.run.gang_watch`).
    """
    follower.pump()  # the pod may have written while it was looked at
    result = _result(request, store, name, seen, cancelled)
    if blamed is not None and result.state == "failed" and not cancelled:
        result = _failed(Exit(exit_code=blamed.exit_code), blamed.name, blamed.error)
    error = result.raised()
    if error is not None and error.message_id == NODE_ENDED:
        for line in _last_words(Exchange(store, name, error.values["node"])):
            follower.say(line)
        follower.say(str(error))
    elif error is not None and result != Exchange(store, name).result():
        follower.say(str(error))
    return result


def _last_words(exchange: Exchange) -> list[str]:
    """The last lines of a pod whose log is not that of the execution, with its number."""
    last: deque[str] = deque(maxlen=LAST_WORDS)
    position = 0
    while lines := exchange.lines_after(position):
        last.extend(line.split(" ", 2)[2] for line in lines)
        position += len(lines)
    return [f"[{exchange.node}] {line}" for line in last]


def _result(request: Request, store: Store, name: str, seen: Seen, cancelled: bool) -> Result:
    """As the pod wrote it, else as its status and events tell."""
    result = Exchange(store, name).result()
    if result is None:
        return _without_result(request, seen, cancelled)
    if result.exit.reason == "cancelled" and not cancelled:
        reason = reasons.from_outside(seen.pod, seen.events, request.step)
        return _failed(result.exit, reason.name, reason.error)
    return result


def _without_result(request: Request, seen: Seen, cancelled: bool) -> Result:
    if cancelled:
        return _failed(Exit(), "cancelled", StepFailed("run.cancelled", step=request.step))
    told = _termination(seen.pod)
    if told is not None:
        why: ExitReason = "store_unreachable" if isinstance(told, Unavailable) else "error"
        return _failed(Exit(exit_code=NO_STORE), why, told)
    lines = "\n".join(last_lines(request.log_path))
    reason = trouble(seen, 0) if not ended(seen) else None
    if reason is None:
        reason = reasons.ended(seen.pod, seen.events, request.step, lines)
    exit_ = Exit(exit_code=reason.exit_code)
    if reason.name == "out_of_memory":
        limit = placement_of(request).resources.memory_mb
        exit_ = exit_.model_copy(update={"peak_memory_mb": limit, "limit_mb": limit})
    return _failed(exit_, reason.name, reason.error)


def _failed(exit_: Exit, reason: ExitReason, error: AileronError) -> Result:
    ending = exit_.model_copy(update={"reason": reason})
    return Result(state="failed", error=error.to_dict(), exit=ending)


def _termination(pod: Mapping[str, Any] | None) -> AileronError | None:
    """The last words of a pod that could not leave them in the store."""
    for status in (pod or {}).get("status", {}).get("containerStatuses") or ():
        done = status["state"].get("terminated") or {}
        if done.get("exitCode") == NO_STORE:
            with suppress(ValueError, KeyError):
                return AileronError.from_dict(json.loads(done["message"]))
    return None


def stop(cluster: Cluster, namespace: str, name: str, grace_seconds: int | None = None) -> None:
    """Tell the pod to end; what it has written until then stays in the exchange."""
    objects.delete(cluster, "v1", "Pod", namespace, name, grace_seconds)


def gone(cluster: Cluster, namespace: str, name: str) -> bool:
    """Whether there is no such pod any more."""
    return objects.read(cluster, "v1", "Pod", namespace, name) is None


def clean(
    request: Request, store: Store, cluster: Cluster, name: str, result: Result | None = None
) -> None:
    """Remove the pod and its exchange; of a good `result` the checkpoint too.

    Raises:
        Unavailable: the pod does not go, or the API server or the store do not answer.
    """
    namespace = placement_of(request).namespace
    exchange = Exchange(store, name)
    seen_ended = _end(cluster, namespace, name) or exchange.result() is not None
    exchange.remove(lost=request.subject is not None and not seen_ended)
    if result is not None and result.state == "succeeded":
        forget(store, _base(request))
        prefix = checkpoint_prefix(request)
        if prefix is not None:
            store.remove_objects(prefix)


def _end(cluster: Cluster, namespace: str, name: str) -> bool:
    """Delete the pod and wait until it is gone; whether it surely has ended.

    One that has ended goes at once. One whose node is lost is given up.
    """
    until = time.monotonic() + GONE_SECONDS
    seen = look(cluster, namespace, name)
    sure = seen.pod is not None
    while seen.pod is not None:
        lost = reasons.is_lost(seen.pod)
        sure = sure and not lost
        at_once = lost or ended(seen)
        if at_once or not seen.pod["metadata"].get("deletionTimestamp"):
            stop(cluster, namespace, name, 0 if at_once else None)
        if time.monotonic() > until:
            raise Unavailable("run.pod_stays", name=name)
        time.sleep(0.2)
        seen = look(cluster, namespace, name)
    return sure
