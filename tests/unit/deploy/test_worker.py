"""A worker's promises when what it speaks to refuses or does not answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from plugins.postgres import free_port
from plugins.references import reference
from plugins.waiting import wait_until

from aileron.core.errors import AileronError, NotFound, Refused
from aileron.core.ports import ArtifactKind
from aileron.deploy.gateway_client import GatewayClient
from aileron.deploy.running import Running, Target
from aileron.deploy.worker import Tools, Worker
from aileron.ledger import Desired, Revision, RevisionState

REVISION = Revision(
    project="default",
    service="cells",
    number=1,
    package=reference("a", ArtifactKind.PACKAGE),
    model="cells_model",
    model_version=1,
    desired=Desired.RUNNING,
    state=RevisionState.STARTING,
    address=None,
    pid=None,
    reason=None,
    created=datetime.now(UTC),
    updated=datetime.now(UTC),
)
DENIED = Refused("cluster.refused", subject="pods", problem="Unauthorized")


@dataclass
class There(Running):
    """Runs; at an address where nothing answers."""

    ready_poll: ClassVar[float] = 0.01
    watch_poll: ClassVar[float] = 0.01
    refusals: list[AileronError] = field(default_factory=list)
    """What stopping it meets before it succeeds."""
    stops: int = 0
    where: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")

    def address(self) -> str | None:
        return self.where

    def ended(self) -> str | None:
        return None

    def trouble(self) -> str | None:
        return None

    def hopeless(self) -> bool:
        return False

    def follow(self, revision: Revision) -> None:
        pass

    def stop(self) -> None:
        if self.refusals:
            raise self.refusals.pop()
        self.stops += 1

    def kill(self) -> None:
        raise AssertionError("nothing fell")


@dataclass
class Somewhere(Target):
    """Where `running` runs, or nothing does."""

    independent: ClassVar[bool] = True
    running: There | None = None
    launches: int = 0

    def find(self) -> Running | None:
        return self.running

    def launch(self) -> Running:
        self.launches += 1
        return There()

    def remove(self) -> None:
        raise AssertionError("nobody asked for that")


def no_gateway() -> GatewayClient | None:
    return None


def worker(
    target: Target, gateway: Callable[[], GatewayClient | None] = no_gateway, drain: float = 0.1
) -> Worker:
    tools = Tools(lambda _: target, gateway, changed=lambda: None, drain_seconds=drain)
    return Worker(REVISION, tools)


def test_one_that_is_told_to_leave_before_it_starts_launches_nothing() -> None:
    target = Somewhere()
    told = worker(target)

    told.leave()
    told.start()
    told.join()

    assert (target.launches, told.status.state) == (0, RevisionState.STOPPED)


@pytest.mark.parametrize(
    "error",
    [
        DENIED,
        NotFound("cluster.no_pool", name="lab", hint=""),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_gateway_that_cannot_be_asked_keeps_nothing_at_work(error: AileronError) -> None:
    def broken() -> GatewayClient:
        raise error

    target = Somewhere(There())
    told = worker(target, broken)
    told.leave()
    told.start()
    told.join()

    assert target.running is not None
    assert (target.running.stops, told.status.state) == (1, RevisionState.STOPPED)


def test_the_gateway_is_asked_for_again_until_it_can_be_had() -> None:
    answers: list[GatewayClient | None] = [None]

    def mended() -> GatewayClient | None:
        if not answers:
            return None
        answers.pop()
        raise DENIED

    begin = time.monotonic()
    target = Somewhere(There())
    told = worker(target, mended, drain=60)
    told.leave()
    told.start()
    told.join()

    assert time.monotonic() - begin < 30
    assert told.status.state == RevisionState.STOPPED


def test_a_cluster_that_refuses_for_a_while_is_told_to_stop_again() -> None:
    target = Somewhere(There(refusals=[DENIED]))
    told = worker(target)
    told.leave()
    told.start()
    told.join()

    assert target.running is not None
    assert (target.running.stops, told.status.state) == (1, RevisionState.STOPPED)


def test_one_that_is_ready_but_is_not_reached_says_where_it_was_asked() -> None:
    running = There()
    told = worker(Somewhere(running))
    told.start()

    reason = wait_until(lambda: told.status.reason, 10, "it says why it is not healthy")

    assert running.where in reason
    assert told.status.state == RevisionState.STARTING
    told.leave()
    told.join()
