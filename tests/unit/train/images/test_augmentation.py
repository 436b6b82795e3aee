"""Pictures are changed within what was allowed, and the same way under the same seed."""

import pytest
import torch
from torch import Generator, Tensor

from aileron.train.images.augmentation import Augmentation


def pictures(count: int = 6, height: int = 12, width: int = 16) -> Tensor:
    return torch.rand(count, 3, height, width, generator=Generator().manual_seed(0))


def seeded(seed: int = 1) -> Generator:
    return Generator().manual_seed(seed)


def test_nothing_allowed_changes_nothing() -> None:
    given = pictures()
    assert torch.equal(Augmentation()(given, seeded()), given)


def test_a_mirrored_picture_is_the_picture_or_its_mirror_image() -> None:
    given = pictures(40)
    mirrored = 0
    for before, after in zip(given, Augmentation(flip=True)(given, seeded()), strict=True):
        as_it_was = torch.allclose(after, before, atol=1e-5)
        assert as_it_was != torch.allclose(after, before.flip(-1), atol=1e-5)
        mirrored += not as_it_was
    assert 8 < mirrored < 32


@pytest.mark.parametrize("change", [{"rotate": 30}, {"crop": 0.4}, {"brightness": 0.5}])
def test_each_change_keeps_shape_and_range_and_follows_the_seed(change: dict[str, float]) -> None:
    given, augment = pictures(), Augmentation(**change)
    once, again, other = (augment(given, seeded(seed)) for seed in (1, 1, 2))
    assert once.shape == given.shape
    assert 0 <= float(once.min()) <= float(once.max()) <= 1
    assert torch.equal(once, again)
    assert not torch.allclose(once, given, atol=1e-3)
    assert not torch.allclose(once, other, atol=1e-3)


def test_a_turn_keeps_proportions_of_pictures_that_are_not_square() -> None:
    """A disc stays a disc: its width and height, in pixels, do not change with the angle."""
    rows, columns = torch.meshgrid(torch.arange(41.0), torch.arange(81.0), indexing="ij")
    disc = ((rows - 20) ** 2 + (columns - 40) ** 2 < 12**2).float()
    turned = Augmentation(rotate=90)(disc.expand(8, 1, 41, 81), seeded())
    for picture in turned[:, 0] > 0.5:
        height, width = picture.any(dim=1).sum(), picture.any(dim=0).sum()
        assert abs(int(height) - 23) <= 2
        assert abs(int(width) - 23) <= 2
