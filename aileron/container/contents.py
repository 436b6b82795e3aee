"""What the layers of an image hold, without laying them out: its paths, and some small files."""

from __future__ import annotations

import lzma
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from aileron.container.layout import Blob, Image, Layout
from aileron.core.errors import InvalidInput

WHITEOUT: Final = ".wh."
OPAQUE: Final = ".wh..wh..opq"
_SITE: Final = re.compile(r"lib/python3\.(\d+)/(?:site|dist)-packages")


@dataclass
class Contents:
    """Path -> number of the layer that has it, of an image whose layers lie over each other."""

    paths: dict[str, int] = field(default_factory=dict)

    def has(self, path: str) -> bool:
        return path.strip("/") in self.paths

    def below(self, folder: str) -> Iterator[str]:
        """The paths below `folder`."""
        start = folder.strip("/") + "/"
        return (path for path in self.paths if path.startswith(start))


@dataclass(frozen=True)
class Environment:
    """The Python that an image's programs find first."""

    prefix: str
    """Without the first slash: ``opt/venv``."""
    minor: int
    site: str

    @property
    def version(self) -> str:
        return f"3.{self.minor}"


@contextmanager
def opened(layout: Layout, layer: Blob) -> Iterator[tarfile.TarFile]:
    """The tar of a layer.

    Raises:
        InvalidInput: it is damaged.
    """
    try:
        with tarfile.open(layout.path(layer), "r:*") as archive:
            yield archive
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, OSError) as error:
        raise InvalidInput(
            "container.no_image", problem=f"layer {layer.digest} is damaged: {error}"
        ) from None


def contents(layout: Layout, image: Image) -> Contents:
    """The paths of the image.

    Raises:
        InvalidInput: a layer is damaged.
    """
    found = Contents()
    for number, layer in enumerate(image.layers):
        with opened(layout, layer) as archive:
            added = {}
            for member in archive:
                path = PurePosixPath("/", member.name).as_posix().strip("/")
                folder, _, name = path.rpartition("/")
                if name == OPAQUE:
                    _drop(found, folder)
                elif name.startswith(WHITEOUT):
                    hidden = f"{folder}/{name.removeprefix(WHITEOUT)}".strip("/")
                    found.paths.pop(hidden, None)
                    _drop(found, hidden)
                elif path:
                    added[path] = number
            found.paths |= added
    return found


def python_of(image: Image, found: Contents) -> Environment:
    """The Python environment that packages are added to.

    Raises:
        InvalidInput: the image has none.
    """
    prefixes = [image.environment.get("VIRTUAL_ENV", ""), "/usr/local", "/usr"]
    for prefix in (text.strip("/") for text in prefixes if text):
        sites = {
            match[0]: int(match[1])
            for path in found.below(f"{prefix}/lib")
            if (match := _SITE.match(path.removeprefix(f"{prefix}/")))
        }
        if sites:
            site, minor = max(sites.items(), key=lambda pair: pair[1])
            return Environment(prefix, minor, f"{prefix}/{site}")
    raise InvalidInput("container.no_python")


def _drop(found: Contents, folder: str) -> None:
    for path in list(found.below(folder)):
        del found.paths[path]
