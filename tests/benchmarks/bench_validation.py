"""Validating a table of ten million rows by 20 expectations against hand-written Polars.

Prints one JSON document. Each side is a process of its own, imports included, in turns; peak
memory is that of the process. Both read the same Parquet files and count the same failing rows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from common import alternate, give, median, say

ROWS = int(os.environ.get("BENCH_ROWS", "10000000"))
ROUNDS = 3
FILES = 4
CITIES = ["北京", "上海", "广州", "深圳", "杭州", "成都", "武汉", "西安"]
KINDS = {
    "age": "number", "income": "number", "score": "number", "height": "number",
    "balance": "number", "visits": "number", "city": "category", "level": "category",
    "code": "text", "day": "date", "label": "category",
}  # fmt: skip


def expectations() -> list[dict[str, Any]]:
    """Twenty, of every kind: nulls, ranges, sets, lengths, patterns, uniqueness, aggregates."""

    def one(kind: str, **kwargs: Any) -> dict[str, Any]:
        return {"type": f"expect_{kind}", "kwargs": kwargs}

    return [
        one("table_row_count_to_be_between", min_value=1),
        one("column_values_to_not_be_null", column="age"),
        one("column_values_to_not_be_null", column="city", mostly=0.9),
        one("column_values_to_not_be_null", column="label"),
        one("column_values_to_be_between", column="age", min_value=0, max_value=120),
        one("column_values_to_be_between", column="income", min_value=0, mostly=0.4),
        one("column_values_to_be_between",
            column="score", min_value=0, max_value=0.999, mostly=0.9),
        one("column_values_to_be_between", column="height", min_value=100, max_value=230),
        one("column_values_to_be_between", column="visits", min_value=0),
        one("column_values_to_be_in_set", column="city", value_set=CITIES),
        one("column_values_to_be_in_set", column="level", value_set=["a", "b", "c"]),
        one("column_values_to_be_in_set", column="label", value_set=["no", "yes"]),
        one("column_value_lengths_to_be_between", column="code", min_value=8, max_value=8),
        one("column_values_to_match_regex", column="code", regex="^[A-F0-9]+$"),
        one("column_values_to_match_regex", column="day", regex=r"^\d{4}-\d{2}-\d{2}$"),
        one("column_mean_to_be_between", column="income", min_value=-1e9, max_value=1e9),
        one("column_stdev_to_be_between", column="score", min_value=0, max_value=1),
        one("column_max_to_be_between", column="balance", max_value=1e9),
        one("column_unique_value_count_to_be_between", column="city", max_value=8),
        one("column_pair_values_a_to_be_greater_than_b",
            column_A="height", column_B="age", mostly=0.9),
    ]  # fmt: skip


def write(folder: Path) -> None:
    """A DATASET of a table, made by DuckDB."""
    import duckdb

    from aileron.data.card import Card

    (folder / "table").mkdir(parents=True)
    cities = ", ".join(f"'{city}'" for city in CITIES)
    each = ROWS // FILES
    for number in range(FILES):
        first = number * each
        duckdb.sql(
            f"COPY (SELECT 'r' || lpad((i + 1)::VARCHAR, 8, '0') AS sample_id,"
            " floor(hash(i, 1) % 100)::DOUBLE AS age,"
            " CASE WHEN hash(i, 2) % 50 > 0 THEN (hash(i, 3) % 2000000) / 7.0 END AS income,"
            " (hash(i, 4) % 1000000) / 1000000.0::DOUBLE AS score,"
            " (130 + hash(i, 5) % 80)::DOUBLE AS height,"
            " (hash(i, 6) % 1000000000) / 1000.0::DOUBLE AS balance,"
            " (hash(i, 7) % 30)::DOUBLE AS visits,"
            " CASE WHEN hash(i, 8) % 40 > 0 THEN"
            f" [{cities}][1 + (hash(i, 9) % 8)::BIGINT] END AS city,"
            " ['a', 'b', 'c'][1 + (hash(i, 10) % 3)::BIGINT] AS level,"
            " upper(left(md5(i::VARCHAR), 8)) AS code,"
            " strftime(DATE '2020-01-01' + (hash(i, 11) % 1500)::INTEGER, '%Y-%m-%d') AS day,"
            " ['no', 'yes'][1 + (hash(i, 12) % 2)::BIGINT] AS label"
            f" FROM range({first}, {first + each}) AS t(i))"
            f" TO '{folder}/table/part-{number:05d}.parquet' (FORMAT parquet, COMPRESSION zstd)"
        )
    schema = [
        {"name": name, "type": kind, "role": "target" if name == "label" else "feature",
         "categories": ["no", "yes"] if name == "label" else None, "missing": 0}
        for name, kind in KINDS.items()
    ]  # fmt: skip
    values = {
        "name": "people", "task": "classification", "target": "label", "classes": ["no", "yes"],
        "schema": schema, "counts": {"rows": each * FILES}, "digest": "0" * 64,
        "source": {"file": "people.csv", "sha256": "0" * 64}, "created_by": "bench@1",
    }  # fmt: skip
    Card.model_validate(values).write(folder)


def aileron_side(folder: Path) -> list[int | None]:
    """Failing rows of each expectation, as the step finds them."""
    from aileron.data.card import read_card
    from aileron.data.specs import ExpectationSpec
    from aileron.data.suite import run_suite

    specs = [ExpectationSpec.model_validate(one) for one in expectations()]
    with tempfile.TemporaryDirectory() as work:
        outcomes = run_suite(folder, read_card(folder), specs, Path(work), "duckdb")
    assert all(outcome.success for outcome in outcomes), outcomes
    return [outcome.unexpected_count for outcome in outcomes]


def polars_side(folder: Path) -> list[int | None]:
    """The same by hand: one lazy scan."""
    import polars as pl

    c = pl.col
    cells = [
        pl.len().alias("rows"),
        c("age").is_null().sum().alias("1"),
        c("city").is_null().sum().alias("2"),
        c("label").is_null().sum().alias("3"),
        (~c("age").is_between(0, 120)).sum().alias("4"),
        (c("income") < 0).sum().alias("5"),
        (~c("score").is_between(0, 0.999)).sum().alias("6"),
        (~c("height").is_between(100, 230)).sum().alias("7"),
        (c("visits") < 0).sum().alias("8"),
        (~c("city").is_in(CITIES)).sum().alias("9"),
        (~c("level").is_in(["a", "b", "c"])).sum().alias("10"),
        (~c("label").is_in(["no", "yes"])).sum().alias("11"),
        (c("code").str.len_chars() != 8).sum().alias("12"),
        (~c("code").str.contains("^[A-F0-9]+$")).sum().alias("13"),
        (~c("day").str.contains(r"^\d{4}-\d{2}-\d{2}$")).sum().alias("14"),
        c("income").mean().alias("mean"),
        c("score").std().alias("std"),
        c("balance").max().alias("max"),
        c("city").drop_nulls().n_unique().alias("distinct"),
        (c("height") <= c("age")).sum().alias("19"),
    ]
    found = pl.scan_parquet(folder / "table/*.parquet").select(cells).collect(engine="streaming")
    row = found.row(0)
    return [row[i] if found.columns[i].isdigit() else None for i in range(len(row))]


SIDES = {"aileron": aileron_side, "polars": polars_side}


def measured(side: str, folder: Path) -> dict[str, Any]:
    """One run in a process of its own."""
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, side, str(folder)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return {"seconds": time.perf_counter() - begin} | json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    if len(sys.argv) == 3:
        begin = time.perf_counter()
        counts = SIDES[sys.argv[1]](Path(sys.argv[2]))
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        inner = time.perf_counter() - begin
        print(json.dumps({"counts": counts, "peak_mb": round(peak), "inner_seconds": inner}))
        return
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "dataset"
        write(folder)
        size = sum(path.stat().st_size for path in (folder / "table").iterdir())
        say(f"{ROWS:,} rows, {size / 1e6:.0f} MB of Parquet")
        names = list(SIDES)
        found = alternate(ROUNDS, {name: lambda n=name: measured(n, folder) for name in names})
    ours, theirs = found["aileron"], found["polars"]
    assert ours[0]["counts"] == theirs[0]["counts"], (ours[0]["counts"], theirs[0]["counts"])
    seconds = {name: median([one["seconds"] for one in found[name]]) for name in names}
    give(
        {
            "benchmark": "validation",
            "rows": ROWS,
            "expectations": len(expectations()),
            "aileron_seconds": seconds["aileron"],
            "polars_seconds": seconds["polars"],
            "ratio": round(seconds["aileron"] / seconds["polars"], 3),
            "aileron_peak_mb": max(one["peak_mb"] for one in ours),
            "polars_peak_mb": max(one["peak_mb"] for one in theirs),
            "raw": {name: [one["seconds"] for one in found[name]] for name in names},
        }
    )


if __name__ == "__main__":
    main()
