"""Whatever the past: what is needed stays whole, what is new stays, and once is enough."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plugins.past import Past
from pydantic import SecretStr

from aileron.core.ports import ArtifactKind, Reference
from aileron.core.settings import Settings
from aileron.ledger import Ledger, RunState
from aileron.ledger.database import metadata

AGES = st.sampled_from([0.1, 0.8, 2.0, 10.0, 60.0])
"""Days; the grace is one, and runs are kept for three."""
CONTENTS = st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=3)
"""An artifact: the files it has. Equal ones are one artifact, and many share files."""


@dataclass(frozen=True)
class AnyRun:
    workflow: str
    outputs: tuple[frozenset[str], ...]
    source: frozenset[str]
    days: float | None
    good: bool
    leased: bool


@dataclass(frozen=True)
class AnyPast:
    runs: tuple[AnyRun, ...]
    models: tuple[tuple[frozenset[str], float], ...]
    champions: tuple[tuple[frozenset[str], float], ...]
    datasets: tuple[frozenset[str], ...]
    documents: tuple[frozenset[str], ...]
    executions: tuple[frozenset[str], ...]
    cached: tuple[frozenset[str], ...]
    unknown: tuple[frozenset[str], ...]
    loose: tuple[str, ...]
    ages: tuple[float, ...]


def some(strategy: st.SearchStrategy, most: int = 4) -> st.SearchStrategy:
    return st.lists(strategy, max_size=most).map(tuple)


RUNS = st.builds(
    AnyRun,
    workflow=st.sampled_from(["pumps", "valves"]),
    outputs=some(CONTENTS, 2),
    source=CONTENTS,
    days=st.none() | AGES,
    good=st.booleans(),
    leased=st.booleans(),
)
PASTS = st.builds(
    AnyPast,
    runs=some(RUNS, 6),
    models=some(st.tuples(CONTENTS, AGES)),
    champions=some(st.tuples(CONTENTS, AGES)),
    datasets=some(CONTENTS, 2),
    documents=some(CONTENTS, 2),
    executions=some(CONTENTS, 2),
    cached=some(CONTENTS, 2),
    unknown=some(CONTENTS, 2),
    loose=some(st.text("xyz", min_size=1, max_size=3), 2),
    ages=st.lists(AGES, min_size=1, max_size=7).map(tuple),
)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody pulls the plug, so nothing waits for the disk."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PASTS)
def test_nothing_that_is_needed_or_new_is_ever_removed(
    ledger: Ledger, ledger_url: str, quick: None, any_past: AnyPast
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        past = fresh(ledger, ledger_url, Path(folder))
        needed = written(past, any_past)
        ages = aged(past, any_past.ages)
        everything = {one.key for one in past.store.stock()}
        past.sweep()
        left = {one.key for one in past.store.stock()}
        for number, reference in enumerate(needed):
            past.store.verify(reference)
            target = past.store.fetch(reference, Path(folder, "out", str(number)))
            assert all(path.read_text() == path.name for path in target.iterdir() if path.is_file())
        assert not [key for key in everything - left if ages[key] < 1]
        assert past.sweep().going == ()
        assert {one.key for one in past.store.stock()} == left


def fresh(ledger: Ledger, ledger_url: str, folder: Path) -> Past:
    """A past without anything in it."""
    (folder / "home").mkdir()
    settings = Settings(workspace=folder, home=folder / "home", ledger_url=SecretStr(ledger_url))
    past = Past(ledger, settings, folder / "made")
    names = [table.name for table in metadata.sorted_tables if table.name != "installation"]
    past.sql("; ".join(f"DELETE FROM {name}" for name in names))
    return past


def aged(past: Past, ages: tuple[float, ...]) -> dict[str, float]:
    """Every object gets one of the ages, in turn."""
    keys = sorted(one.key for one in past.store.stock())
    found = {key: ages[number % len(ages)] for number, key in enumerate(keys)}
    for key, days in found.items():
        past.grow_old(days, [key])
    return found


def written(past: Past, any_past: AnyPast) -> set[Reference]:
    """Write it; what has to stay, found out in another way than by the tables."""
    needed = set(_runs(past, any_past.runs))
    needed |= set(_models(past, any_past))
    for number, contents in enumerate(any_past.datasets, 1):
        past.dataset_version(number, made := past.artifact(*contents))
        needed.add(made)
    for number, contents in enumerate(any_past.documents):
        needed.add(made := past.artifact(*contents))
        document = past.settings.workspace / "configs" / f"document{number}.yaml"
        document.parent.mkdir(exist_ok=True)
        document.write_text(f"model: {made.uri}\n")
    for number, contents in enumerate(any_past.executions):
        needed.add(made := past.artifact(*contents))
        key = f"executions/key{number}/1/result.json"
        past.store.write_object(key, f'{{"model": "{made.uri}"}}'.encode())
    for number, contents in enumerate(any_past.cached):
        past.cached(f"cached{number}", {"port": past.artifact(*contents)})
    for contents in any_past.unknown:
        past.artifact(*contents)
    for content in any_past.loose:
        with past.store.blob() as blob:
            blob.write(content.encode())
    return {past.artifact(*names(past, one), kind=one.kind) for one in needed}


def names(past: Past, reference: Reference) -> list[str]:
    return [entry.path for entry in past.store.manifest(reference).files]


def _runs(past: Past, runs: tuple[AnyRun, ...]) -> Iterator[Reference]:
    by_age = sorted(runs, key=lambda run: 61.0 if run.days is None else run.days)
    for workflow in ("pumps", "valves"):
        mine = [run for run in by_age if run.workflow == workflow]
        successes = [run for run in mine if run.good and run.days is not None]
        for rank, run in enumerate(mine):
            outputs = [past.artifact(*contents) for contents in run.outputs]
            source = past.artifact(*run.source, kind=ArtifactKind.SOURCE)
            state = RunState.SUCCEEDED if run.good else RunState.FAILED
            run_id = past.run(
                outputs, days=run.days, workflow=workflow, state=state, sources=[source]
            )
            (row,) = past.ledger.nodes.list(run_id)
            if run.leased:
                past.ledger.leases.acquire(f"component/{row.key}", run_id, 60)
            last_good = bool(successes) and run is successes[0]
            going_on = run.days is None or run.leased
            if rank < 2 or going_on or last_good or (run.days or 0) < 3:
                yield from outputs
                yield source


def _models(past: Past, any_past: AnyPast) -> Iterator[Reference]:
    versions: dict[Reference, tuple[int, float]] = {}
    for contents, days in any_past.models:
        model = past.artifact(*contents)
        versions.setdefault(model, (past.version(model, days=days), days))
    highest = max((number for number, _ in versions.values()), default=0)
    for model, (number, days) in versions.items():
        if number == highest or days < 1:
            yield model
    history = []
    for contents, days in sorted(any_past.champions, key=lambda one: -one[1]):
        package = past.artifact(*contents, kind=ArtifactKind.PACKAGE)
        champion = past.champion(len(history) + 1, package, package, days=days)
        history.append((champion, package, days))
    for place, (_, package, _) in enumerate(reversed(history)):
        before = list(reversed(history))[place - 1] if place else None
        if place < 2 or (before is not None and before[2] < 1):
            yield package
