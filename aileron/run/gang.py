"""The manifests of several pods that run one step together.

The first of them is the execution: what it leaves is the result, and the others are its
dependents, which the cluster removes with it. So whoever finds, ends or cleans up an execution
deals with that one pod. All run or none: who is missing, or ends without a word, ends them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aileron.cluster import labels
from aileron.run.gang_node import OWN_ADDRESS

Manifest = dict[str, Any]


def member_name(name: str, node: int) -> str:
    """The pod of node number `node` of execution `name`."""
    return name if node == 0 else f"{name}-n{node}"


def addressed(manifest: Manifest) -> Manifest:
    """`manifest` with the pod's own address among its container's variables."""
    (container,) = manifest["spec"]["containers"]
    field = {"fieldRef": {"fieldPath": "status.podIP"}}
    variables = [*container["env"], {"name": OWN_ADDRESS, "valueFrom": field}]
    return _with_container(manifest, {**container, "env": variables})


def members(first: Manifest, made: Mapping[str, Any], nodes: int) -> Iterator[Manifest]:
    """The manifests of the other pods.

    Args:
        first: the manifest of the first pod.
        made: that pod, as the cluster has it.
        nodes: how many pods there are with it.
    """
    meta = first["metadata"]
    uid = made["metadata"]["uid"]
    owner = {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "uid": uid}
    kept = {name: value for name, value in meta["labels"].items() if name != labels.KEY}
    (container,) = first["spec"]["containers"]
    for node in range(1, nodes):
        own = {**container, "command": [*container["command"], str(node)]}
        named = {
            **meta,
            "name": member_name(meta["name"], node),
            "labels": {**kept, labels.GANG: meta["name"]},
            "ownerReferences": [owner],
        }
        yield {**_with_container(first, own), "metadata": named}


def _with_container(manifest: Manifest, container: Mapping[str, Any]) -> Manifest:
    return {**manifest, "spec": {**manifest["spec"], "containers": [container]}}
