"""Several pods that run one step together, watched by the platform.

What a node says of its own end, the first node hears and passes on. Seen here is what no node
can say: that it cannot start, or has ended without a word.
"""

from __future__ import annotations

from aileron.cluster import reasons
from aileron.cluster.access import Cluster
from aileron.cluster.reasons import Reason
from aileron.run import pods
from aileron.run.exchange import Exchange
from aileron.run.gang import member_name
from aileron.run.gang_node import node_ended
from aileron.run.request import Request
from aileron.store import Store


def trouble(
    request: Request, store: Store, cluster: Cluster, name: str, patience: float
) -> Reason | None:
    """Why execution `name` can do nothing more, as another pod than its first shows; else None.

    Args:
        patience: how long a pod may wait for a node of the cluster, seconds.

    Raises:
        Unavailable: the API server does not answer; ask again.
    """
    namespace = pods.placement_of(request).namespace
    for node in range(1, request.nodes):
        exchange = Exchange(store, name, node)
        if exchange.result() is not None:
            continue
        seen = pods.look(cluster, namespace, member_name(name, node))
        if pods.ended(seen):
            if exchange.result() is not None:  # it was written before the pod ended
                continue
            reason: Reason | None = reasons.ended(seen.pod, seen.events, request.step, "")
        else:
            reason = pods.trouble(seen, patience)
        if reason is not None:
            error = node_ended(node, request.nodes, reason.error)
            return Reason(reason.name, error, reason.exit_code)
    return None
