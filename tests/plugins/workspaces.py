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

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace `old`, which must be there, in the file of lifecycle `name`."""
        text = (self.folder / f"configs/lifecycles/{name}.yaml").read_text(encoding="utf-8")
        assert old in text
        self.lifecycle(name, text.replace(old, new))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")
