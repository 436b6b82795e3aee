"""Runs a step in a pod and waits for it, as Airflow's operator does without waiting.

What the pod writes is copied to the request's folder as it comes. If this process dies, the
pod works on, and the next one that asks for the same adopts it; a process that was only held
up then leaves the pod to that one.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from aileron.cluster.access import Cluster
from aileron.core.errors import Refused, Unavailable
from aileron.run import gang_watch, pods
from aileron.run.exchange import Exchange, pause_after
from aileron.run.request import Request
from aileron.run.result import Result
from aileron.run.runner import OnLog, OnMetric, Runner
from aileron.store import Store, open_store

SILENCE: Final = 300.0
"""How long the API server or the store may be away before the pod is left alone, seconds."""
LONGEST_PAUSE: Final = 2.0
"""Between looks at the pod, seconds."""


class KubernetesRunner(Runner):
    """Runs components in the pods that their requests' placements describe.

    Effects and waits are refused: they hold the platform's credentials, which no pod is given.
    """

    def run(
        self,
        request: Request,
        *,
        on_log: OnLog | None = None,
        on_metric: OnMetric | None = None,
        platform: Mapping[str, str] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Result:
        if platform is not None:
            raise Refused("run.not_in_pods", step=request.step)
        started = time.monotonic()
        request.write()
        cluster, store = pods.place(request), open_store(request.store)
        name, _ = pods.start(request, store, cluster)
        follower = pods.Follower(store, name, request, on_log, on_metric)
        watch = _Watch(request, store, cluster, name, follower)
        try:
            result = watch.follow(cancelled)
            watch.clean(result)
        except Unavailable:
            raise  # the pod may be at work, and is adopted by who asks again
        except BaseException:
            watch.clean()
            raise
        finally:
            follower.close()
        result.write(request.result_path)
        return result.model_copy(update={"seconds": time.monotonic() - started})


@dataclass
class _Watch:
    """Follows one pod to its end, and ends it when it must end."""

    request: Request
    store: Store
    cluster: Cluster
    name: str
    follower: pods.Follower
    cancelled: bool = False
    """Whether we ended it."""
    owner: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        self._exchange = Exchange(self.store, self.name)
        self._exchange.take(self.owner)

    def clean(self, result: Result | None = None) -> None:
        """Remove what is left, unless another follows it by now. What cannot be removed is told."""
        until = time.monotonic() + SILENCE
        while True:
            try:
                if self._exchange.belongs_to(self.owner):
                    pods.clean(self.request, self.store, self.cluster, self.name, result)
            except Unavailable as error:
                if time.monotonic() < until:
                    time.sleep(1.0)
                    continue
                self.follower.say(str(error))
            return

    def follow(self, cancelled: Callable[[], bool] | None) -> Result:
        """How it ended.

        Raises:
            Unavailable: cluster or store are away for long; the pod may be at work.
        """
        silent_since: float | None = None
        began = time.monotonic()
        while True:
            try:
                result = self._look(cancelled)
                silent_since = None
            except Unavailable:
                silent_since = silent_since or time.monotonic()
                if time.monotonic() - silent_since > SILENCE:
                    raise
                result = None
            if result is not None:
                return result
            time.sleep(min(LONGEST_PAUSE, pause_after(time.monotonic() - began)))

    def _look(self, cancelled: Callable[[], bool] | None) -> Result | None:
        """How the execution ended, None if it has not."""
        placement = pods.placement_of(self.request)
        namespace = placement.namespace
        done = self._exchange.result() is not None
        seen = pods.look(self.cluster, namespace, self.name)
        patience = placement.start_seconds
        blamed = gang_watch.trouble(self.request, self.store, self.cluster, self.name, patience)
        self.follower.pump()
        over = done or pods.ended(seen) or (pods.trouble(seen, patience) or blamed) is not None
        if not over and not self.cancelled and cancelled is not None and cancelled():
            self.cancelled = True
            over = not self._exchange.belongs_to(self.owner)
            if not over:
                pods.stop(self.cluster, namespace, self.name)
        if not over:
            return None
        return pods.collect(
            self.request, self.store, self.name, seen, self.follower, self.cancelled, blamed
        )
