"""Where exports go: a new folder, a zip or a tar. Nothing is seen of them before they are whole."""

from __future__ import annotations

import io
import shutil
import tarfile
import tempfile
import zipfile
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aileron.core.errors import InvalidInput
from aileron.data.trees.paths import clean

CONTAINERS: Final = (".zip", ".tar")
"""How the names of archives end; anything else is a folder."""
STORED: Final = frozenset(
    (".jpg", ".jpeg", ".png", ".webp", ".gif", ".flac", ".mp3", ".m4a", ".parquet", ".tar")
)
"""Contents that are compressed already."""


class FileSink(ABC):
    """A context manager: what was written appears at `target` on leaving without an error."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._written: set[str] = set()

    def __enter__(self) -> Self:
        if self.target.exists():
            raise InvalidInput("data.target_exists", where=str(self.target))
        self.target.parent.mkdir(parents=True, exist_ok=True)
        name = f".{self.target.name}."
        self._draft = Path(tempfile.mkdtemp(dir=self.target.parent, prefix=name))
        self._open(self._draft / self.target.name)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._close()
            if error is None:
                (self._draft / self.target.name).rename(self.target)
        finally:
            shutil.rmtree(self._draft, ignore_errors=True)

    def write(self, path: str, content: bytes) -> None:
        """Make the file `path`; a path is written once, and leads nowhere else."""
        if clean(path) != path or path in self._written:
            raise ValueError(f"{path} is no new relative path")
        self._written.add(path)
        self._put(path, content)

    @abstractmethod
    def _open(self, place: Path) -> None:
        """Begin the container at `place`."""

    @abstractmethod
    def _put(self, path: str, content: bytes) -> None:
        """Add one file."""

    @abstractmethod
    def _close(self) -> None:
        """End the container."""


def open_sink(target: Path) -> FileSink:
    """The sink for `target`, by its name: ``.zip``, ``.tar``, else a folder."""
    kinds = {".zip": _ZipSink, ".tar": _TarSink}
    return kinds.get(target.suffix.lower(), _FolderSink)(target)


class _FolderSink(FileSink):
    def _open(self, place: Path) -> None:
        place.mkdir()
        self._place = place

    def _put(self, path: str, content: bytes) -> None:
        file = self._place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def _close(self) -> None:
        pass


class _ZipSink(FileSink):
    def _open(self, place: Path) -> None:
        self._zip = zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED)

    def _put(self, path: str, content: bytes) -> None:
        packed = Path(path).suffix.lower() in STORED
        info = zipfile.ZipInfo(path)  # its fixed date makes equal contents equal archives
        info.external_attr = 0o644 << 16
        kind = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        self._zip.writestr(info, content, compress_type=kind)

    def _close(self) -> None:
        self._zip.close()


class _TarSink(FileSink):
    def _open(self, place: Path) -> None:
        self._tar = tarfile.open(place, "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 (closed in _close)

    def _put(self, path: str, content: bytes) -> None:
        info = tarfile.TarInfo(path)
        info.size = len(content)
        self._tar.addfile(info, io.BytesIO(content))
        self._tar.members = []  # type: ignore[attr-defined]  # the library keeps them all

    def _close(self) -> None:
        self._tar.close()
