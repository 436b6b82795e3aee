"""Probes: whether a server that was launched can be used."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

Probe = Callable[[float], bool]
"""Takes the time of launch (seconds since 1970) and says whether the server is usable."""

TIMEOUT: Final = 10.0


def answers(*urls: str) -> Probe:
    """A GET of each of `urls` succeeds."""

    def probe(_launched: float) -> bool:
        return all(_get(url) is not None for url in urls)

    return probe


def outlives(seconds: float) -> Probe:
    """It still runs that long after its launch: for a server that answers no calls."""
    return lambda launched: time.time() - launched >= seconds


class AirflowHealth:
    """Heartbeats of Airflow's components, as its API server reports them."""

    def __init__(self, base_url: str) -> None:
        self._url = f"{base_url}/api/v2/monitor/health"
        self._lock = Lock()
        self._known: tuple[float, dict[str, Any]] = (0.0, {})

    def beats(self, component: str) -> Probe:
        """`component` is alive and its last heartbeat is younger than its launch."""

        def probe(launched: float) -> bool:
            part = self._report().get(component) or {}
            beat = part.get(f"latest_{component}_heartbeat")
            if part.get("status") != "healthy" or beat is None:
                return False
            return datetime.fromisoformat(beat).timestamp() >= launched

        return probe

    def _report(self) -> dict[str, Any]:
        """The newest report, asked for at most every quarter second."""
        with self._lock:
            asked, report = self._known
            if time.monotonic() - asked > 0.25:
                body = _get(self._url)
                report = json.loads(body) if body is not None else {}
                self._known = (time.monotonic(), report)
            return report


def _get(url: str) -> bytes | None:
    """The body of a successful answer, else None: a server that starts refuses connections.

    The standard library's client: no proxy, no certificates, little memory.
    """
    address = urlsplit(url)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT)
    try:
        connection.request("GET", address.path)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
    return body if answer.status == 200 else None
