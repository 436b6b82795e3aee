"""Labelling in the ledger: 100,000 samples, 1,000 new annotations, how far the campaign is.

On an embedded PostgreSQL of its own, which keeps what is written as a real one does. Label
Studio is not part of it: what was drawn there is given.
"""

from __future__ import annotations

import os
import random
import socket
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from common import give, median, say

from aileron.label.spec import LabelSpec
from aileron.label.work import Seen, Work
from aileron.ledger import Ledger, Package
from aileron.stack.postgres import EmbeddedPostgres

SAMPLES: Final = int(os.environ.get("BENCH_SAMPLES", "100000"))
NEW: Final = 1000
SIZE: Final = 25
BOXES: Final = 5
ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "3"))
SPEC: Final = {
    "task": "detection", "modality": "image", "package_size": SIZE, "overlap": 1,
    "assignment": "round_robin", "annotators": [f"person{n}" for n in range(5)],
    "audit": {"share": 0.2}, "classes": [{"name": name} for name in "abcd"],
}  # fmt: skip
Found = TypeVar("Found")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="aileron-bench-labelling-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        server.start(free_port())
        try:
            server.ensure_database("ledger")
            ledger = Ledger(server.url("ledger"))
            ledger.migrate()
            rounds = [measured(ledger, f"bench{number}") for number in range(ROUNDS)]
            ledger.close()
        finally:
            server.stop()
    names = [name for name in rounds[0] if name.endswith("_seconds")]
    give(
        {
            "benchmark": "labelling",
            "samples": SAMPLES,
            "packages": -(-SAMPLES // SIZE),
            "new": NEW,
            **{name: median([one[name] for one in rounds]) for name in names},
            "rounds": rounds,
        }
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measured(ledger: Ledger, name: str) -> dict[str, Any]:
    work = Work(ledger, "default", "bench")
    ids = [f"sample{number:07d}" for number in range(SAMPLES)]
    spec = LabelSpec.model_validate(SPEC)
    create, _ = timed(lambda: work.create(name, "pictures", 1, spec, ids))
    distribute, given = timed(lambda: work.distribute(name))
    assert len(given) == -(-SAMPLES // SIZE)
    some = given[: NEW // SIZE]
    for package in some:
        tasks = {place: task(package, place) for place in range(1, package.size + 1)}
        assert ledger.labelling.handed_out(package.id, package.id, tasks)
    observe, new = timed(lambda: [work.observe(one.id, drawn(one, 1)) for one in some])
    assert sum(new) == NEW
    again, new = timed(lambda: [work.observe(one.id, drawn(one, 1)) for one in some])
    assert sum(new) == 0
    submit, _ = timed(lambda: [handed_in(ledger, one) for one in some])
    progress, found = timed(lambda: work.progress(name))
    assert found.items["submitted"] == NEW
    people, _ = timed(lambda: work.people(name))
    values = {
        "create_seconds": create, "distribute_seconds": distribute, "observe_seconds": observe,
        "observe_again_seconds": again, "submit_seconds": submit, "progress_seconds": progress,
        "people_seconds": people,
    }  # fmt: skip
    say(f"{name}: {values}")
    return values


def handed_in(ledger: Ledger, package: Package) -> Package:
    return Work(ledger, "default", package.annotator or "").submit(package.id)


def drawn(package: Package, seed: int) -> Sequence[Seen]:
    """Boxes on every picture of a package."""
    chance = random.Random(f"{seed}/{package.id}")
    return [
        Seen(
            task(package, place),
            {
                "objects": [
                    {
                        "label": chance.choice("abcd"),
                        "box": {
                            side: round(chance.uniform(1, 500), 2)
                            for side in ("x", "y", "width", "height")
                        },
                    }
                    for _ in range(BOXES)
                ]
            },
            seconds=chance.uniform(1, 60),
        )
        for place in range(1, package.size + 1)
    ]


def task(package: Package, place: int) -> int:
    return package.id * 10_000 + place


def timed(action: Callable[[], Found]) -> tuple[float, Found]:
    begin = time.perf_counter()
    found = action()
    return round(time.perf_counter() - begin, 3), found


if __name__ == "__main__":
    main()
