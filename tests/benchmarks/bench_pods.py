"""A step in a pod against the same step in a process: how long until its first log line.

Both run the probe of the conformance suite by their runner, in turns, with the image present
on the node. `overhead_seconds` is what a pod adds until the first line is seen here; whole
steps, with collecting and removing the pod, are in `pod_whole_seconds`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from common import HERE, alternate, give, median

sys.path.insert(0, str(HERE.parent))

from plugins.cluster import SCRIPT, start
from plugins.images import TRAINER, load
from plugins.pod_stores import GROUP, share

from aileron.cluster import objects
from aileron.cluster.access import Cluster
from aileron.cluster.placement import Placement, Resources, StoreAccess, Volume
from aileron.run import client
from aileron.run.conformance.runners import Bench
from aileron.run.kubernetes import KubernetesRunner
from aileron.run.process import ProcessRunner

ROUNDS: Final = 7
NAMESPACE: Final = f"aileron-bench-{os.getpid()}"


def main() -> None:
    os.environ["KUBECONFIG"] = str(start().kubeconfig)
    image = load(TRAINER, SCRIPT)
    cluster = Cluster()
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    objects.apply(cluster, manifest)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        client.warm_up(home)
        try:
            found = measured(Path(folder), home, image)
        finally:
            client.stop(home)
            cluster.core.delete_namespace(NAMESPACE)
    give(result(found))


def measured(folder: Path, home: Path, image: str) -> dict[str, list[Any]]:
    store = share(folder / "shared" / "store")
    volume = Volume(mount=str(store), host_path=str(store))
    placement = Placement(
        pool="bench",
        namespace=NAMESPACE,
        image=image,
        resources=Resources(cpu=1, memory_mb=512),
        store=StoreAccess(volume=volume),
        group=GROUP,
    )
    pod = Bench(KubernetesRunner(), folder, placement, str(store))
    process = Bench(ProcessRunner(home), folder, None, str(store))
    sides: dict[str, Callable[[], Any]] = {
        "pod": lambda: timed(pod),
        "process": lambda: timed(process),
    }
    for side in sides.values():
        side()
    return alternate(ROUNDS, sides)


def timed(bench: Bench) -> dict[str, float]:
    """Seconds until the first line, and until the result."""
    begin, lines = time.perf_counter(), list[float]()
    done = bench.runner.run(
        bench.request({"behaviour": "copy"}),
        on_log=lambda _: lines.append(time.perf_counter() - begin),
    )
    assert done.state == "succeeded", done
    return {"first_line": round(lines[0], 3), "whole": round(time.perf_counter() - begin, 3)}


def result(found: dict[str, list[Any]]) -> dict[str, Any]:
    def middle(side: str, what: str) -> float:
        return median([one[what] for one in found[side]])

    return {
        "benchmark": "pods",
        "overhead_seconds": middle("pod", "first_line") - middle("process", "first_line"),
        "pod_seconds": middle("pod", "first_line"),
        "process_seconds": middle("process", "first_line"),
        "pod_whole_seconds": middle("pod", "whole"),
        "process_whole_seconds": middle("process", "whole"),
        "raw": found,
    }


if __name__ == "__main__":
    main()
