"""What the gateway says it does: generations in force, requests still open."""

from __future__ import annotations

import time
from typing import Any, Final

from aileron.core.errors import Unavailable
from aileron.ledger import Route

POLL: Final = 0.02


class GatewayClient:
    """Asks the gateway of one installation."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def routes(self) -> dict[str, Any]:
        """Its page ``/-/routes``.

        Raises:
            Unavailable: it does not answer.
        """
        import httpx

        try:
            answer = httpx.get(f"{self.url}/-/routes", timeout=5, trust_env=False)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(
                "deploy.gateway_silent", where=self.url, problem=str(error) or type(error).__name__
            ) from None
        page: dict[str, Any] = answer.json()
        return page

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
            time.sleep(POLL)

    def generation(self, project: str, service: str) -> int:
        """Of the route in force; 0 if the service is not known there."""
        for entry in self.routes()["services"]:
            if (entry["project"], entry["service"]) == (project, service):
                return int(entry["generation"])
        return 0

    def is_idle(self, revision_id: str) -> bool:
        """Whether the revision gets no requests and has answered all it got."""
        page = self.routes()
        routed = [r for service in page["services"] for r in service["revisions"]]
        return all(r["id"] != revision_id for r in [*routed, *page["leaving"]])
