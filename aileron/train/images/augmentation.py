"""Random changes of training pictures, a whole batch at a time, in plain torch.

Rotation, zoom and shift are one affine map per picture, sampled bilinearly; what comes from
outside the picture repeats its border. Brightness and contrast change the values. All
random numbers come from one generator.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn.functional import affine_grid, grid_sample


@dataclass(frozen=True)
class Augmentation:
    """How far a picture may be changed; 0 or False leaves it as it is.

    Args:
        flip: mirror half of the pictures, left to right.
        rotate: largest angle, degrees either way.
        crop: largest share of each side that a crop cuts off.
        brightness: largest relative change of brightness and of contrast.
    """

    flip: bool = False
    rotate: float = 0.0
    crop: float = 0.0
    brightness: float = 0.0

    def __call__(self, pictures: Tensor, chance: Generator) -> Tensor:
        """Changed copies of `pictures` [n, c, h, w], values 0 to 1."""
        if self.flip or self.rotate or self.crop:
            grid = affine_grid(
                self._maps(pictures, chance), list(pictures.shape), align_corners=False
            )
            pictures = grid_sample(pictures, grid, padding_mode="border", align_corners=False)
        if self.brightness:
            pictures = self._relight(pictures, chance)
        return pictures

    def _maps(self, pictures: Tensor, chance: Generator) -> Tensor:
        """Affine maps [n, 2, 3] from places in the result to places in the picture."""
        n, (height, width) = len(pictures), pictures.shape[2:]

        def uniform(low: float, high: float) -> Tensor:
            return torch.empty(n).uniform_(low, high, generator=chance)

        angle = uniform(-1, 1) * math.radians(self.rotate)
        zoom = 1 - uniform(0, 1) * self.crop
        mirror = 1 - 2 * (uniform(0, 1) < 0.5).float() if self.flip else torch.ones(n)
        across, down = uniform(-1, 1) * (1 - zoom), uniform(-1, 1) * (1 - zoom)
        cos, sin, ratio = angle.cos() * zoom, angle.sin() * zoom, height / width
        rows = (cos * mirror, -sin * ratio, across, sin / ratio * mirror, cos, down)
        return torch.stack(rows, dim=1).reshape(n, 2, 3).to(pictures)

    def _relight(self, pictures: Tensor, chance: Generator) -> Tensor:
        def factor() -> Tensor:
            drawn = torch.empty(len(pictures), 1, 1, 1).uniform_(-1, 1, generator=chance)
            return 1 + self.brightness * drawn.to(pictures)

        mean = pictures.mean(dim=(1, 2, 3), keepdim=True)
        return ((pictures - mean) * factor() + mean * factor()).clamp(0, 1)
