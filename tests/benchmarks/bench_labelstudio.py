"""Label Studio: 100,000 tasks handed out, then 1,000 new annotations taken over.

Prints one JSON document. On a Label Studio and an embedded PostgreSQL of its own; the packages
have 1,000 samples of two classes. What is drawn is put in by Label Studio's own import, so what
is timed of the second part is the looking alone.
"""

from __future__ import annotations

import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from common import HERE, give

sys.path.insert(0, str(HERE.parent))

from plugins.labelling_office import PROJECT, SPEC, choice
from plugins.labelstudio import RunningStudio
from plugins.postgres import free_port

from aileron.label.handout import hand_out
from aileron.label.reconcile import reconcile
from aileron.label.studio.client import Studio
from aileron.label.studio.server import DATABASE
from aileron.label.work import Work
from aileron.ledger import Ledger, Package
from aileron.stack.postgres import EmbeddedPostgres

TASKS: Final = int(os.environ.get("BENCH_TASKS", "100000"))
SIZE: Final = 1000
SMALL: Final = 25
"""Samples of the packages that are looked at in the third part: as many as people get."""
NEW: Final = 1000


class Bodies:
    """Samples that have nothing but their size."""

    def bodies(
        self, dataset: str, version: int, ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        return {one: {"sample_id": one, "width": 640, "height": 480} for one in ids}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="aileron-bench-labelstudio-") as name:
        folder = Path(name)
        server = EmbeddedPostgres(folder / "postgres")
        server.start(free_port())
        server.ensure_database(DATABASE)
        server.ensure_database("ledger")
        ledger = Ledger(server.url("ledger"))
        ledger.migrate()
        running = RunningStudio(
            port=free_port(),
            gate_port=free_port(),
            token=secrets.token_hex(20),
            database_url=server.url(DATABASE),
            folder=folder,
        )
        try:
            begun = time.perf_counter()
            running.start()
            started = time.perf_counter() - begun
            studio = running.client()
            found = measured(ledger, studio)
            studio.close()
        finally:
            running.kill()
            ledger.close()
            server.stop()
    give({"benchmark": "labelstudio", "first_start_seconds": round(started, 1), **found})


def measured(ledger: Ledger, studio: Studio) -> dict[str, Any]:
    """Seconds to hand out all tasks, and to take over new annotations of one package and many."""
    packages = campaign(ledger, "large", TASKS, SIZE)
    seconds = []
    for package in packages:
        begun = time.perf_counter()
        hand_out(ledger, studio, Bodies(), package)
        seconds.append(time.perf_counter() - begun)
    one = looked(ledger, studio, packages[:1])
    many = campaign(ledger, "small", NEW, SMALL)
    for package in many:
        hand_out(ledger, studio, Bodies(), package)
    return {
        "tasks": TASKS,
        "hand_out_seconds": round(sum(seconds), 2),
        "hand_out_median_seconds": round(statistics.median(seconds), 3),
        "new": NEW,
        "sync_seconds": one,
        "sync_small_packages_seconds": looked(ledger, studio, many),
    }


def campaign(ledger: Ledger, name: str, samples: int, size: int) -> list[Package]:
    """The packages of a new campaign, each somebody's."""
    work = Work(ledger, PROJECT, "bench", manager=True)
    ids = [f"s{number:06}" for number in range(samples)]
    work.create(name, "pictures", 1, {**SPEC, "package_size": size}, ids)
    packages = ledger.labelling.packages(PROJECT, campaign=name, limit=10_000)
    return [work.assign(package.id, "anna") for package in packages]


def looked(ledger: Ledger, studio: Studio, packages: Sequence[Package]) -> float:
    """Seconds to take over an annotation of every task of `packages`."""
    for package in packages:
        project = ledger.labelling.package(PROJECT, package.id).studio_project or 0
        data = studio.tables.data(project)
        again = [
            {"data": one, "annotations": [{"result": choice("normal")}]} for one in data.values()
        ]
        made = studio.add_tasks(project, again)  # in bulk; one by one takes minutes
        move(studio, dict(zip(made, data, strict=True)))
    begun = time.perf_counter()
    new = sum(reconcile(ledger, studio, Bodies(), package) for package in packages)
    seconds = time.perf_counter() - begun
    assert new == sum(package.size for package in packages), new
    return round(seconds, 2)


def move(studio: Studio, tasks: Mapping[int, int]) -> None:
    """Have the annotations of some tasks be of others, in Label Studio's tables."""
    from sqlalchemy import text

    engine = studio.tables._engine
    change = text("UPDATE task_completion SET task_id = :to WHERE task_id = :of")
    with engine.begin() as connection:
        connection.execute(change, [{"of": of, "to": to} for of, to in tasks.items()])


if __name__ == "__main__":
    main()
