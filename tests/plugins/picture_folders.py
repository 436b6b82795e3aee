"""Folders and archives of pictures, as users have them, imported by the real step."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from plugins.datasets import Notebook

from aileron.data.images import ImageCard, ImageDataset, read_image_card
from aileron.data.images.ingest import IngestImages, IngestImagesConfig
from aileron.data.trees.folder import write_tar


def picture(number: int = 0, size: tuple[int, int] = (12, 9), form: str = "PNG") -> bytes:
    """A small picture in one colour, another one for each number."""
    colour = (number * 37 % 256, number // 7 % 256, number * 11 % 256)
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


def brighter(tensor: Any) -> Any:
    """A transform of a torch dataset; here, since a spawned worker imports no test module."""
    return tensor.float() + 1


def claimed_png(width: int, height: int) -> bytes:
    """A PNG whose header claims a size; its pixels are not there."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b""))
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def lay_out(folder: Path, files: dict[str, bytes]) -> Path:
    """Write `files`, path -> content, below `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def two_classes(each: int = 3, **more: bytes) -> dict[str, bytes]:
    """Path -> content of a folder with classes cat and dog."""
    files = {f"cat/{i}.png": picture(i) for i in range(each)}
    return files | {f"dog/{i}.png": picture(100 + i) for i in range(each)} | more


def zipped(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip of `files` at `path`."""
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


def tarred(path: Path, files: dict[str, bytes], mode: Any = "w") -> Path:
    """A tar of `files` at `path`; `mode` ``w:gz`` compresses it."""
    with tarfile.open(path, mode) as file:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return path


@dataclass(frozen=True)
class Imported:
    """A DATASET made of pictures, and what the step said."""

    folder: Path
    lines: list[str]

    @property
    def card(self) -> ImageCard:
        return read_image_card(self.folder)

    @property
    def dataset(self) -> ImageDataset:
        return ImageDataset.read(self.folder)

    @property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """Sample id -> labels."""
        every, classes = self.dataset.all(), self.card.classes
        named = [tuple(classes[i] for i in labels) for labels in every.labels]
        return dict(zip(every.sample_ids, named, strict=True))

    @property
    def contents(self) -> dict[str, bytes]:
        """Sample id -> bytes of its picture."""
        every = self.dataset.all()
        return {name: every.picture(i) for i, name in enumerate(every.sample_ids)}

    @property
    def reasons(self) -> dict[str, str]:
        """Path of each refused file -> why."""
        return {item.path: item.reason for item in self.card.refused}


class Gallery:
    """Imports pictures below one folder, each source into a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count()

    def new(self) -> Path:
        path = self.folder / f"{next(self._numbers)}"
        path.mkdir(parents=True)
        return path

    def source(self, place: Path) -> Path:
        """The SOURCE artifact of a folder or an archive."""
        source = self.new()
        if place.is_dir():
            with (source / f"{place.name}.tar").open("wb") as file:
                write_tar(place, file)
        else:
            (source / place.name).write_bytes(place.read_bytes())
        return source

    def ingest(self, place: Path, **config: Any) -> Imported:
        """The DATASET made from a folder or an archive."""
        notebook = Notebook(self.new())
        checked = IngestImagesConfig.model_validate({"name": "pets"} | config)
        outputs = IngestImages().run(notebook, checked, {"source": self.source(place)})
        return Imported(outputs["dataset"], notebook.lines)

    def ingest_files(self, files: dict[str, bytes], **config: Any) -> Imported:
        """The DATASET made from a folder with these files."""
        return self.ingest(lay_out(self.new() / "pets", files), **config)


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    return Gallery(tmp_path / "gallery")
