"""A CSV of ten million rows, about 1 GB, to a version, against Polars reading and writing it.

Each side is a process of its own, imports included, in turns; peak memory is that of the
process. Aileron's side is all that a run does with the file: `data.ingest` with its types,
checks and its digest, the store, and the version with its DVC objects. Polars reads
the file and writes Parquet, once in memory and once as a stream; `ratio` is against the former,
as people write it. `cpu_ratio` compares processor seconds, which a busy machine changes less.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from common import StepContext, alternate, give, median, say

ROWS: Final = int(os.environ.get("BENCH_ROWS", "10000000"))
ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "3"))
CELLS: Final = (
    "floor(hash(i, 1) % 100)::INTEGER AS age",
    "CASE WHEN hash(i, 2) % 50 > 0 THEN (hash(i, 3) % 2000000) / 7.0 END AS income",
    "(hash(i, 4) % 1000000) / 1000000.0::DOUBLE AS score",
    "(130 + hash(i, 5) % 80)::INTEGER AS height",
    "(hash(i, 6) % 1000000000) / 1000.0::DOUBLE AS balance",
    "(hash(i, 7) % 30)::INTEGER AS visits",
    (
        "CASE WHEN hash(i, 8) % 40 > 0 THEN"
        " ['北京', '上海', '广州', '深圳', '杭州'][1 + (hash(i, 9) % 5)::BIGINT] END AS city"
    ),
    "['a', 'b', 'c'][1 + (hash(i, 10) % 3)::BIGINT] AS level",
    "(hash(i, 13) % 1000000) / 1000.0::DOUBLE AS weight",
    "(hash(i, 14) % 1000000) / 1000.0::DOUBLE AS width",
    "(hash(i, 15) % 100000000) / 1000.0::DOUBLE AS depth",
    "upper(left(md5(i::VARCHAR), 8)) AS code",
    "strftime(DATE '2020-01-01' + (hash(i, 11) % 1500)::INTEGER, '%Y-%m-%d') AS day",
    "['no', 'yes'][1 + (hash(i, 12) % 2)::BIGINT] AS label",
)


def write(path: Path) -> None:
    """Numbers, categories, dates, and a column of texts that are all different."""
    import duckdb

    cells = ", ".join(CELLS)
    duckdb.sql(f"COPY (SELECT {cells} FROM range({ROWS}) AS t(i)) TO '{path}' (FORMAT csv)")


def aileron_side(source: Path, work: Path) -> None:
    """From the file to a version."""
    from aileron.core.ports import ArtifactKind
    from aileron.data.ingest import Ingest, IngestConfig
    from aileron.data.versions import Versions
    from aileron.store import open_store

    config = IngestConfig(name="people", task="classification", target="label")
    dataset = Ingest().run(StepContext(work), config, {"source": source.parent})["dataset"]
    open_store(str(work / "store")).put(ArtifactKind.DATASET, dataset)
    version = Versions(work / "data.git", str(work / "remote")).publish(dataset, "default", "bench")
    assert version.version == 1


def polars_side(source: Path, work: Path) -> None:
    import polars as pl

    pl.read_csv(source).write_parquet(work / "people.parquet")


def stream_side(source: Path, work: Path) -> None:
    import polars as pl

    pl.scan_csv(source).sink_parquet(work / "people.parquet")


SIDES: Final = {"aileron": aileron_side, "polars": polars_side, "polars_stream": stream_side}


def measured(side: str, source: Path) -> dict[str, Any]:
    """One run in a process of its own."""
    with tempfile.TemporaryDirectory(dir=source.parent.parent) as work:
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, __file__, side, str(source), work],
            check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        seconds = time.perf_counter() - begin
    return {"seconds": round(seconds, 2)} | json.loads(done.stdout.splitlines()[-1])


def child(side: str, source: Path, work: Path) -> None:
    SIDES[side](source, work)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = round(used.ru_utime + used.ru_stime, 2)
    print(json.dumps({"cpu_seconds": cpu, "peak_mb": round(used.ru_maxrss / 1024)}))


def main() -> None:
    if len(sys.argv) == 4:
        child(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
        return
    with tempfile.TemporaryDirectory(prefix="aileron-bench-table-") as work:
        source = Path(work) / "source" / "people.csv"
        source.parent.mkdir()
        write(source)
        size = source.stat().st_size
        say(f"{ROWS:,} rows, {size / 1e6:.0f} MB of CSV")
        found = alternate(ROUNDS, {name: lambda n=name: measured(n, source) for name in SIDES})
    seconds = {name: median([one["seconds"] for one in runs]) for name, runs in found.items()}
    cpu = {name: median([one["cpu_seconds"] for one in runs]) for name, runs in found.items()}
    give(
        {
            "benchmark": "table_import",
            "rows": ROWS,
            "bytes": size,
            **{f"{name}_seconds": seconds[name] for name in SIDES},
            "ratio": round(seconds["aileron"] / seconds["polars"], 3),
            "stream_ratio": round(seconds["aileron"] / seconds["polars_stream"], 3),
            "cpu_ratio": round(cpu["aileron"] / cpu["polars"], 3),
            **{f"{name}_peak_mb": max(one["peak_mb"] for one in found[name]) for name in SIDES},
            "rounds": found,
        }
    )


if __name__ == "__main__":
    main()
