"""A running average of a network's weights, which answers better than the weights themselves.

Exponential, as in Polyak and Juditsky (1992) and every recent picture classifier: it steadies
the validation loss of small data sets, where one epoch has few steps.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Final

import torch
from torch import nn

LEAST_WINDOW: Final = 50.0
"""Steps."""


class WeightAverage:
    """Follows a network; `network` is the averaged copy."""

    def __init__(self, source: nn.Module, steps_per_epoch: int) -> None:
        self.network = deepcopy(source).eval().requires_grad_(False)
        self.steps = 0
        self._source = source
        self._longest = 1 - 1 / max(LEAST_WINDOW, 2.0 * steps_per_epoch)

    @torch.no_grad()
    def update(self) -> None:
        """After a step of the optimizer. The first steps count more: they are soon outdated."""
        self.steps += 1
        kept = min(self._longest, self.steps / (self.steps + 10))
        newest = self._source.state_dict()
        for name, average in self.network.state_dict().items():
            if average.is_floating_point():
                average.lerp_(newest[name], 1 - kept)
            else:
                average.copy_(newest[name])
