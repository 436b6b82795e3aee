"""What a service gets, from the gateway's counters."""

from __future__ import annotations

import pytest

from aileron.client.local.traffic import Counters, TrafficMeter, parse
from aileron.gateway.metrics import GatewayMetrics
from aileron.gateway.routes import RouteTable


def counted(*answers: tuple[int, float]) -> str:
    """The page of a gateway that gave these answers: (status, seconds) each."""
    metrics = GatewayMetrics(RouteTable())
    for status, seconds in answers:
        metrics.answered("default", "fruit", "1", status, seconds)
    metrics.answered("default", "other", "1", 200, 9.0)
    return metrics.render().decode()


def test_a_page_of_the_gateway_is_read() -> None:
    found = parse(counted((200, 0.003), (200, 0.003), (422, 0.002), (503, 0.2)))
    fruit = found["default", "fruit"]
    assert fruit.statuses == {200: 2, 422: 1, 503: 1}
    assert fruit.buckets[0.0025] == 1
    assert fruit.buckets[float("inf")] == 4


@pytest.mark.parametrize(("share", "least", "most"), [(0.5, 2.5, 5), (0.99, 100, 250)])
def test_times_are_told_within_their_bucket(share: float, least: float, most: float) -> None:
    answers = [(200, 0.003)] * 90 + [(200, 0.2)] * 10
    found = parse(counted(*answers))["default", "fruit"].quantile_ms(share)
    assert found is not None
    assert least <= found <= most


def test_a_time_above_all_bounds_is_the_highest_bound() -> None:
    found = parse(counted((200, 99.0)))["default", "fruit"].quantile_ms(0.5)
    assert found == 30_000


def test_without_requests_there_are_no_times() -> None:
    assert Counters().quantile_ms(0.5) is None


class Meter(TrafficMeter):
    """A meter that is shown pages instead of a gateway, at times of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__("http://gateway")
        self.now, self.page = 0.0, counted()
        monkeypatch.setattr("aileron.client.local.traffic.time.monotonic", lambda: self.now)

    def _scrape(self) -> str | None:
        return self.page


def test_numbers_are_those_since_the_meter_looked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    meter = Meter(monkeypatch)
    meter.page = counted((200, 0.01), (500, 0.01))
    first = meter.of("default", "fruit")
    assert first is not None
    assert (first.requests, first.errors, first.window_s) == (2, 1, None)
    meter.now, meter.page = 60.0, counted((200, 0.01), (500, 0.01), (200, 0.01), (404, 0.01))
    second = meter.of("default", "fruit")
    assert second is not None
    assert (second.requests, second.errors, second.refused, second.window_s) == (2, 0, 1, 60.0)
    assert second.error_rate == 0.0


def test_a_gateway_that_started_anew_counts_from_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    meter = Meter(monkeypatch)
    meter.page = counted(*[(200, 0.01)] * 5)
    meter.of("default", "fruit")
    meter.now, meter.page = 60.0, counted((200, 0.01))
    found = meter.of("default", "fruit")
    assert found is not None
    assert found.requests == 1


def test_a_silent_gateway_has_no_traffic_to_tell() -> None:
    assert TrafficMeter("http://127.0.0.1:9").of("default", "fruit") is None
    assert TrafficMeter(None).of("default", "fruit") is None
