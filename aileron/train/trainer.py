"""What every trainer shares: read a split dataset, fit, write MODEL and METRICS.

A new algorithm is a subclass with a config, the tasks it is made for and `fit`. The check
in ``tests/contract/train`` is what each must pass.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, ConfigT, Context

if TYPE_CHECKING:
    from aileron.serve.encoding import Feature, Matrix
    from aileron.serve.model import Scores, Task
    from aileron.train.tables import Labelled, SplitTable, Target

FORMAT_VERSION = 1


@dataclass(frozen=True)
class TrainingData:
    """Encoded training and validation rows; `validation` is None where the split has none."""

    features: tuple[Feature, ...]
    target: Target
    train: Labelled
    validation: Labelled | None


@dataclass(frozen=True)
class Point:
    """One point of a curve."""

    name: str
    step: int
    value: float


@dataclass(frozen=True)
class Fitted:
    """What `fit` returns: the model's file and how to ask it."""

    file: str
    content: bytes
    scores: Callable[[Matrix], Scores]
    history: Sequence[Point] = ()
    best_round: int | None = None
    threshold: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """What the trainer chose where the config leaves it to the table."""


class Trainer(Component[ConfigT]):
    """Base of the training steps."""

    inputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET, "the rows"),
        "split": Port(ArtifactKind.SPLIT, "which rows train, validate and test"),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "model": Port(ArtifactKind.MODEL, "the trained model"),
        "metrics": Port(ArtifactKind.METRICS, "training and validation metrics, by round"),
    }
    framework: ClassVar[Literal["xgboost", "sklearn"]]
    distributions: ClassVar[tuple[str, ...]]
    """What a service must install to load the model."""
    tasks: ClassVar[tuple[Task, ...]]

    @abstractmethod
    def fit(self, context: Context, config: ConfigT, data: TrainingData) -> Fitted:
        """Learn from `data`; the same bytes for the same data, config and seed."""

    def run(
        self, context: Context, config: ConfigT, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.train.tables import SplitTable

        table = SplitTable.read(inputs["dataset"], inputs["split"])
        data = self._data(table)
        context.log(
            f"{len(data.train)} training rows, "
            f"{len(data.validation) if data.validation else 0} validation rows, "
            f"{len(data.features)} features, {data.target.task}"
        )
        fitted = self.fit(context, config, data)
        return {
            "model": self._write_model(context, config, table, data, fitted),
            "metrics": self._write_metrics(context, data, fitted),
        }

    def _data(self, table: SplitTable) -> TrainingData:
        features, target = table.features(), table.target()
        if target.task not in self.tasks:
            raise InvalidInput(
                "train.wrong_task",
                algorithm=self.name,
                wanted=" / ".join(self.tasks),
                dataset=table.card.name,
                task=target.task,
            )
        train = table.labelled("train", features, target)
        for index, label in enumerate(target.classes or ()):
            if not (train.target == index).any():
                raise InvalidInput("train.class_without_rows", found=repr(label))
        has_validation = table.parts["validation"].num_rows > 0
        validation = table.labelled("validation", features, target) if has_validation else None
        return TrainingData(features, target, train, validation)

    def _write_model(
        self,
        context: Context,
        config: ConfigT,
        table: SplitTable,
        data: TrainingData,
        fitted: Fitted,
    ) -> Path:
        from aileron.serve.model import ModelCard
        from aileron.train.tables import plain_rows

        versions = {name: installed_version(name) for name in self.distributions}
        card = ModelCard(
            algorithm=self.name,
            framework=self.framework,
            file=fitted.file,
            file_digest=sha256(fitted.content).hexdigest(),
            task=data.target.task,
            target=data.target.name,
            classes=data.target.classes,
            features=data.features,
            parameters=config.model_dump(mode="json")
            | dict(fitted.parameters)
            | {"seed": context.seed},
            best_round=fitted.best_round,
            threshold=fitted.threshold,
            requirements=tuple(f"{name}=={version}" for name, version in versions.items()),
            library_versions=versions,
            input_example=plain_rows(table.part("train"), data.features, [0])[0],
        )
        folder = context.output("model")
        folder.mkdir(parents=True)
        (folder / fitted.file).write_bytes(fitted.content)
        _write_json(folder / "model.json", card.to_json())
        return folder

    def _write_metrics(self, context: Context, data: TrainingData, fitted: Fitted) -> Path:
        from aileron.train.losses import losses

        parts = {"train": data.train, "validation": data.validation}
        metrics = {
            f"{part}_{name}": value
            for part, rows in parts.items()
            if rows is not None
            for name, value in losses(data.target.task, fitted.scores(rows.matrix), rows.target)
        }
        for name, value in metrics.items():
            context.log(f"{name} {value:.6g}")
        primary = [name for name in metrics if name.endswith(("log_loss", "rmse"))][-1]
        return write_metrics(context.output("metrics"), metrics, primary, fitted.history)


def write_metrics(
    folder: Path, metrics: Mapping[str, float], primary: str, history: Sequence[Point] = ()
) -> Path:
    """Write a METRICS directory; curves are in `history`."""
    folder.mkdir(parents=True)
    document = {"format_version": FORMAT_VERSION, "metrics": dict(metrics), "primary": primary}
    _write_json(folder / "metrics.json", document)
    lines = [
        json.dumps({"name": point.name, "step": point.step, "value": point.value}) + "\n"
        for point in history
    ]
    (folder / "history.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
