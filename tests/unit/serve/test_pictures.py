"""Every picture that people have becomes the same kind of array, or is refused in words."""

import contextlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from plugins.image_models import encoded, picture

from aileron.serve.picture_errors import SENTENCES
from aileron.serve.pictures import (
    Limits,
    PictureError,
    Preparation,
    decode,
    picture_format,
    place_of,
    prepare,
    read,
)

PLAIN = Preparation((8, 8), "RGB", "resize", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
RED = (200, 30, 30)


def red(mode: str) -> Image.Image:
    return Image.new("RGB", (40, 20), RED).convert(mode)


def colour_of(data: bytes) -> list[int]:
    """The mean colour of a picture, as the model sees it."""
    means = read(data, PLAIN).mean(axis=(1, 2)) * 255
    return [round(float(value)) for value in means]


@pytest.mark.parametrize(
    ("mode", "form"),
    [
        ("RGB", "PNG"), ("RGB", "BMP"), ("RGB", "TIFF"), ("P", "PNG"), ("P", "GIF"), ("P", "TIFF"),
        ("RGBA", "PNG"), ("RGBA", "TIFF"), ("RGB", "JPEG"), ("RGB", "WEBP"), ("YCbCr", "JPEG"),
    ],
)  # fmt: skip
def test_a_red_picture_is_red_in_every_format_and_mode(mode: str, form: str) -> None:
    options = {"quality": 98} if form in ("JPEG", "WEBP") else {}

    found = colour_of(encoded(red(mode), form, **options))

    assert np.abs(np.subtract(found, RED)).max() <= 6


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_a_cmyk_picture_is_red_too(form: str) -> None:
    found = colour_of(encoded(red("CMYK"), form))

    assert found[0] > 150 > 60 > max(found[1:])


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bits_become_eight(form: str) -> None:
    ramp = np.linspace(0, 65535, 64, dtype=np.uint16).reshape(8, 8)

    found = np.asarray(decode(encoded(Image.fromarray(ramp), form)).image)

    assert found.dtype == np.uint8
    assert np.abs(found - ramp / 257).max() <= 0.5


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (np.array([[0.0, 1.0]]), [0, 255]),
        (np.array([[0.0, 100.0]]), [0, 100]),
        (np.array([[-2.0, 2.0]]), [0, 255]),
        (np.array([[np.nan, np.inf]]), [0, 0]),
        (np.array([[5.0, 5e9]]), [0, 255]),
    ],
)
def test_a_float_picture_is_read_by_its_range(values: Any, wanted: list[int]) -> None:
    data = encoded(Image.fromarray(values.astype(np.float32)), "TIFF")

    assert np.asarray(decode(data).image).tolist() == [wanted]


def test_transparent_places_are_white() -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    key = encoded(Image.new("RGB", (20, 20), RED), "PNG", transparency=RED)

    assert colour_of(encoded(clear)) == [255, 255, 255]
    assert colour_of(key) == [255, 255, 255]


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF"])
def test_the_first_frame_of_an_animation_is_the_picture(form: str) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, "blue", "lime")]
    file = io.BytesIO()
    frames[0].save(file, form, save_all=True, append_images=frames[1:])

    assert np.abs(np.subtract(colour_of(file.getvalue()), RED)).max() <= 8


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_turns_the_picture_upright(orientation: int) -> None:
    """The judge is Pillow's own transposition."""
    from PIL import ImageOps

    values = np.random.default_rng(1).integers(0, 255, (4, 6, 3), dtype=np.uint8)
    image = Image.fromarray(values).resize((48, 32), Image.Resampling.NEAREST)
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(image, "PNG", exif=exif)

    found = decode(data)

    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert (found.width, found.height) == upright.size
    assert np.array_equal(np.asarray(found.image), np.asarray(upright))


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_exif_that_cannot_be_read_does_not_cost_the_picture() -> None:
    data = picture(size=(40, 20), form="JPEG")
    broken = data[:2] + b"\xff\xe1\x00\x10Exif\x00\x00MM\x00*\xff\xff\xff\xff" + data[2:]

    assert decode(broken).width == 40


def test_a_large_jpeg_is_decoded_smaller_and_looks_the_same() -> None:
    values = np.random.default_rng(2).integers(0, 255, (12, 16, 3), dtype=np.uint8)
    image = Image.fromarray(values).resize((1600, 1200), Image.Resampling.BICUBIC)
    data = encoded(image, "JPEG", quality=95)

    small = decode(data, at_least=(64, 64))

    assert (small.width, small.height) == (1600, 1200)
    assert small.image.size == (200, 150)
    wanted = Preparation((64, 64), "RGB", "resize", (0.0,) * 3, (1.0,) * 3)
    assert np.abs(prepare(small, wanted) - prepare(decode(data), wanted)).mean() < 0.01


def test_preparing_scales_normalises_and_orders_channels_first() -> None:
    wanted = Preparation((4, 6), "RGB", "resize", (0.5, 0.25, 0.0), (0.5, 0.25, 2.0))

    found = read(encoded(Image.new("RGB", (30, 30), (255, 128, 0))), wanted)

    assert found.shape == wanted.shape == (3, 4, 6)
    assert found.dtype == np.float32
    assert found.flags["C_CONTIGUOUS"]
    assert np.allclose(found.mean(axis=(1, 2)), [1.0, (128 / 255 - 0.25) / 0.25, 0.0], atol=1e-6)


def test_one_channel_is_grey() -> None:
    wanted = Preparation((4, 4), "L", "resize", (0.0,), (1.0,))

    assert read(encoded(red("RGB")), wanted).shape == (1, 4, 4)
    assert read(encoded(red("L")), wanted).shape == (1, 4, 4)


@pytest.mark.parametrize("size", [(400, 20), (20, 400), (1, 1), (20_000, 1)])
def test_padding_keeps_proportions_on_the_mean_colour(size: tuple[int, int]) -> None:
    wanted = Preparation((32, 64), "RGB", "pad", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))

    found = read(encoded(Image.new("RGB", size, (255, 255, 255))), wanted)

    left, top, right, bottom = place_of(size, wanted)
    assert found[:, top:bottom, left:right].min() > 0.99
    outside = np.ones((32, 64), dtype=bool)
    outside[top:bottom, left:right] = False
    assert np.abs(found[:, outside]).max(initial=0.0) < 0.01
    assert (right - left == 64) or (bottom - top == 32)


def test_a_picture_of_one_pixel_is_a_picture() -> None:
    assert colour_of(encoded(Image.new("RGB", (1, 1), RED))) == list(RED)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty"),
    "text": (lambda: b"hello, this is a text", "not_a_picture"),
    "a pickle": (lambda: b"\x80\x04\x95" + b"x" * 50, "not_a_picture"),
    "a PDF": (lambda: b"%PDF-1.7 ...", "unsupported"),
    "an SVG": (lambda: b'\n <svg xmlns="http://www.w3.org/2000/svg"/>', "unsupported"),
    "HEIC": (lambda: b"\x00\x00\x00\x18ftypheic" + b"\x00" * 90, "unsupported"),
    "DICOM": (lambda: b"\x00" * 128 + b"DICM" + b"\x00" * 90, "unsupported"),
    "half a JPEG": (lambda: half(picture(size=(300, 300), form="JPEG")), "truncated"),
    "half a PNG": (lambda: half(noise("PNG")), "truncated"),
    "half a BMP": (lambda: half(noise("BMP")), "truncated"),
    "half a WebP": (lambda: half(noise("WEBP")), "broken"),
    "a header alone": (lambda: noise("PNG")[:12], "broken"),
    "20,001 pixels wide": (lambda: encoded(Image.new("1", (20_001, 1))), "too_large"),
    "400 million pixels": (lambda: encoded(Image.new("1", (20_000, 20_000))), "too_large"),
    "121 million pixels": (lambda: encoded(Image.new("1", (11_000, 11_000))), "too_large"),
}


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def noise(form: str) -> bytes:
    values = np.random.default_rng(3).integers(0, 255, (60, 60, 3), dtype=np.uint8)
    return encoded(Image.fromarray(values), form)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_taken_is_refused_in_both_languages(what: str) -> None:
    make, code = REFUSED[what]

    with pytest.raises(PictureError) as caught:
        decode(make())

    assert caught.value.code == code
    for language in SENTENCES[code]:
        sentence = caught.value.sentence(language)
        assert "{" not in sentence
        assert "0x" not in sentence
        assert len(sentence) > 8


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_damage_anywhere_ends_in_a_picture_or_a_refusal() -> None:
    """No other error leaves the decoder, wherever bytes are turned."""
    chance = np.random.default_rng(4)
    for form in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"):
        whole = np.frombuffer(noise(form), dtype=np.uint8)
        for _ in range(60):
            damaged = whole.copy()
            places = chance.integers(0, len(whole), 8)
            damaged[places] = chance.integers(0, 255, 8)
            with contextlib.suppress(PictureError):
                read(damaged.tobytes(), PLAIN, Limits(1, 4096, 16_000_000))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_limits_are_checked_before_a_pixel_is_decoded() -> None:
    """The file claims 16,000 x 6,000 pixels and has none of them."""
    whole = encoded(Image.new("1", (16_000, 6_000)))[:100]

    with pytest.raises(PictureError) as caught:
        decode(whole, Limits(longest=4096, pixels=4096**2))

    assert caught.value.code == "too_large"
    assert "16000 x 6000" in str(caught.value)
    with pytest.raises(PictureError, match="at least 15"):
        decode(picture(size=(14, 300)), Limits(shortest=15))


@pytest.mark.parametrize(
    "changed",
    [
        {"mode": "CMYK"}, {"fit": "crop"}, {"size": [0, 8]}, {"size": [8]}, {"mean": [0.5]},
        {"std": [0.0, 1.0, 1.0]}, {"size": None}, {"mean": None},
    ],
)  # fmt: skip
def test_a_preparation_that_makes_no_sense_is_refused(changed: dict[str, Any]) -> None:
    assert Preparation.from_json(PLAIN.to_json()) == PLAIN
    with pytest.raises(ValueError, match=r"\w"):
        Preparation.from_json(PLAIN.to_json() | changed)


def test_formats_are_known_by_their_first_bytes() -> None:
    assert [picture_format(noise(f)) for f in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")] == [
        "PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF",
    ]  # fmt: skip
    assert picture_format(b"RIFF....WAVE") is None
