"""Runs each request where its placement says: in a pod, or without one on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aileron.run.request import Request
from aileron.run.result import Result
from aileron.run.runner import OnLog, OnMetric, Runner


class PlacedRunner(Runner):
    """Has others run.

    Args:
        here: for requests without a placement.
        elsewhere: for those with one.
    """

    def __init__(self, here: Runner, elsewhere: Runner) -> None:
        self._here = here
        self._elsewhere = elsewhere

    def run(
        self,
        request: Request,
        *,
        on_log: OnLog | None = None,
        on_metric: OnMetric | None = None,
        platform: Mapping[str, str] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Result:
        runner = self._here if request.placement is None else self._elsewhere
        return runner.run(
            request, on_log=on_log, on_metric=on_metric, platform=platform, cancelled=cancelled
        )
