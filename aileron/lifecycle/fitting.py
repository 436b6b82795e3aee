"""Whether the pods of a graph could ever run: asked of the clusters, and of the pools' roles.

A cluster that does not answer, or that does not let us look, is no reason to refuse a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from aileron.cluster.access import Cluster
from aileron.cluster.capacity import Capacity
from aileron.cluster.pools import Pool, load_pool
from aileron.core.access import Actor, Role
from aileron.core.errors import AileronError, Refused, Unavailable
from aileron.core.settings import Settings
from aileron.graph.pipeline import Graph, Node
from aileron.lifecycle.placing import placements

NOT_KNOWN: Final = (Refused, Unavailable)
"""What says that nothing can be said."""


class Fitting:
    """Asks each cluster once, and no more after it was silent."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._capacities: dict[str | None, Capacity] = {}
        self._silent: set[str | None] = set()

    def errors(self, graph: Graph) -> Iterator[tuple[Node, AileronError]]:
        """What is wrong with the pods of `graph`; a `NOT_KNOWN` is no error of theirs."""
        for node, placement in placements(graph):
            context = placement.context
            if context in self._silent:
                continue
            capacity = self._capacities.setdefault(context, Capacity(Cluster(context)))
            try:
                pool = load_pool(self._settings.workspace, placement.pool)
                capacity.check(placement, pool)
            except Unavailable as error:
                self._silent.add(context)
                yield node, error
            except AileronError as error:
                yield node, error


def check_pods(settings: Settings, graph: Graph, note: Callable[[str], None]) -> None:
    """Raise the first reason why a pod of `graph` can never run.

    Args:
        note: told what could not be asked.
    """
    for _, error in Fitting(settings).errors(graph):
        if not isinstance(error, NOT_KNOWN):
            raise error
        note(str(error))


def check_role(settings: Settings, graph: Graph, actor: Actor) -> None:
    """Raise `Refused` if a pool of `graph` is for higher roles than the actor's."""
    for pool in pools_of(settings.workspace, graph):
        needed = least_role(pool)
        if not actor.role.includes(needed):
            raise Refused(
                "cluster.pool_role",
                pool=pool.name,
                needs=needed.value,
                actor=actor.name,
                role=actor.role.value,
            )


def pools_of(workspace: Path, graph: Graph) -> list[Pool]:
    """The pools that `graph` needs, by name."""
    names = {placement.pool for _, placement in placements(graph)}
    return [load_pool(workspace, name) for name in sorted(names)]


def least_role(pool: Pool) -> Role:
    """The lowest role that may start runs in `pool`; each may do what those below it may."""
    return min((Role(role) for role in pool.roles), key=list(Role).index)
