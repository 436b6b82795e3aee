"""A pod of several that run one step together: how it meets the others, and ends with them.

They tell each other their addresses through the store, so nothing of the cluster but its pod
network is needed. The step gets `NODE`, `NODES` and `ADDRESSES` as environment variables. The
first node's result is the execution's: it succeeds when all have, and names the node that
failed first.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from typing import Final

from aileron.core.errors import AileronError, StepFailed, Unavailable
from aileron.run.exchange import Exchange
from aileron.run.result import Exit, Result

NODE_ENDED: Final = "run.node_ended"
"""Message of the error that names another node; its value `node` is that one's number."""
NODE: Final = "AILERON_NODE"
"""Number of this node; the first is 0 and leaves the result."""
NODES: Final = "AILERON_NODES"
ADDRESSES: Final = "AILERON_NODE_ADDRESSES"
"""Of all nodes in order, with commas between them."""
OWN_ADDRESS: Final = "AILERON_POD_IP"
"""What the pod's manifest gives."""
POLL: Final = 0.5
LAST_WORDS: Final = 5.0
"""How long the first node, when it failed, waits for what other nodes say, seconds."""
FAREWELL: Final = 300.0
"""How long the first node waits for the others after its own good end, seconds."""
_BY_FORCE: Final = frozenset({"out_of_memory", "killed", "timeout", "pod_deleted"})
"""Ends that are no answer to another node's end."""


def node_ended(node: int, nodes: int, error: AileronError) -> AileronError:
    """`error` as that of one of several nodes; they count from 0, as ranks do."""
    kind = Unavailable if error.retryable else StepFailed
    return kind(NODE_ENDED, node=node, last=nodes - 1, problem=error.to_dict())


class Gang:
    """The other nodes, as one of them sees them.

    Args:
        exchange: of this node.
        step: what they run together.
        nodes: how many there are.
        cancelled: set when this pod is told to end; set here when another node has failed.
    """

    def __init__(
        self, exchange: Exchange, step: str, nodes: int, cancelled: threading.Event
    ) -> None:
        self._exchange = exchange
        self._step = step
        self._nodes = nodes
        self._cancelled = cancelled
        self._done = threading.Event()
        self._failed: tuple[int, Result] | None = None
        """The node that failed while this one was at work, and how."""

    def meet(self, seconds: float) -> dict[str, str]:
        """Wait until all nodes are there; the variables for the step.

        Args:
            seconds: how long to wait.

        Raises:
            Unavailable: some did not come, or the pod was told to end meanwhile.
        """
        self._exchange.write_address(os.environ[OWN_ADDRESS])
        until = time.monotonic() + seconds
        while len(found := self._exchange.addresses(self._nodes)) < self._nodes:
            if time.monotonic() > until or self._cancelled.wait(POLL):
                raise Unavailable(
                    "run.nodes_missing", count=len(found), nodes=self._nodes, limit=seconds
                )
        threading.Thread(target=self._watch, daemon=True).start()
        return {
            NODE: str(self._exchange.node),
            NODES: str(self._nodes),
            ADDRESSES: ",".join(found),
        }

    def conclude(self, result: Result) -> Result:
        """The result of this node; of the first node, that of all."""
        self._done.set()
        if self._exchange.node != 0:
            return self._told_from_outside(result) or result
        if result.state == "succeeded":
            return self._farewell(result)
        blamed = self._failed or self._failure() or self._forced_failure()
        return result if blamed is None else self._of(*blamed)

    def _told_from_outside(self, result: Result) -> Result | None:
        """The end of a node that was told to end, but not by another; None of any other.

        Who ends them all tells the first, which takes the others along.
        """
        if result.exit.reason != "cancelled" or self._failed is not None:
            return None
        error = Unavailable("cluster.pod_deleted", subject=self._step)
        ending = result.exit.model_copy(update={"reason": "pod_deleted"})
        return result.model_copy(update={"error": error.to_dict(), "exit": ending})

    def _of(self, node: int, result: Result) -> Result:
        error = result.raised() or StepFailed("run.cancelled", step=self._step)
        said = node_ended(node, self._nodes, error)
        return Result(state="failed", error=said.to_dict(), exit=result.exit)

    def _watch(self) -> None:
        """End this node's step when another has failed."""
        while not self._done.wait(POLL):
            with suppress(Unavailable):
                self._failed = self._failure()
                if self._failed is not None:
                    self._cancelled.set()
                    return

    def _failure(self) -> tuple[int, Result] | None:
        """Another node that failed of itself, and how; None if there is none."""
        for node, result in self._others():
            if result and result.state == "failed" and result.exit.reason != "cancelled":
                return node, result
        return None

    def _forced_failure(self) -> tuple[int, Result] | None:
        """Another node that was ended by force, of which this one's failure may be the answer."""
        until = time.monotonic() + LAST_WORDS
        while time.monotonic() < until:
            found = self._failure()
            if found is not None:
                return found if found[1].exit.reason in _BY_FORCE else None
            time.sleep(POLL)
        return None

    def _farewell(self, result: Result) -> Result:
        """The good result, once the others have ended well, too."""
        until = time.monotonic() + FAREWELL
        while time.monotonic() < until and not self._cancelled.is_set():
            with suppress(Unavailable):
                if (failed := self._failure()) is not None:
                    return self._of(*failed)
                if all(other is not None for _, other in self._others()):
                    return result
            time.sleep(POLL)
        error = StepFailed("run.nodes_stay", limit=FAREWELL)
        return Result(state="failed", error=error.to_dict(), exit=Exit(reason="error"))

    def _others(self) -> list[tuple[int, Result | None]]:
        """Number of each other node -> how it ended, None if it has not."""
        store, name = self._exchange.store, self._exchange.name
        numbers = (node for node in range(self._nodes) if node != self._exchange.node)
        return [(node, Exchange(store, name, node).result()) for node in numbers]
