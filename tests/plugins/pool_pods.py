"""Pods of a pool on the real cluster that do nothing, named as runners and services name them."""

from __future__ import annotations

from plugins.workspaces import POOL

from aileron.cluster import labels, objects
from aileron.cluster.access import Cluster
from aileron.cluster.placement import Placement, Resources
from aileron.cluster.pods import pod_manifest

BUSYBOX = "localhost/busybox:local"
SECONDS = 60


def pool_text(namespace: str, *changes: tuple[str, str]) -> str:
    """The file of pool `shared` in `namespace`; `changes` are what to replace by what."""
    text = POOL.replace("aileron-shared", namespace)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def sleep_in_pool(
    namespace: str, name: str, run_id: str = "default/fruit/1", pool: str = "shared", **about: str
) -> None:
    """Begin a pod; `about` are its labels, without what they begin with."""
    placement = Placement(
        pool=pool,
        namespace=namespace,
        image=BUSYBOX,
        resources=Resources(cpu=0.1, memory_mb=64),
        labels={labels.POOL: pool},
    )
    manifest = pod_manifest(
        placement,
        name=name,
        command=["sleep", str(SECONDS)],
        seconds=SECONDS,
        labels={f"aileron.io/{field}": value for field, value in about.items()},
        annotations={"aileron.io/run": run_id},
    )
    objects.apply(Cluster(), manifest)
