"""Releases and roll-backs under a constant client: how long each part takes, what it costs.

A changed lifecycle releases a second version through the scheduler. Then the command rolls
back and promotes in turns. `compare_and_set_ms` is the champion row alone; `switched_seconds`
is from a healthy revision to the return of the whole release, with the gateway's word.
"""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from common import aileron, alternate, give, median
from serving import LIFECYCLE, PROJECT, ConstantClient, Service, released

from aileron.deploy.rollback import promote

RATE: Final = 50
ROUNDS: Final = 5
SETTLE_SECONDS: Final = 1.0
ANOTHER: Final = (
    "--set", "train.parameters.max_depth=2", "--set", "gate.champion.tolerance=0.2",
)  # fmt: skip
HEALTHY: Final = re.compile(r"revision \d+ is healthy")
CHAMPION: Final = re.compile(r"version \d+ is the champion \(fence")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, released() as service:
        first = service.champion.version
        question = service.question(Path(folder))
        with ConstantClient(service.url, question, RATE) as during_release:
            wall, facts = aileron("lifecycle", "run", LIFECYCLE, "--wait", *ANOTHER)
            time.sleep(SETTLE_SECONDS)
        second = facts["model_version"]
        assert second != first, facts
        sides = {
            "rollback": lambda: back(first),
            "promote": lambda: staged(service, second),
        }
        with ConstantClient(service.url, question, RATE) as during_rollback:
            found = alternate(ROUNDS, sides)
            time.sleep(SETTLE_SECONDS)
        back(first)
    node = next(task for task in facts["tasks"] if task["name"] == "release")
    give(
        {
            "benchmark": "release",
            "lifecycle_seconds": round(wall, 3),
            "release_node_seconds": node["seconds"],
            "rollback_seconds": median(found["rollback"]),
            **{
                part: median([one[part] for one in found["promote"]])
                for part in ("compare_and_set_ms", "switched_seconds", "healthy_seconds")
            },
            "requests": during_release.result["requests"] + during_rollback.result["requests"],
            "errors": during_release.result["errors"] + during_rollback.result["errors"],
            "raw": {
                **found,
                "during_release": during_release.result,
                "during_rollback": during_rollback.result,
            },
        }
    )


def back(version: int) -> float:
    """Seconds of the command that rolls back, as a person waits for it."""
    seconds, facts = aileron("model", "rollback", LIFECYCLE)
    assert facts["version"] == version, facts
    return round(seconds, 3)


def staged(service: Service, version: int) -> dict[str, Any]:
    """Promote `version` here, and take the time at each stage that it tells of."""
    begin = time.perf_counter()
    told: list[tuple[str, float]] = []
    champion = promote(
        service.settings,
        service.ledger,
        PROJECT,
        LIFECYCLE,
        version,
        "benchmark",
        lambda line: told.append((line, time.perf_counter())),
    )
    end = time.perf_counter()
    assert champion.version == version
    healthy, made = when(told, HEALTHY), when(told, CHAMPION)
    return {
        "healthy_seconds": round(healthy - begin, 3),
        "compare_and_set_ms": round((made - healthy) * 1000, 2),
        "switched_seconds": round(end - healthy, 3),
    }


def when(told: list[tuple[str, float]], line: re.Pattern[str]) -> float:
    """When the first line that fits was told."""
    return next(moment for text, moment in told if line.match(text))


if __name__ == "__main__":
    main()
