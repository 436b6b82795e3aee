"""uvicorn with a drain at its end, for gateways that are several behind one address.

Told to stop, it says so at ``/readyz`` and closes each connection after its answer, so that
clients go over to the others; then it stops listening and answers what is open.
"""

from __future__ import annotations

from time import monotonic
from types import FrameType

import uvicorn

from aileron.gateway.app import Gateway


class Server(uvicorn.Server):
    """Serves `gateway` until told to stop, and for `drain_seconds` longer."""

    def __init__(self, config: uvicorn.Config, gateway: Gateway, drain_seconds: float) -> None:
        super().__init__(config)
        self._gateway = gateway
        self._drain_seconds = drain_seconds
        self._leave_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        del sig, frame
        if self._leave_at is None:
            self._gateway.leaving = True
            self._leave_at = monotonic() + self._drain_seconds
        else:
            self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        if self._leave_at is not None and monotonic() >= self._leave_at:
            self.should_exit = True
        return await super().on_tick(counter)
