"""What steps see of the platform: the two contexts that `aileron.core.steps` promises."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from aileron.core.errors import StepFailed
from aileron.core.ports import Reference
from aileron.core.settings import Settings
from aileron.store import Store


@dataclass(frozen=True)
class ComponentContext:
    """Implements `aileron.core.steps.Context`; its log is the process's stdout."""

    step: str
    seed: int
    work: Path
    outputs: Path
    """Directory of the outputs, one directory per port."""
    ports: frozenset[str]
    metrics: Path
    checkpoint: Path

    def output(self, port: str) -> Path:
        if port not in self.ports:
            raise StepFailed("run.output_undeclared", step=self.step, port=port)
        return self.outputs / port

    def log(self, message: str) -> None:
        print(message, flush=True)

    def metric(self, name: str, value: float, step: int = 0) -> None:
        number = float(value)
        if not math.isfinite(number):
            raise StepFailed("run.metric_not_finite", step=self.step, name=name, at=step)
        line = json.dumps({"name": name, "step": int(step), "value": number})
        with self.metrics.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


@dataclass(frozen=True)
class PlatformContext:
    """Implements `aileron.core.steps.EffectContext`."""

    settings: Settings
    project: str
    lifecycle: str
    run_id: str
    actor: str
    key: str
    work: Path
    git_commit: str | None = None

    def log(self, message: str) -> None:
        print(message, flush=True)


class LazyInputs(Mapping[str, Path]):
    """Inputs that are fetched when looked at: an effect that only observes reads few of them."""

    def __init__(self, store: Store, references: Mapping[str, Reference], folder: Path) -> None:
        self._store = store
        self._references = references
        self._folder = folder

    def __getitem__(self, port: str) -> Path:
        target = self._folder / port
        if not target.exists():
            self._store.fetch(self._references[port], target)
        return target

    def __iter__(self) -> Iterator[str]:
        return iter(self._references)

    def __len__(self) -> int:
        return len(self._references)
