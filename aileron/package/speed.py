"""How quickly a package answers on so many cores: latency and requests per second.

One instance is confined to its cores (sched_setaffinity(2)) and asked its own golden requests
over loopback: by one client for the latency, then by several for the throughput. The clients are
one process, which uses whatever cores there are: of a quick model they are the limit, so that
more may be had than is told.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from aileron.core.errors import InvalidInput, StepFailed

CLIENTS_PER_CORE: Final = 4
WARM_UP: Final = 5
"""Requests before anything is measured."""
Golden = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Speed:
    """What one instance does on `cores` cores."""

    cores: int
    latency_p50_ms: float
    """Of a client that asks one request after the other."""
    latency_p95_ms: float
    requests_per_second: float
    """With `CLIENTS_PER_CORE` clients for each core, at once."""

    def __str__(self) -> str:
        return (
            f"cores: {self.cores}, latency: {self.latency_p50_ms:.1f} ms (p95 "
            f"{self.latency_p95_ms:.1f} ms), requests per second: {self.requests_per_second:.0f}"
        )


@contextmanager
def confined(cores: int) -> Iterator[None]:
    """What is started meanwhile has `cores` of this process's cores.

    Raises:
        InvalidInput: there are not so many.
    """
    mine = os.sched_getaffinity(0)
    if cores > len(mine):
        raise InvalidInput("package.too_many_cores", cores=cores, there=len(mine))
    os.sched_setaffinity(0, sorted(mine)[:cores])
    try:
        yield
    finally:
        os.sched_setaffinity(0, mine)


def measure(host: str, port: int, golden: Golden, cores: int, seconds: float) -> Speed:
    """Ask the instance at `host`, `port` for `seconds`, half of them with one client.

    Raises:
        StepFailed: a request is not answered with 200.
    """
    _ask(host, port, golden, most=WARM_UP)
    waited = sorted(_ask(host, port, golden, seconds / 2))
    clients = CLIENTS_PER_CORE * cores
    answered: list[list[float]] = []
    failed: list[StepFailed] = []

    def client() -> None:
        try:
            answered.append(_ask(host, port, golden, seconds / 2))
        except StepFailed as error:
            failed.append(error)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    rate = sum(map(len, answered)) / (time.monotonic() - begun)
    return Speed(
        cores,
        latency_p50_ms=1000 * waited[len(waited) // 2],
        latency_p95_ms=1000 * waited[int(len(waited) * 0.95)],
        requests_per_second=rate,
    )


def _ask(
    host: str, port: int, golden: Golden, seconds: float = 60.0, most: int | None = None
) -> list[float]:
    """Ask one request after the other, over one connection; seconds of each, at least one."""
    bodies = [(entry["path"], json.dumps(entry["request"])) for entry in golden]
    connection = http.client.HTTPConnection(host, port, timeout=60)
    deadline, waited = time.monotonic() + seconds, []
    try:
        for path, body in itertools.islice(itertools.cycle(bodies), most):
            begun = time.monotonic()
            connection.request("POST", path, body, {"content-type": "application/json"})
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200:
                said = answer.decode("utf-8", "replace")[:500]
                raise StepFailed("package.not_measured", problem=f"{response.status}: {said}")
            waited.append(time.monotonic() - begun)
            if time.monotonic() > deadline:
                break
    except (OSError, http.client.HTTPException) as error:
        raise StepFailed("package.not_measured", problem=repr(error)) from None
    finally:
        connection.close()
    return waited
