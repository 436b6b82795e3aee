"""The gateway's own Prometheus metrics."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from aileron.gateway.routes import RouteTable

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class GatewayMetrics:
    """Counters that requests raise, and gauges read from the route table when scraped."""

    def __init__(self, table: RouteTable) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "aileron_gateway_requests",
            "Answered requests.",
            ["project", "service", "revision", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "aileron_gateway_request_seconds",
            "From the request's first byte to the answer's last.",
            ["project", "service"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._retries = Counter(
            "aileron_gateway_retries",
            "Requests sent to a second revision since the first was gone.",
            ["project", "service"],
            registry=self._registry,
        )
        self.refresh_failures = Counter(
            "aileron_gateway_refresh_failures",
            "Times the ledger could not be read; the last known routes served on.",
            registry=self._registry,
        )
        self._registry.register(_TableCollector(table))
        # Looking a label set up costs more than raising its counter.
        self._requests_of = lru_cache(maxsize=1024)(self._requests.labels)
        self._seconds_of = lru_cache(maxsize=256)(self._seconds.labels)

    def answered(
        self, project: str, service: str, revision: str, status: int, seconds: float
    ) -> None:
        self._requests_of(project, service, revision, status).inc()
        self._seconds_of(project, service).observe(seconds)

    def retried(self, project: str, service: str) -> None:
        self._retries.labels(project, service).inc()

    def render(self) -> bytes:
        """The text exposition format."""
        return generate_latest(self._registry)


class _TableCollector(Collector):
    def __init__(self, table: RouteTable) -> None:
        self._table = table

    def collect(self) -> Iterator[Metric]:
        labels = ["project", "service", "revision"]
        healthy = GaugeMetricFamily(
            "aileron_gateway_revision_healthy", "1 while it gets requests.", labels=labels
        )
        in_flight = GaugeMetricFamily(
            "aileron_gateway_in_flight", "Requests without an answer yet.", labels=labels
        )
        generation = GaugeMetricFamily(
            "aileron_gateway_route_generation", "Generation of the route.", labels=labels[:2]
        )
        for (project, service), route in self._table.routes.items():
            generation.add_metric([project, service], route.facts.generation)
            for target in route.targets:
                values = [project, service, str(target.number)]
                healthy.add_metric(values, target.healthy)
                in_flight.add_metric(values, target.in_flight)
        yield from (healthy, in_flight, generation)
