"""The port for places where a step can run. `aileron.run.conformance` checks each of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from aileron.run.request import Request
from aileron.run.result import Result

OnLog = Callable[[str], None]
OnMetric = Callable[[str, int, float], None]
"""Name, step, value."""


class Runner(ABC):
    """Runs one request to its end.

    A runner keeps what it ran apart from itself: nothing that a step does ends or blocks
    the runner, and everything that a step started has ended when `run` returns or raises.
    When the process that called `run` has died, the step ends too, or works on until somebody
    asks for the same, who is then given that work: it never runs twice at a time.
    """

    @abstractmethod
    def run(
        self,
        request: Request,
        *,
        on_log: OnLog | None = None,
        on_metric: OnMetric | None = None,
        platform: Mapping[str, str] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Result:
        """Execute `request` and return how it ended; a failed step is a result, not an error.

        Args:
            request: what to do; written to its folder by the runner.
            on_log: called with each line of output soon after it was written.
            on_metric: called with each point of a curve.
            platform: `Settings.environment`, for effects and waits. Never written to a file.
                A runner whose place must not have it refuses.
            cancelled: asked again and again; once true, the step is stopped and the
                result says so.

        Raises:
            Refused: the place does not take effects and waits.
            Unavailable: the place cannot run anything now, or what runs there is out of reach.
        """
