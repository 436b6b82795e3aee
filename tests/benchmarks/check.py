"""Judges the results of the last `run.py` against `bounds.toml`.

Usage: ``python check.py [--only NAME]``; exit code 1 if a bound is broken or was not
measured. Ratios hold on any machine, since both sides ran in the same minutes; seconds and
milliseconds need a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE.parents[1] / "bench"
BOUNDS: Final = HERE / "bounds.toml"


@dataclass(frozen=True)
class Bound:
    """What a value of a benchmark's result may be at most, or must be at least."""

    benchmark: str
    value: str
    what: str
    most: float | None = None
    least: float | None = None

    def __post_init__(self) -> None:
        if (self.most is None) == (self.least is None):
            raise ValueError(f"{self.benchmark}.{self.value}: give `most` or `least`, one of them")

    @property
    def limit(self) -> str:
        return f"<= {self.most:g}" if self.most is not None else f">= {self.least:g}"

    def verdict(self, found: float | None) -> str:
        if found is None:
            return "not measured"
        high = self.most is not None and found > self.most
        low = self.least is not None and found < self.least
        return "BROKEN" if high or low else "holds"


def main() -> int:
    bounds = [Bound(**values) for values in tomllib.loads(BOUNDS.read_text("utf-8"))["bound"]]
    parser = argparse.ArgumentParser(description="Judge the last results.")
    names = sorted({bound.benchmark for bound in bounds})
    parser.add_argument("--only", choices=names, metavar="NAME", help=", ".join(names))
    only = parser.parse_args().only
    judged = [bound for bound in bounds if only in (None, bound.benchmark)]
    verdicts = [judge(bound) for bound in judged]
    return 0 if set(verdicts) == {"holds"} else 1


def judge(bound: Bound) -> str:
    result = read(bound.benchmark)
    found = result.get(bound.value)
    verdict = bound.verdict(found)
    measured = "-" if found is None else f"{found:.3g}"
    load = result["machine"]["load_before"][0] if result else "-"
    name = f"{bound.benchmark}.{bound.value}"
    print(f"{name:<34} {bound.limit:>9} {measured:>9}  {verdict:<13} load {load:<6} {bound.what}")
    return verdict


def read(name: str) -> dict[str, Any]:
    """The result of benchmark `name`; empty if it was not run."""
    path = RESULTS / f"{name}.json"
    result: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return result


if __name__ == "__main__":
    sys.exit(main())
