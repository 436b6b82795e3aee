"""The trigger behind waiting tasks: asks the step again and again, in a thread of its own.

Asking runs the step in a child process, which takes a moment; the triggerer's loop, which
all other waits share, never waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from aileron.core.errors import AileronError, Unavailable


class NodeTrigger(BaseTrigger):
    """Fires when the wait `node` of run `run_id` has ended.

    The event is ``{"state": ..., "error": ...}``; the engine has recorded the node by then.
    A server that does not answer for a while is asked again.
    """

    def __init__(
        self, *, run_id: str, actor: str, node: str, attempt: int, poll_seconds: float
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.run_id = run_id
        self.actor = actor
        self.node = node
        self.attempt = attempt
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        values = {
            "run_id": self.run_id,
            "actor": self.actor,
            "node": self.node,
            "attempt": self.attempt,
            "poll_seconds": self.poll_seconds,
        }
        return f"{type(self).__module__}.{type(self).__qualname__}", values

    async def run(self) -> AsyncIterator[TriggerEvent]:
        event = None
        while event is None:
            # First of all, too: the task has just asked, and Airflow's scheduler fails a task
            # that goes on before it has noticed that the deferring process ended.
            await asyncio.sleep(self.poll_seconds)
            event = await asyncio.to_thread(self._ask)
        yield TriggerEvent(event)  # type: ignore[no-untyped-call]

    def _ask(self) -> dict[str, Any] | None:
        from aileron_airflow.session import Session

        session = Session(self.run_id, self.actor, self.log.info)
        try:
            outcome = session.engine.execute(
                session.plan, self.node, attempt=self.attempt, log=self.log.info
            )
        except Unavailable as error:
            self.log.warning("%s", error)
            return None
        except AileronError as error:
            return {"state": "failed", "error": error.to_dict()}
        finally:
            session.close()
        if outcome.state == "running":
            return None
        return {"state": outcome.state.value, "error": outcome.error}
