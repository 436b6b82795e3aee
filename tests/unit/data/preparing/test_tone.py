"""Gray levels, colours and noise of pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from aileron.data.preparing.images import tone


def ramp(low: int, high: int) -> Image.Image:
    levels = np.linspace(low, high, 64).round().astype(np.uint8)
    return Image.fromarray(np.tile(levels, (48, 1)))


def deviation(image: Image.Image) -> float:
    return float(np.asarray(image, dtype=np.float64).std())


def test_gamma_above_one_is_brighter_and_keeps_black_and_white() -> None:
    bright = np.asarray(tone.gamma(ramp(0, 255), 2.0)).astype(int)
    before = np.asarray(ramp(0, 255)).astype(int)
    assert (bright >= before).all()
    assert (bright.min(), bright.max()) == (0, 255)
    assert bright[0, 16] == round(255 * (before[0, 16] / 255) ** 0.5)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_equalizing_gives_a_dull_picture_contrast(mode: str) -> None:
    dull = ramp(100, 130).convert(mode)
    for better in (tone.equalized(dull), tone.stretched(dull, 0), tone.clahe(dull, 4, 40)):
        assert better.mode == mode
        assert better.size == dull.size
        assert deviation(better) > 3 * deviation(dull)


def test_a_limit_of_contrast_holds_back_an_even_ground() -> None:
    even = Image.new("L", (64, 64), 90)
    assert deviation(tone.clahe(even, 8, 2)) < 1


def test_a_tiny_picture_has_tiles_too() -> None:
    assert tone.clahe(Image.new("L", (3, 1), 9), 8, 2.0).size == (3, 1)


@pytest.mark.parametrize("method", ["median", "bilateral", "blurred"])
def test_denoising_takes_noise_away_and_leaves_the_edge(method: str) -> None:
    clean = np.zeros((300, 60), dtype=np.uint8) + 60
    clean[:, 30:] = 180
    noisy = tone.noisy(Image.fromarray(clean), 12, np.random.default_rng(1))
    quiet = {
        "median": lambda: tone.median(noisy, 3),
        "bilateral": lambda: tone.bilateral(noisy, 5, 40.0),
        "blurred": lambda: tone.blurred(noisy, 1.0),
    }[method]()
    values = np.asarray(quiet).astype(float)
    assert values[:, 5:25].std() < 0.6 * np.asarray(noisy)[:, 5:25].std()
    assert values[:, 32:].mean() - values[:, :28].mean() > 110


def test_bands_join_without_a_seam() -> None:
    high = Image.fromarray(np.random.default_rng(0).integers(0, 256, (600, 9), dtype=np.uint8))
    part = high.crop((0, 250, 9, 262))
    whole = np.asarray(tone.bilateral(high, 3, 30.0))[252:260]
    assert (whole == np.asarray(tone.bilateral(part, 3, 30.0))[2:10]).all()


def test_turning_the_hue_by_a_third_makes_red_green() -> None:
    [red] = [tone.hued(Image.new("RGB", (1, 1), (255, 0, 0)), 120).getpixel((0, 0))]
    assert isinstance(red, tuple)
    assert red[1] > 240
    assert max(red[0], red[2]) < 16
