"""What the supervisor does with a ledger and clusters that are not as they should be."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from plugins.gateway import Upstream
from plugins.references import reference
from plugins.releases import MODEL, PROJECT, SERVICE, Platform
from plugins.waiting import wait_until

from aileron.cluster import objects
from aileron.cluster.access import Cluster, Offers
from aileron.cluster.placement import Placement
from aileron.cluster.serving import ServicePlacement
from aileron.core.errors import NotFound, Refused, Unavailable
from aileron.core.ports import ArtifactKind
from aileron.deploy.gateway_client import gateway_client
from aileron.deploy.manifests import Identity
from aileron.deploy.reconcile import Reconciler
from aileron.deploy.running import Running, Target
from aileron.deploy.supervisor import Supervisor
from aileron.deploy.targets import Targets
from aileron.ledger import Desired, Ledger, Revision, RevisionState

PACKAGE = reference("a", ArtifactKind.PACKAGE)


class Empty(Target):
    """Where nothing runs; looking takes a moment."""

    independent: ClassVar[bool] = False
    launches = 0

    def find(self) -> Running | None:
        time.sleep(0.1)
        return None

    def launch(self) -> Running:
        self.launches += 1
        raise Unavailable("cluster.silent", subject="-", problem="-")

    def remove(self) -> None:
        raise AssertionError("nobody asked for that")


def test_what_should_not_run_is_never_started(bare_platform: Platform) -> None:
    ledger, target = bare_platform.ledger, Empty()
    ledger.services.ensure(PROJECT, SERVICE, MODEL)
    ledger.revisions.add(PROJECT, SERVICE, PACKAGE, MODEL, 1)
    ledger.revisions.set_desired(PROJECT, SERVICE, 1, Desired.STOPPED)
    supervisor = Supervisor(bare_platform.settings, ledger)
    supervisor._tools = replace(supervisor._tools, target=lambda _: target)

    def stopped() -> bool:
        supervisor._follow()
        row = ledger.revisions.get(PROJECT, SERVICE, 1)
        return row is not None and row.state == RevisionState.STOPPED

    wait_until(stopped, 10, "the ledger says that it is stopped")
    assert target.launches == 0


class Held(Running):
    """Serves at `where`, and is looked at for as long as `go_on` is not set."""

    ready_poll = watch_poll = 0.01

    def __init__(self, where: str, go_on: threading.Event) -> None:
        self._where, self._go_on = where, go_on

    def address(self) -> str | None:
        return self._where

    def follow(self, revision: Revision) -> None:
        assert self._go_on.wait(60)

    def ended(self) -> str | None:
        return None

    def trouble(self) -> str | None:
        return None

    def hopeless(self) -> bool:
        return False

    def stop(self) -> None:
        """Nothing was started."""

    kill = stop


class Serving(Target):
    """Starts one that is `Held`."""

    independent: ClassVar[bool] = False

    def __init__(self, where: str) -> None:
        self._where = where
        self.go_on = threading.Event()
        self.go_on.set()
        self.launches = 0

    def find(self) -> Running | None:
        return None

    def launch(self) -> Running:
        self.launches += 1
        return Held(self._where, self.go_on)

    def remove(self) -> None:
        """Nothing was started."""


def test_one_that_is_wanted_again_while_it_leaves_serves_only_when_it_has_started_anew(
    bare_platform: Platform, upstream: Callable[[], Upstream]
) -> None:
    """A roll-back right after a release: the worker has yet to see that it is to leave."""
    ledger, target = bare_platform.ledger, Serving(upstream().address)
    ledger.services.ensure(PROJECT, SERVICE, MODEL)
    ledger.revisions.add(PROJECT, SERVICE, PACKAGE, MODEL, 1)
    supervisor = Supervisor(bare_platform.settings.model_copy(update={"gateway_url": None}), ledger)
    supervisor._tools = replace(supervisor._tools, target=lambda _: target, gateway=lambda: None)

    def state() -> RevisionState | None:
        supervisor._follow()
        row = ledger.revisions.get(PROJECT, SERVICE, 1)
        return row.state if row else None

    wait_until(lambda: state() == RevisionState.HEALTHY, 10)
    target.go_on.clear()
    ledger.revisions.set_desired(PROJECT, SERVICE, 1, Desired.STOPPED)
    assert state() == RevisionState.HEALTHY
    ledger.revisions.report(PROJECT, SERVICE, 1, RevisionState.STARTING)
    ledger.revisions.set_desired(PROJECT, SERVICE, 1, Desired.RUNNING)
    assert state() == RevisionState.STARTING
    target.go_on.set()
    wait_until(lambda: state() == RevisionState.HEALTHY, 10)
    assert target.launches == 2
    supervisor._stop_all()


def test_services_are_supervised_though_the_gateways_pool_is_not_there(
    bare_platform: Platform,
) -> None:
    update = {"gateway_pool": "nowhere"}
    settings = bare_platform.settings.model_copy(update=update)
    with pytest.raises(NotFound, match="nowhere"):
        gateway_client(settings)  # a release says so before it begins

    bare_platform.settings = settings
    supervisor = bare_platform.start_supervisor()
    bare_platform.ledger.services.ensure(PROJECT, SERVICE, MODEL)
    candidate = bare_platform.candidate(1)
    revision = bare_platform.switch().stage(candidate)

    assert revision.state == RevisionState.HEALTHY
    assert supervisor.poll() is None


class Searched(Cluster):
    """A cluster that has Services and is searched by `found`."""

    offers = Offers((1, 34), frozenset({("v1", "Service")}))


@pytest.fixture
def places(bare_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What lies in namespaces where revisions were; an error is what the search there says."""
    lies: dict[str, Any] = {}
    ledger = bare_platform.ledger
    ledger.services.ensure(PROJECT, SERVICE, MODEL)

    def listed(_: Cluster, version: str, kind: str, namespace: str, *more: str) -> list[Any]:
        if isinstance(lies[namespace], Exception):
            raise lies[namespace]
        return [{"metadata": {"name": name}} for name in lies[namespace]]

    def delete(_: Cluster, version: str, kind: str, namespace: str, name: str) -> None:
        if name == "guarded":
            raise Refused("cluster.refused", subject=name, problem="Forbidden")
        lies[namespace].remove(name)

    monkeypatch.setattr(objects, "listed", listed)
    monkeypatch.setattr(objects, "delete", delete)
    monkeypatch.setattr(Targets, "cluster", _cluster)
    for namespace in ("alpha", "beta", "gamma"):
        lies[namespace] = []
        pod = Placement(pool="tests", context=namespace, namespace=namespace, image="server:1")
        ledger.revisions.add(PROJECT, SERVICE, PACKAGE, MODEL, 1, ServicePlacement(pod=pod))
    return lies


_CLUSTERS = {name: Searched(name) for name in ("beta", "gamma")}


def _cluster(_: Targets, context: str) -> Cluster:
    if context not in _CLUSTERS:
        raise Unavailable("cluster.no_access", problem=f"there is no context {context}")
    return _CLUSTERS[context]


def test_one_cluster_that_is_gone_does_not_end_the_search_elsewhere(
    bare_platform: Platform, places: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    ledger = bare_platform.ledger
    wanted = Identity.of(ledger.installation, ledger.revisions.list()[2]).name
    places |= {"beta": Refused("cluster.refused", subject="-", problem="Forbidden")}
    places |= {"gamma": ["guarded", "left", wanted]}
    caplog.set_level(logging.WARNING, "aileron.supervisor")

    removed = _search_twice(bare_platform, ledger)

    assert removed == ["Service gamma/left, which no revision wants, is removed"]
    assert places["gamma"] == ["guarded", wanted]
    assert "alpha/alpha is not searched for what nobody wants: " in caplog.text
    assert "beta/beta is not searched for what nobody wants: " in caplog.text
    assert "Service gamma/guarded, which no revision wants, stays: " in caplog.text


def _search_twice(platform: Platform, ledger: Ledger) -> list[str]:
    """What is there once may be in the making; what is there twice is left."""
    targets = Targets(platform.settings, lambda: ledger.installation)
    reconciler = Reconciler(platform.settings, ledger, targets)
    assert reconciler._remove_orphans() == []
    reconciler._next_orphans = 0
    return reconciler._remove_orphans()
