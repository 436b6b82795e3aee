"""A small convolutional network, learnt from nothing but the dataset's own pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from pydantic import ConfigDict, Field

from aileron.train.images.config import Fit, ImageTrainingConfig
from aileron.train.images.trainer import ImageTrainer

if TYPE_CHECKING:
    from aileron.data.images import ImageDataset
    from aileron.serve.pictures import Preparation
    from aileron.train.images.network import Classifier

SIZES: Final = (32, 64, 128)
"""Sides that `image_size` null chooses from."""


class ImageCNNConfig(ImageTrainingConfig):
    """The network's own parameters, before those of the loop."""

    model_config = ConfigDict(title="Picture network (CNN)")

    image_size: int | None = Field(
        None,
        ge=16,
        le=1024,
        title="Picture size",
        description="pixels of a side that the network sees; null suits the pictures, at most 128",
    )
    colour: Literal["auto", "RGB", "L"] = Field(
        "auto", title="Colour", description="RGB, or L for grey; auto is L if all pictures are grey"
    )
    fit: Fit = Field(
        "resize", title="Fit", description="resize stretches a picture, pad keeps its proportions"
    )
    width: int = Field(
        32, ge=4, le=512, title="Width", description="channels of the first stage; the last has 8x"
    )
    dropout: float = Field(
        0.2, ge=0, lt=1, title="Dropout", description="share of features left out in training"
    )


class TrainImageCNN(ImageTrainer[ImageCNNConfig]):
    """Learns filters from scratch, and keeps the epoch with the best validation loss."""

    name = "train.image_cnn"
    version = 1
    title: ClassVar[Mapping[str, str]] = {
        "en": "Train a picture network (CNN)",
        "zh": "训练图像卷积网络（CNN）",
    }
    Config = ImageCNNConfig

    def preparation(
        self, config: ImageCNNConfig, inputs: Mapping[str, Path], data: ImageDataset
    ) -> tuple[Preparation, bool]:
        from aileron.serve.pictures import Preparation
        from aileron.train.images.facts import PictureFacts

        del data
        facts = PictureFacts.read(inputs["dataset"])
        side = config.image_size or facts.suitable_side(SIZES)
        grey = facts.all_grey if config.colour == "auto" else config.colour == "L"
        channels = 1 if grey else 3
        unit = ((0.0,) * channels, (1.0,) * channels)
        return Preparation((side, side), "L" if grey else "RGB", config.fit, *unit), True

    def network(
        self,
        config: ImageCNNConfig,
        inputs: Mapping[str, Path],
        preparation: Preparation,
        classes: int,
    ) -> Classifier:
        from aileron.train.images.network import ImageCNN

        del inputs
        widths = [config.width * factor for factor in (1, 1, 2, 4, 8)]
        return ImageCNN(preparation.shape[0], classes, widths, config.dropout)
