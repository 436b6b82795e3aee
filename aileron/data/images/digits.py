"""The bundled sample of pictures: scikit-learn's handwritten digits, without a network.

1,797 of 8 x 8 pixels (UCI), made 64 x 64, as a tar of a folder per digit.
"""

from __future__ import annotations

import io
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

DIGIT_SIDE: Final = 64
DARKEST: Final = 16
"""The greatest value of a pixel of scikit-learn's digits."""


def materialise_digits(folder: Path) -> Path:
    """``folder/digits.tar``, written the first time; several processes may call this at once."""
    path = folder / "digits.tar"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.NamedTemporaryFile(dir=folder, suffix=".tmp", delete=False) as file,
            tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            for name, content in _digits():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
    return path


def _digits() -> Iterator[tuple[str, bytes]]:
    """(path, PNG) of each digit: white on black, as the original."""
    from PIL import Image
    from sklearn import datasets

    bunch = datasets.load_digits()
    grey = (bunch.images * (255 / DARKEST)).round().astype("uint8")
    for number, (pixels, label) in enumerate(zip(grey, bunch.target, strict=True)):
        large = Image.fromarray(pixels).resize((DIGIT_SIDE, DIGIT_SIDE), Image.Resampling.BICUBIC)
        out = io.BytesIO()
        large.save(out, "PNG")
        yield f"{label}/{number:04d}.png", out.getvalue()
