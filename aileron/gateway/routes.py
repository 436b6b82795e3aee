"""The routes as the gateway holds them: which revisions answer for which service.

A snapshot of the ledger is applied as a whole between two requests. A revision that leaves
the route keeps its connections until its last request is answered.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from aileron.gateway.upstream import MOST_SECONDS, Pool

ServiceKey = tuple[str, str]
"""Project and service."""


class RevisionAddress(BaseModel):
    """A revision on a route, and where its process listens."""

    model_config = ConfigDict(frozen=True)

    id: str
    number: int
    host: str | None
    """None while it has no address: it never was healthy or is stopped."""
    port: int = 0
    weight: int
    healthy: bool = True
    """As its supervisor last saw it; where the gateway begins, before its own probes."""
    shared: bool = False
    """Several pods answer at the address: one of them may be away while the others serve."""


class ServiceRoute(BaseModel):
    """One service as the ledger says it."""

    model_config = ConfigDict(frozen=True)

    project: str
    service: str
    running: bool
    """Whether people want it up; a stopped service is told apart from a broken one."""
    generation: int
    """Grows with each change of the route; what release waits to see applied."""
    model: str | None = None
    revisions: tuple[RevisionAddress, ...]


class Snapshot(BaseModel):
    """All routes at one moment."""

    model_config = ConfigDict(frozen=True)

    services: tuple[ServiceRoute, ...] = ()


@dataclass(eq=False)
class Target:
    """A revision that can get requests."""

    id: str
    number: int
    label: str
    """``project/service/number``, in metrics and the access log."""
    pool: Pool
    healthy: bool = True
    shared: bool = False
    silent: bool = False
    """It is out because it did not answer in time, which nobody but a busy one does."""
    failures: int = 0
    """Failed probes in a row."""
    in_flight: int = 0

    @property
    def address(self) -> tuple[str, int]:
        return self.pool.host, self.pool.port


@dataclass(eq=False)
class Route:
    """The way to one service: its revisions and their shares."""

    facts: ServiceRoute
    targets: tuple[Target, ...]
    weights: tuple[int, ...]
    _credit: list[float] = field(default_factory=list)

    def pick(self, tried: Iterable[Target] = ()) -> Target | None:
        """The healthy revision whose turn it is by weight, except those `tried`.

        Smooth weighted round robin: shares are exact over any short stretch of requests. Where
        none is healthy, a silent one is: it may answer late, an error would be sure.
        """
        targets = self.targets
        if len(targets) == 1:
            only = targets[0]
            return only if (only.healthy or only.silent) and only not in tried else None
        if len(self._credit) != len(targets):
            self._credit = [0.0] * len(targets)
        best, total = -1, 0.0
        for i, target in enumerate(targets):
            if target.healthy and target not in tried:
                self._credit[i] += self.weights[i]
                total += self.weights[i]
                if best < 0 or self._credit[i] > self._credit[best]:
                    best = i
        if best < 0:
            return next((t for t in targets if t.silent and t not in tried), None)
        self._credit[best] -= total
        return targets[best]


class RouteTable:
    """The routes in force, and the revisions that left them with requests still open."""

    def __init__(self) -> None:
        self.routes: Mapping[ServiceKey, Route] = {}
        self._targets: dict[str, Target] = {}
        self.leaving: list[Target] = []
        self.applied = 0
        """How many snapshots were applied."""

    def apply(self, snapshot: Snapshot) -> None:
        """Make `snapshot` the routes of every request from now on."""
        known, self._targets = self._targets, {}
        self.routes = {
            (facts.project, facts.service): self._route(facts, known) for facts in snapshot.services
        }
        kept = set(self._targets.values())
        self.leaving += [target for target in known.values() if target not in kept]
        self.applied += 1
        self.sweep()

    def find(self, project: str, service: str) -> Route | None:
        return self.routes.get((project, service))

    def targets(self) -> Iterator[Target]:
        return iter(tuple(self._targets.values()))

    def sweep(self) -> None:
        """Forget revisions that left and have answered all; close idle connections."""
        for target in self.leaving:
            if target.in_flight == 0:
                target.pool.close()
        self.leaving = [target for target in self.leaving if target.in_flight]
        for target in self._targets.values():
            target.pool.sweep()

    def _route(self, facts: ServiceRoute, known: Mapping[str, Target]) -> Route:
        served = [r for r in facts.revisions if r.host is not None and r.weight > 0]
        targets = tuple(self._target(facts, r, known.get(r.id)) for r in served)
        return Route(facts, targets, tuple(r.weight for r in served))

    def _target(self, facts: ServiceRoute, r: RevisionAddress, known: Target | None) -> Target:
        host = r.host or ""
        if known is None or known.address != (host, r.port):
            label = f"{facts.project}/{facts.service}/{r.number}"
            pool = Pool(host, r.port, most_seconds=MOST_SECONDS if r.shared else math.inf)
            known = Target(r.id, r.number, label, pool, r.healthy, r.shared)
        self._targets[r.id] = known
        return known
