"""Small datasets for tests of stage `data`: written as files, imported by the real step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from aileron.core.settings import Settings
from aileron.data.ingest import Ingest, IngestConfig

CARS = """\
model,colour,weight,speed,fast
ant,red,1.5,100,yes
bee,,2.25,90,no
cat,blue,3,120,yes
dog,red,,80,no
"""
CARS_CONFIG = {"name": "cars", "target": "fast", "task": "classification"}


@dataclass
class Notebook:
    """A component's context that keeps what a step says."""

    folder: Path
    seed: int = 0
    lines: list[str] = field(default_factory=list)

    @property
    def work(self) -> Path:
        return self.folder

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint"

    def output(self, port: str) -> Path:
        return self.folder / port

    def log(self, message: str) -> None:
        self.lines.append(message)

    def metric(self, name: str, value: float, step: int = 0) -> None:
        raise AssertionError(f"no step of this stage has curves, got {name}")


@dataclass
class Caller:
    """An effect's context: who asks, in which run."""

    settings: Settings
    work: Path
    project: str = "default"
    lifecycle: str = "cars"
    run_id: str = "default/cars/1"
    actor: str = "test"
    key: str = "k"
    lines: list[str] = field(default_factory=list)

    def log(self, message: str) -> None:
        self.lines.append(message)


class Workbench:
    """Imports tables below one folder, each into a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count()

    def new(self) -> Path:
        path = self.folder / f"{next(self._numbers)}"
        path.mkdir(parents=True)
        return path

    def ingest(
        self, content: str | bytes, config: Mapping[str, Any] = CARS_CONFIG, file: str = "cars.csv"
    ) -> Path:
        """The DATASET directory made from a file of that content."""
        source = self.new()
        data = content.encode() if isinstance(content, str) else content
        (source / file).write_bytes(data)
        return self.ingest_folder(source, config)

    def ingest_folder(self, source: Path, config: Mapping[str, Any]) -> Path:
        """The DATASET directory made from a SOURCE directory."""
        checked = IngestConfig.model_validate(config)
        outputs = Ingest().run(Notebook(self.new()), checked, {"source": source})
        return outputs["dataset"]


@pytest.fixture
def workbench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path / "workbench")
