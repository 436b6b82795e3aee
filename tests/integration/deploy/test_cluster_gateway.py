"""The gateway as a Deployment: what clients see when its pods come and go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from click.testing import CliRunner
from plugins.away import Way
from plugins.cluster_services import ClusterPlatform
from plugins.releases import constant_client
from plugins.waiting import wait_until

from aileron.cli import command
from aileron.cluster.access import Cluster
from aileron.cluster.placement import Resources
from aileron.cluster.pools import load_pool
from aileron.core.errors import Refused
from aileron.deploy.gateway_client import gateway_client
from aileron.deploy.gateway_pods import (
    SELECTOR,
    apply_gateway,
    gateway_placement,
    gateway_pods,
)

SMALL = Resources(cpu=0.2, memory_mb=256)


@pytest.fixture
def gateway_platform(
    bare_cluster_platform: ClusterPlatform, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ClusterPlatform]:
    """A platform whose gateway is two pods, and whose supervisor is a process here."""
    platform = bare_cluster_platform
    platform.write_pool()
    monkeypatch.setattr("aileron.deploy.gateway_pods.RESOURCES", SMALL)
    url = platform.settings.require("ledger_url")
    port = int(url.rpartition(":")[2].partition("/")[0])
    host = platform.cluster.host if platform.cluster else ""
    with closing(Way(("127.0.0.1", port), host)) as way:
        reachable = url.replace(f"127.0.0.1:{port}", f"{host}:{way.port}")
        (platform.work / "ledger-url").write_text(f"{reachable}\n")
        said = applied(platform)
        update = {name.removeprefix("AILERON_").lower(): value for name, value in said.items()}
        assert update.keys() == {"gateway_url", "gateway_pool"}
        platform.settings = platform.settings.model_copy(update=update)
        platform.start_supervisor()
        yield platform
        platform.end()


def applied(platform: ClusterPlatform) -> dict[str, str]:
    """What `aileron gateway apply` says; it waits until the pods are ready."""
    words = ["gateway", "apply", "--pool", "tests", "--json"]
    words += ["--ledger-url-file", str(platform.work / "ledger-url")]
    done = CliRunner().invoke(command, words, env=platform.settings.environment())
    assert done.exit_code == 0, done.output
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_gateway_pods_come_and_go_under_load(gateway_platform: ClusterPlatform) -> None:
    platform = gateway_platform
    platform.release(1)
    before = _gateways(platform)
    with constant_client(platform.url) as traffic:
        platform.kubectl("delete", "pod", before[0], "--wait=false")
        platform.release(2)  # waits for each gateway, the leaving one and the new one too
        wait_until(lambda: _replaced(platform, before[0]), 150, "another pod came for it")
        assert traffic.failures == []  # it left in peace: nobody noticed

        platform.kubectl("delete", "pod", before[1], "--grace-period=0", "--force", "--wait=false")
        wait_until(lambda: _replaced(platform, before[1]), 150, "another pod came for it")

    # Killed without warning, it broke the connections that were open: those clients repeat.
    assert all(_is_transport(failure) for failure in traffic.failures), traffic.failures
    assert traffic.seen() == ["v1", "v2"]
    assert len(gateway_client(platform.settings).pages()) == 2


def test_the_gateway_is_applied_again(gateway_platform: ClusterPlatform) -> None:
    platform, file = gateway_platform, gateway_platform.work / "ledger-url"
    before = _gateways(platform)

    said = applied(platform)
    assert _gateways(platform) == before, "the same again changes nothing"

    file.write_text(f"{file.read_text().strip()}?application_name=gateway")
    assert applied(platform) == said
    wait_until(lambda: _replaced(platform, *before), 150, "each pod is another one")


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


def _replaced(platform: ClusterPlatform, *gone: str) -> bool:
    now = _gateways(platform)
    told = gateway_pods(Cluster(), platform.namespace)
    return len(now) == 2 and not set(gone) & set(now) and len(told) == 2


def _is_transport(failure: str) -> bool:
    return failure.startswith(("ConnectError", "ReadError", "RemoteProtocolError", "WriteError"))
