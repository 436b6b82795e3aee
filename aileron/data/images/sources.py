"""Where a dataset of pictures comes from: a folder, an archive, or the bundled digits.

The digits are scikit-learn's (1,797 of 8 x 8 pixels, UCI), made 64 x 64, as a tar of a folder
per digit: pictures without a network.
"""

from __future__ import annotations

import io
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from aileron.core.errors import InvalidInput
from aileron.data.images.spec import ImageSourceSpec

DIGIT_SIDE: Final = 64
DARKEST: Final = 16
"""The greatest value of a pixel of scikit-learn's digits."""


def resolve_image_source(
    source: ImageSourceSpec, folder: Path, home: Path, where: str
) -> dict[str, Path]:
    """Path inside the SOURCE artifact -> the file, or the folder that becomes that tar file.

    A sample is written once under ``HOME/samples``. `folder` is what relative paths start
    from, `where` what a fault is said of.

    Raises:
        InvalidInput: the folder or the archive is not there.
    """
    if source.folder is not None:
        place = folder / source.folder
        if not place.is_dir():
            raise InvalidInput("data.no_folder", where=where, path=str(place))
        place = place.resolve()
        return {f"{place.name}.tar": place}
    if source.archive is not None:
        place = folder / source.archive
        if not place.is_file():
            raise InvalidInput("data.no_archive_file", where=where, path=str(place))
        return {place.name: place.resolve()}
    digits = materialise_digits(home / "samples")
    return {digits.name: digits}


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
