"""What a service gets and how it answers, from the gateway's own counters.

The gateway counts since it started. Whoever asks again is told of the time in between: the
meter keeps what it saw, and the numbers are those since about `WINDOW` seconds ago.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx

from aileron.client import records as r

WINDOW: Final = 300.0
SPACING: Final = 10.0
"""Seconds between two kept observations."""
_LINE: Final = re.compile(r"(\w+)\{([^}]*)\} ([-+.\deE]+|\+Inf|NaN)")
_LABEL: Final = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
ServiceKey = tuple[str, str]


@dataclass
class Counters:
    """Of one service: answers by status, and how many took at most so many seconds."""

    statuses: dict[int, float] = field(default_factory=dict)
    buckets: dict[float, float] = field(default_factory=dict)

    def since(self, earlier: Counters) -> Counters:
        """What came on top of `earlier`; all of it if the gateway started anew since."""
        statuses = {s: n - earlier.statuses.get(s, 0) for s, n in self.statuses.items()}
        buckets = {b: n - earlier.buckets.get(b, 0) for b, n in self.buckets.items()}
        restarted = any(count < 0 for count in (*statuses.values(), *buckets.values()))
        return self if restarted else Counters(statuses, buckets)

    def quantile_ms(self, share: float) -> float | None:
        """The time that `share` of the answers took at most, by linear interpolation, ms."""
        bounds = sorted(self.buckets.items())
        wanted = share * bounds[-1][1] if bounds else 0.0
        if wanted <= 0:
            return None
        below, counted = 0.0, 0.0
        for bound, count in bounds:
            if count >= wanted:
                if bound == float("inf"):
                    return below * 1000
                inside = (wanted - counted) / (count - counted) if count > counted else 1.0
                return (below + (bound - below) * inside) * 1000
            below, counted = bound, count
        return below * 1000


class TrafficMeter:
    """Reads the gateway's metrics; keeps some minutes of what it read."""

    def __init__(self, gateway_url: str | None) -> None:
        self._url = gateway_url.rstrip("/") if gateway_url else None
        self._seen: deque[tuple[float, Mapping[ServiceKey, Counters]]] = deque()
        self._lock = threading.Lock()

    def of(self, project: str, service: str) -> r.Traffic | None:
        """The traffic of a service; None if the gateway does not answer."""
        text = self._scrape()
        if text is None:
            return None
        now, counters = time.monotonic(), parse(text)
        with self._lock:
            while self._seen and now - self._seen[0][0] > WINDOW:
                self._seen.popleft()
            base = self._seen[0] if self._seen else None
            if not self._seen or now - self._seen[-1][0] >= SPACING:
                self._seen.append((now, counters))
        key = (project, service)
        found = counters.get(key, Counters())
        if base is None or now - base[0] < SPACING:
            return _traffic(found, None)
        return _traffic(found.since(base[1].get(key, Counters())), now - base[0])

    def _scrape(self) -> str | None:
        if self._url is None:
            return None
        try:
            answer = httpx.get(f"{self._url}/metrics", timeout=3, trust_env=False)
        except httpx.HTTPError:
            return None
        return answer.text if answer.is_success else None


def parse(text: str) -> dict[ServiceKey, Counters]:
    """The services' counters in a page of Prometheus's text format."""
    found: dict[ServiceKey, Counters] = {}
    for name, labels, value in _samples(text):
        counters = found.setdefault((labels["project"], labels["service"]), Counters())
        if name == "aileron_gateway_requests_total":
            status = int(labels["status"])
            counters.statuses[status] = counters.statuses.get(status, 0) + value
        elif name == "aileron_gateway_request_seconds_bucket":
            counters.buckets[float(labels["le"])] = value
    return found


def _samples(text: str) -> Iterator[tuple[str, dict[str, str], float]]:
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match and line.startswith("aileron_gateway_request"):
            labels = dict(_LABEL.findall(match[2]))
            if {"project", "service"} <= labels.keys():
                yield match[1], labels, float(match[3])


def _traffic(counters: Counters, window: float | None) -> r.Traffic:
    requests = sum(counters.statuses.values())
    errors = sum(count for status, count in counters.statuses.items() if status >= 500)
    refused = sum(count for status, count in counters.statuses.items() if 400 <= status < 500)
    return r.Traffic(
        requests=int(requests),
        errors=int(errors),
        refused=int(refused),
        error_rate=errors / requests if requests else 0.0,
        p50_ms=counters.quantile_ms(0.5),
        p95_ms=counters.quantile_ms(0.95),
        p99_ms=counters.quantile_ms(0.99),
        window_s=round(window, 1) if window is not None else None,
    )
