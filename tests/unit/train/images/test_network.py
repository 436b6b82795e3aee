"""The small network takes pictures of any size, and its average follows it."""

import pytest
import torch

from aileron.train.images.average import WeightAverage
from aileron.train.images.network import ImageCNN


@pytest.mark.parametrize("size", [(16, 16), (33, 50), (128, 97)])
def test_any_size_gives_a_score_per_class(size: tuple[int, int]) -> None:
    network = ImageCNN(3, 5, (4, 4, 8, 8, 16), 0.1)
    assert network(torch.rand(2, 3, *size)).shape == (2, 5)


def test_norms_and_biases_do_not_shrink() -> None:
    network = ImageCNN(1, 2, (4, 8), 0.0)
    matrices, others = network.groups(0.1, 0.5)
    assert (matrices["weight_decay"], others["weight_decay"]) == (0.5, 0.0)
    count = len(matrices["params"]) + len(others["params"])
    assert count == len(list(network.parameters()))
    assert all(weight.ndim == 1 for weight in others["params"])


def test_the_average_comes_near_weights_that_stand_still() -> None:
    network = ImageCNN(1, 2, (4, 8), 0.0)
    average = WeightAverage(network, steps_per_epoch=1)
    torch.nn.init.ones_(network.head.weight)
    for _ in range(400):
        average.update()
    assert torch.allclose(average.network.head.weight, network.head.weight, atol=1e-2)
    assert not average.network.head.weight.requires_grad
