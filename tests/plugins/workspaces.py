"""A small workspace: one dataset of a CSV file, one lifecycle of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from aileron.core.settings import Settings

LIFECYCLE = """\
apiVersion: aileron/v1
kind: Lifecycle
name: fruit
dataset: fruit
train:
  algorithm: logistic_regression
  parameters: {C: 0.5}
gate:
  thresholds:
    roc_auc: {min: 0.6}
"""

DATASET = """\
apiVersion: aileron/v1
kind: Dataset
name: fruit
source: {file: fruit.csv}
target: kind
task: classification
"""

POOL = """\
apiVersion: aileron/v1
kind: Pool
name: shared
namespace: aileron-shared
images: {trainer: localhost/aileron-trainer:dev, server: localhost/aileron-server:dev}
sizes:
  cpu-1x2: {cpu: 1, memory_mb: 2048}
  cpu-2x4: {cpu: 2, memory_mb: 4096}
  gpu-1: {cpu: 2, memory_mb: 4096, gpu: 1}
default_size: cpu-1x2
quota: {cpu: 3, memory_mb: 8192, gpu: 0}
slots: 2
store: {uri: "s3://aileron/store"}
"""


class Workspace:
    """A workspace in a folder, and its settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(workspace=folder, home=folder / ".aileron")
        self.write("datasets/fruit/dataset.yaml", DATASET)
        rows = (f"{i % 7},{i * 3 % 5},{'pear' if i % 3 else 'plum'}\n" for i in range(90))
        self.write("datasets/fruit/fruit.csv", "weight,length,kind\n" + "".join(rows))
        self.lifecycle("fruit", LIFECYCLE)

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def lifecycle(self, name: str, text: str) -> Path:
        return self.write(f"configs/lifecycles/{name}.yaml", text)

    def pool(self, text: str = POOL) -> Path:
        """Write pool `shared`, and let lifecycle `fruit` train in it."""
        self.edit("fruit", "gate:", "runtime: {runner: kubernetes, pool: shared}\ngate:")
        return self.pool_file(text)

    def pool_file(self, text: str = POOL) -> Path:
        return self.write("configs/pools/shared.yaml", text)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace `old`, which must be there, in the file of lifecycle `name`."""
        text = (self.folder / f"configs/lifecycles/{name}.yaml").read_text(encoding="utf-8")
        assert old in text
        self.lifecycle(name, text.replace(old, new))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")
