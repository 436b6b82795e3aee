"""What the picture trainers share: read a split dataset, learn, write MODEL and METRICS.

A trainer says how pictures are prepared and which network learns; the loop, the export and
the figures are the same for all.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context
from aileron.train.images.config import ImageTrainingConfig
from aileron.train.trainer import write_metrics

if TYPE_CHECKING:
    from aileron.data.images import ImageDataset, ImagePart
    from aileron.serve.pictures import Preparation
    from aileron.train.images.loop import Data, Loop
    from aileron.train.images.network import Classifier
    from aileron.train.images.objective import Objective
    from aileron.train.images.pictures import Pictures

ImageConfigT = TypeVar("ImageConfigT", bound=ImageTrainingConfig)

SERVED: tuple[str, ...] = ("numpy", "onnxruntime", "pillow")
"""What a service must install to load the model."""
USED: tuple[str, ...] = (*SERVED, "torch", "safetensors")


class ImageTrainer(Component[ImageConfigT]):
    """Base of the steps that train picture classifiers."""

    modality: ClassVar[Literal["image"]] = "image"
    inputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET, "the pictures"),
        "split": Port(ArtifactKind.SPLIT, "which pictures train, validate and test"),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "model": Port(ArtifactKind.MODEL, "the trained model"),
        "metrics": Port(ArtifactKind.METRICS, "training and validation metrics, by epoch"),
    }

    @abstractmethod
    def preparation(
        self, config: ImageConfigT, inputs: Mapping[str, Path], data: ImageDataset
    ) -> tuple[Preparation, bool]:
        """How pictures become numbers; whether mean and std are to be those of the pictures."""

    @abstractmethod
    def network(
        self,
        config: ImageConfigT,
        inputs: Mapping[str, Path],
        preparation: Preparation,
        classes: int,
    ) -> Classifier:
        """The network that learns, with its first weights; torch is seeded."""

    def run(
        self, context: Context, config: ImageConfigT, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        import torch

        from aileron.data.images import ImageDataset
        from aileron.train.images.device import choose_place
        from aileron.train.images.loop import Loop
        from aileron.train.images.objective import Objective

        place = choose_place(config.device, config.precision, config.threads)
        dataset = ImageDataset.read(inputs["dataset"], inputs["split"])
        classes, multi = len(dataset.card.classes), dataset.card.label_type == "multi"
        data = self._data(context, config, inputs, dataset)
        torch.manual_seed(context.seed)
        network = self.network(config, inputs, data.preparation, classes)
        context.log(f"{_weights(network):,} weights, {data.preparation.size} pixels, {place}")
        objective = Objective.of(
            data.train.targets, multi=multi, classes=classes, weighting=config.class_weight
        )
        loop = Loop(context, config, network, objective, data, place)
        loop.run()
        figures, threshold = _figures(context, loop, data, objective)
        primary = "train_log_loss" if data.validation is None else "validation_log_loss"
        return {
            "model": self._write_model(context, config, dataset, loop, data, objective, threshold),
            "metrics": write_metrics(
                context.output("metrics"), figures, primary, loop.progress.history
            ),
        }

    def _data(
        self,
        context: Context,
        config: ImageConfigT,
        inputs: Mapping[str, Path],
        dataset: ImageDataset,
    ) -> Data:
        from dataclasses import replace

        from aileron.train.images.loop import Data
        from aileron.train.images.pictures import Pictures, targets_of

        parts = {name: dataset.part(name) for name in ("train", "validation")}
        _check_parts(config, dataset, parts["train"], parts["validation"])
        preparation, own_statistics = self.preparation(config, inputs, dataset)
        multi, classes = dataset.card.label_type == "multi", len(dataset.card.classes)
        pictures: dict[str, Pictures] = {
            name: Pictures.read(
                part, targets_of(part, classes, multi=multi), preparation, context.work / name
            )
            for name, part in parts.items()
            if len(part)
        }
        counts = ", ".join(f"{len(part)} {name}" for name, part in parts.items())
        context.log(f"{counts} pictures, {classes} classes, {dataset.card.label_type} label")
        if own_statistics:
            mean, std = pictures["train"].statistics()
            preparation = replace(preparation, mean=mean, std=std)
        return Data(pictures["train"], pictures.get("validation"), preparation)

    def _write_model(
        self,
        context: Context,
        config: ImageConfigT,
        dataset: ImageDataset,
        loop: Loop,
        data: Data,
        objective: Objective,
        threshold: float | None,
    ) -> Path:
        from aileron.serve.image_model import ImageModelCard
        from aileron.train.images.export import example_indices, write_onnx, write_weights

        folder = context.output("model")
        folder.mkdir(parents=True)
        judged = data.validation or data.train
        examples = loop.normalised(judged.batch(example_indices(len(judged)))).cpu()
        write_weights(folder, loop.network)
        file = write_onnx(folder, loop.network, objective, examples)
        versions = {name: installed_version(name) for name in USED}
        card = ImageModelCard(
            algorithm=self.name,
            framework="onnx",
            file=file.name,
            file_digest=sha256(file.read_bytes()).hexdigest(),
            task="multi_label" if objective.multi else "single_label",
            classes=dataset.card.classes,
            preparation=data.preparation,
            parameters=config.model_dump(mode="json") | {"seed": context.seed},
            best_round=loop.progress.best_epoch,
            threshold=threshold,
            requirements=tuple(f"{name}=={versions[name]}" for name in SERVED),
            library_versions=versions,
        )
        text = json.dumps(card.to_json(), ensure_ascii=False, indent=1, allow_nan=False)
        (folder / "model.json").write_text(text + "\n", encoding="utf-8")
        return folder


def _check_parts(
    config: ImageTrainingConfig, dataset: ImageDataset, train: ImagePart, validation: ImagePart
) -> None:
    """Refuse what cannot be learnt from."""
    card = dataset.card
    if card.task != "classification":
        task = card.task.replace("_", " ")
        raise InvalidInput("train.pictures_of_another_task", dataset=card.name, task=task)
    if len(card.classes) < 2 and card.label_type == "single":
        raise InvalidInput("train.one_class", dataset=card.name, found=", ".join(card.classes))
    seen = {index for labels in train.labels for index in labels}
    for index, label in enumerate(card.classes):
        if index not in seen:
            raise InvalidInput("train.class_without_pictures", found=repr(label))
    if len(train) < 2:
        raise InvalidInput("train.too_few_pictures", count=len(train))
    if not len(validation) and config.early_stopping_epochs is not None:
        raise InvalidInput("train.no_validation_pictures")


def _figures(
    context: Context, loop: Loop, data: Data, objective: Objective
) -> tuple[dict[str, float], float | None]:
    """Metrics of the best epoch by part; and the recommended threshold, for many labels."""
    from aileron.train.images.objective import best_threshold

    figures: dict[str, float] = {}
    threshold: float | None = None
    for part, pictures in (("train", data.train), ("validation", data.validation)):
        if pictures is None:
            continue
        logits = loop.logits(pictures)
        named = objective.figures(logits, pictures.targets)
        figures |= {f"{part}_{name}": value for name, value in named}
        if objective.multi:
            scores = objective.probabilities(logits).numpy()
            threshold = best_threshold(scores, pictures.targets.numpy())
    for name, value in figures.items():
        context.log(f"{name} {value:.6g}")
    return figures, threshold


def _weights(network: Any) -> int:
    return sum(weight.numel() for weight in network.parameters())
