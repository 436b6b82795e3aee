"""Releases and roll-backs of a service on a cluster, under a constant client.

Packages answer at once, so that what is measured is the platform and the cluster: two pods
scheduled, the package fetched and checked, the probes, the switch. `errors` must be 0. The
image is there already. Needs the cluster of the tests.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from common import HERE, give, median

sys.path.insert(0, str(HERE.parent))

from plugins.cluster import SCRIPT, start
from plugins.cluster_services import ClusterPlatform, make_cluster_platform
from plugins.images import SERVER, load
from plugins.postgres import free_port
from plugins.releases import MODEL, PROJECT, constant_client, make_platform

from aileron.deploy.rollback import rollback
from aileron.ledger import Ledger
from aileron.stack.postgres import EmbeddedPostgres

ROUNDS: Final = 3
CLIENTS: Final = 4
DATABASE: Final = "aileron"


def main() -> None:
    found: dict[str, list[float]] = {"release": [], "rollback": []}
    with platform() as made:
        first = timed(lambda: made.release(1))
        with constant_client(made.url, CLIENTS) as traffic:
            for number in range(2, ROUNDS + 2):
                found["release"].append(timed(lambda n=number: made.release(n)))
                back: list[Any] = [made.settings, made.ledger, PROJECT, MODEL, "benchmark"]
                found["rollback"].append(timed(lambda words=back: rollback(*words)))
    give(
        {
            "benchmark": "cluster_release",
            "first_release_seconds": first,
            "release_seconds": median(found["release"]),
            "rollback_seconds": median(found["rollback"]),
            "requests": len(traffic.answers) + len(traffic.failures),
            "errors": len(traffic.failures),
            "raw": {**found, "failures": traffic.failures[:20]},
        }
    )


@contextmanager
def platform() -> Iterator[ClusterPlatform]:
    """A supervisor, a gateway and a namespace of their own."""
    cluster = start()
    os.environ["KUBECONFIG"] = str(cluster.kubeconfig)
    image, namespace = load(SERVER, SCRIPT), f"aileron-bench-{secrets.token_hex(3)}"
    cluster.kubectl("create", "namespace", namespace)
    with tempfile.TemporaryDirectory() as folder, postgres() as url:
        ledger = Ledger(url)
        ledger.migrate()
        work = Path(folder)
        (work / "environments").mkdir()
        bare = make_platform(url, ledger, work, work / "environments")
        made = make_cluster_platform(bare, cluster, namespace, image)
        assert made.placement is not None
        made.placement = made.placement.model_copy(update={"replicas": 2})
        try:
            made.start_supervisor()
            made.start_gateway()
            yield made
        finally:
            made.end()
            ledger.close()
            cluster.kubectl("delete", "namespace", namespace, "--wait=false")


@contextmanager
def postgres() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder), durable=False)
        server.start(free_port())
        try:
            server.ensure_database(DATABASE)
            yield server.url(DATABASE)
        finally:
            server.stop()


def timed(act: Any) -> float:
    begin = time.perf_counter()
    act()
    seconds = round(time.perf_counter() - begin, 3)
    print(f"{seconds} s", file=sys.stderr)
    return seconds


if __name__ == "__main__":
    main()
