"""Networks that the loop trains: what each must offer, and the small one of `train.image_cnn`.

The small one has residual blocks with batch normalisation (He et al., 2016) that each halve
the picture, global average pooling, so that any picture size works, and one linear layer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

Group = dict[str, Any]


class Classifier(nn.Module, ABC):
    """Normalised pictures [n, channels, h, w] to logits [n, classes]."""

    @abstractmethod
    def groups(self, learning_rate: float, weight_decay: float) -> list[Group]:
        """The weights in groups, each with its highest learning rate as ``lr``."""

    def before_epoch(self, epoch: int) -> None:
        """Called before each epoch, counted from 0: a chance to freeze weights."""


def decayed(
    named: Sequence[nn.Parameter], learning_rate: float, weight_decay: float
) -> list[Group]:
    """Two groups: matrices and filters shrink by themselves, biases and norms do not."""
    matrices = [weight for weight in named if weight.ndim > 1]
    others = [weight for weight in named if weight.ndim <= 1]
    return [
        {"params": matrices, "lr": learning_rate, "weight_decay": weight_decay},
        {"params": others, "lr": learning_rate, "weight_decay": 0.0},
    ]


class Residual(nn.Module):
    """Two 3x3 convolutions and a short cut; the picture's sides are halved."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(after)
        self.second = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(after)
        self.shortcut = nn.Conv2d(before, after, 1, bias=False)

    def forward(self, pictures: Tensor) -> Tensor:
        inner = torch.relu(self.first_norm(self.first(pictures)))
        pooled = avg_pool2d(pictures, 2, ceil_mode=True)
        return torch.relu(self.second_norm(self.second(inner)) + self.shortcut(pooled))


class ImageCNN(Classifier):
    """A stem that halves the picture, then a residual stage for each further width.

    Args:
        widths: channels of the stem and of each stage.
        dropout: share of the pooled features that a training step leaves out.
    """

    def __init__(self, channels: int, classes: int, widths: Sequence[int], dropout: float) -> None:
        super().__init__()
        self.stem = nn.Conv2d(channels, widths[0], 3, stride=2, padding=1, bias=False)
        self.stem_norm = nn.BatchNorm2d(widths[0])
        pairs = pairwise(widths)
        self.stages = nn.Sequential(*(Residual(before, after) for before, after in pairs))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(widths[-1], classes)

    def forward(self, pictures: Tensor) -> Tensor:
        features = self.stages(torch.relu(self.stem_norm(self.stem(pictures))))
        logits: Tensor = self.head(self.dropout(features.mean(dim=(2, 3))))
        return logits

    def groups(self, learning_rate: float, weight_decay: float) -> list[Group]:
        return decayed(list(self.parameters()), learning_rate, weight_decay)
