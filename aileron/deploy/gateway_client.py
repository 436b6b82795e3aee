"""What the gateway says it does: generations in force, requests still open.

A gateway that is several pods is asked one by one: each has routes and requests of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from aileron.cluster.access import Cluster
from aileron.cluster.pools import load_pool
from aileron.core.errors import Unavailable
from aileron.core.settings import Settings
from aileron.deploy.gateway_pods import gateway_pods
from aileron.ledger import Route

POLL: Final = 0.02
POLL_OF_PODS: Final = 0.25


class GatewayClient:
    """Asks the gateway of one installation.

    Args:
        instances: where each of several gateways is asked, and whether it is ready; one that
            is not may be silent. Default: the one at `url`.
    """

    def __init__(self, url: str, instances: Callable[[], Mapping[str, bool]] | None = None) -> None:
        self.url = url.rstrip("/")
        self.poll = POLL if instances is None else POLL_OF_PODS
        """Seconds between questions; of pods, the cluster is asked each time where they are."""
        self._instances = instances or (lambda: {self.url: True})

    def pages(self) -> list[dict[str, Any]]:
        """The page ``/-/routes`` of each.

        Raises:
            Unavailable: one does not answer, or there is none.
        """
        found = []
        for url, ready in self._instances().items():
            try:
                found.append(_page(url))
            except Unavailable:
                if ready:
                    raise
        if not found:
            raise Unavailable("deploy.gateway_silent", where=self.url, problem="no pod answers")
        return found

    def wait_applied(self, route: Route, seconds: float = 15.0) -> None:
        """Wait until `route`, or a later one, is in force.

        Raises:
            Unavailable: it was not in time.
        """
        deadline = time.monotonic() + seconds
        while (seen := self.generation(route.project, route.service)) < route.generation:
            if time.monotonic() > deadline:
                raise Unavailable(
                    "deploy.gateway_behind",
                    where=self.url,
                    service=f"{route.project}/{route.service}",
                    wanted=route.generation,
                    seen=seen,
                )
            time.sleep(self.poll)

    def generation(self, project: str, service: str) -> int:
        """Of the route in force everywhere; 0 where the service is not known."""
        return min(_generation(page, project, service) for page in self.pages())

    def is_idle(self, revision_id: str) -> bool:
        """Whether the revision gets no requests and has answered all it got."""
        return not any(_knows(page, revision_id) for page in self.pages())


def gateway_client(settings: Settings) -> GatewayClient:
    """The gateway of this installation.

    Raises:
        InvalidInput: no setting says where it is.
        NotFound: its pods are said to be in a pool that there is not.
    """
    url = settings.require("gateway_url")
    if settings.gateway_pool is None:
        return GatewayClient(url)
    pool = load_pool(settings.workspace, settings.gateway_pool)
    return GatewayClient(url, partial(gateway_pods, Cluster(pool.context), pool.namespace))


def _page(url: str) -> dict[str, Any]:
    import httpx

    try:
        answer = httpx.get(f"{url}/-/routes", timeout=5, trust_env=False)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise Unavailable(
            "deploy.gateway_silent", where=url, problem=str(error) or type(error).__name__
        ) from None
    page: dict[str, Any] = answer.json()
    return page


def _generation(page: dict[str, Any], project: str, service: str) -> int:
    for entry in page["services"]:
        if (entry["project"], entry["service"]) == (project, service):
            return int(entry["generation"])
    return 0


def _knows(page: dict[str, Any], revision_id: str) -> bool:
    routed = [r for service in page["services"] for r in service["revisions"]]
    return any(r["id"] == revision_id for r in [*routed, *page["leaving"]])
