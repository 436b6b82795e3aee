"""Fine-tuning of a pretrained image backbone from a local folder of weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import ConfigDict, Field

from aileron.core.ports import ArtifactKind, Port
from aileron.train.images.config import Fit, ImageTrainingConfig
from aileron.train.images.trainer import ImageTrainer

if TYPE_CHECKING:
    from aileron.data.images import ImageDataset
    from aileron.serve.pictures import Preparation
    from aileron.train.images.network import Classifier


class ImageBackboneConfig(ImageTrainingConfig):
    """The backbone's own parameters, and gentler defaults for the loop."""

    model_config = ConfigDict(title="Picture backbone (transformers)")

    weights: str = Field(
        min_length=1,
        title="Weights",
        description="folder with config.json, preprocessor_config.json and model.safetensors",
    )
    epochs: int = Field(
        12, ge=1, le=10_000, title="Epochs", description="most passes over the training pictures"
    )
    batch_size: int = Field(
        16, ge=4, le=4096, title="Batch size", description="pictures per step of the optimizer"
    )
    learning_rate: float = Field(
        1e-4, gt=0, le=1, title="Learning rate", description="the highest rate of the backbone"
    )
    early_stopping_epochs: int | None = Field(
        4,
        ge=1,
        title="Patience",
        description="stop after so many epochs without a better validation loss; null never stops",
    )
    head_factor: float = Field(
        10.0, gt=0, le=1000, title="Head factor", description="the new head learns this much faster"
    )
    freeze_epochs: int = Field(
        1,
        ge=0,
        le=10_000,
        title="Frozen epochs",
        description="first epochs in which the head learns alone",
    )
    image_size: int | None = Field(
        None,
        ge=16,
        le=1024,
        title="Picture size",
        description="pixels of a side; null is what the backbone was trained with",
    )
    fit: Fit = Field(
        "resize", title="Fit", description="resize stretches a picture, pad keeps its proportions"
    )


class TrainImageBackbone(ImageTrainer[ImageBackboneConfig]):
    """Gives a pretrained image classifier a new head and teaches both; downloads nothing."""

    name = "train.image_backbone"
    version = 1
    title: ClassVar[Mapping[str, str]] = {
        "en": "Fine-tune a picture backbone (transformers)",
        "zh": "微调图像骨干网络（transformers）",
    }
    Config = ImageBackboneConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        **ImageTrainer.inputs,
        "weights": Port(ArtifactKind.SOURCE, "the backbone's folder, as the parameter names it"),
    }

    def preparation(
        self, config: ImageBackboneConfig, inputs: Mapping[str, Path], data: ImageDataset
    ) -> tuple[Preparation, bool]:
        from aileron.train.images.pretrained import preparation_of
        from aileron.train.images.weights import weight_files

        del data
        weight_files(inputs["weights"])
        return preparation_of(inputs["weights"], config.image_size, config.fit), False

    def network(
        self,
        config: ImageBackboneConfig,
        inputs: Mapping[str, Path],
        preparation: Preparation,
        classes: int,
    ) -> Classifier:
        from aileron.train.images.pretrained import check_size, load_backbone

        backbone = load_backbone(inputs["weights"], config, classes)
        check_size(backbone, preparation)
        return backbone
