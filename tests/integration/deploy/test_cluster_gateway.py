"""The gateway as a Deployment: what clients see when its pods come and go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from plugins.cluster_services import ClusterPlatform, forwarded
from plugins.releases import constant_client, until

from aileron.cluster.access import Cluster
from aileron.cluster.pools import load_pool
from aileron.core.errors import Refused
from aileron.deploy.gateway_client import gateway_client
from aileron.deploy.gateway_pods import (
    SELECTOR,
    apply_gateway,
    gateway_address,
    gateway_placement,
    gateway_pods,
)


@pytest.fixture
def gateway_platform(bare_cluster_platform: ClusterPlatform) -> Iterator[ClusterPlatform]:
    """A platform whose gateway is two pods, and whose supervisor is a process here."""
    platform = bare_cluster_platform
    platform.write_pool()
    url = platform.settings.require("ledger_url")
    port = int(url.rpartition(":")[2].partition("/")[0])
    host = platform.cluster.host if platform.cluster else ""
    placement = gateway_placement(load_pool(platform.settings.workspace, "tests"))
    small = placement.resources.model_copy(update={"cpu": 0.2, "memory_mb": 256})
    placement = placement.model_copy(update={"resources": small})
    with forwarded(host, port) as open_port:
        reachable = url.replace(f"127.0.0.1:{port}", f"{host}:{open_port}")
        apply_gateway(Cluster(), placement, reachable)
        address = gateway_address(Cluster(), placement, 120)
        update = {"gateway_url": address, "gateway_pool": "tests"}
        platform.settings = platform.settings.model_copy(update=update)
        platform.start_supervisor()
        yield platform
        platform.end()


def test_gateway_pods_come_and_go_under_load(gateway_platform: ClusterPlatform) -> None:
    platform = gateway_platform
    platform.release(1)
    before = _gateways(platform)
    with constant_client(platform.url) as traffic:
        platform.kubectl("delete", "pod", before[0], "--wait=false")
        platform.release(2)  # waits for each gateway, the leaving one and the new one too
        until(lambda: _replaced(platform, before[0]), 150, "another pod came for it")
        assert traffic.failures == []  # it left in peace: nobody noticed

        platform.kubectl("delete", "pod", before[1], "--grace-period=0", "--force", "--wait=false")
        until(lambda: _replaced(platform, before[1]), 150, "another pod came for it")

    # Killed without warning, it broke the connections that were open: those clients repeat.
    assert all(_is_transport(failure) for failure in traffic.failures), traffic.failures
    assert traffic.seen() == ["v1", "v2"]
    assert len(gateway_client(platform.settings).pages()) == 2


def test_a_ledger_of_this_machine_is_refused(bare_cluster_platform: ClusterPlatform) -> None:
    platform = bare_cluster_platform
    platform.write_pool()
    placement = gateway_placement(load_pool(platform.settings.workspace, "tests"))

    with pytest.raises(Refused, match="which pods cannot reach"):
        apply_gateway(Cluster(), placement, platform.settings.require("ledger_url"))

    assert platform.kubectl("get", "secrets,deployments", "-o", "name").count("gateway") == 0


def _gateways(platform: ClusterPlatform) -> list[str]:
    """Names of the gateway's pods that get requests."""
    said = platform.kubectl("get", "pods", "--selector", SELECTOR, "-o", _READY)
    rows = [line.split() for line in said.splitlines()]
    return [row[0] for row in rows if row[1:] == ["true"]]


_READY = (
    "jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[0].ready}"
    " {.metadata.deletionTimestamp}\n{end}"
)


def _replaced(platform: ClusterPlatform, gone: str) -> Any:
    now = _gateways(platform)
    return len(now) == 2 and gone not in now and len(gateway_pods(Cluster(), platform.namespace))


def _is_transport(failure: str) -> bool:
    return failure.startswith(("ConnectError", "ReadError", "RemoteProtocolError", "WriteError"))
