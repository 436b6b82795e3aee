"""One row to an XGBoost model: the service, the gateway before it, and plain FastAPI.

Closed loop of 16 connections for requests per second, then 200 requests a second for the
waiting times. The sides take turns, and the median of each counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from common import HERE, alternate, give, median
from serving import client, released

CONNECTIONS: Final = 16
RATE: Final = 200
ROUNDS: Final = 5
SECONDS: Final = 4.0


@contextmanager
def plain(model: Path) -> Iterator[str]:
    """The hand-written server's address."""
    command = [sys.executable, str(HERE / "plain_fastapi.py"), str(model)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/predict"
    finally:
        process.terminate()
        process.wait(30)


def check_same(urls: list[str], question: Path) -> None:
    """All sides run the same model: the same score, or the comparison means nothing."""
    scores = []
    for url in urls:
        answer = httpx.post(url, json=json.loads(question.read_bytes()), timeout=30)
        scores.append(answer.raise_for_status().json()["batch_results"][0]["score"])
    assert max(scores) - min(scores) < 1e-6, scores


def summed(rounds: list[dict[str, Any]]) -> dict[str, float]:
    """Medians over the rounds; errors and the longest wait over all of them."""
    medians = {key: median([r[key] for r in rounds]) for key in ("per_second", "p50_ms", "p99_ms")}
    worst = {"max_ms": max(r["max_ms"] for r in rounds)}
    return medians | worst | {"errors": sum(r["errors"] for r in rounds)}


def measure(sides: dict[str, str], question: Path) -> dict[str, Any]:
    loads = {"closed": CONNECTIONS, "open": RATE}
    found: dict[str, Any] = {}
    for kind, number in loads.items():

        def side(url: str, kind: str = kind, number: int = number) -> Any:
            return lambda: client(url, question, kind, number, SECONDS)

        raw = alternate(ROUNDS, {name: side(url) for name, url in sides.items()})
        found[kind] = {name: summed(rounds) for name, rounds in raw.items()} | {"raw": raw}
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as name, released() as service:
        folder = Path(name)
        question = service.question(folder)
        with plain(service.model(folder)) as address:
            sides = {"fastapi": address, "direct": service.direct, "gateway": service.url}
            check_same(list(sides.values()), question)
            found = measure(sides, question)
    speed = {side: found["closed"][side]["per_second"] for side in sides}
    ours = [found[kind][side] for kind in ("closed", "open") for side in ("direct", "gateway")]
    give(
        {
            "benchmark": "serving",
            "connections": CONNECTIONS,
            "rate": RATE,
            "direct_ratio": speed["direct"] / speed["fastapi"],
            "gateway_ratio": speed["gateway"] / speed["fastapi"],
            "gateway_p99_ms": found["open"]["gateway"]["p99_ms"],
            "direct_p99_ms": found["open"]["direct"]["p99_ms"],
            "errors": sum(side["errors"] for side in ours),
            **found,
        }
    )


if __name__ == "__main__":
    main()
