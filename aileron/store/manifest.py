"""The manifest of a directory: each file's path, digest and size.

An artifact's digest is the SHA-256 of its manifest in canonical JSON. Times, owners and
empty folders are no part of it, so equal contents have equal digests everywhere.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aileron.core.digest import canonical_json, digest_bytes
from aileron.core.errors import Refused, StepFailed

FORMAT_VERSION: Literal[1] = 1
_UNWRITABLE: Final = frozenset({"Cc", "Cs", "Cn"})
"""Categories of characters that no path has: controls, halves of a pair, what is no character."""


class Entry(BaseModel):
    """One file of an artifact."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    """Relative, with forward slashes."""
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)
    executable: bool = False


class Manifest(BaseModel):
    """The files of an artifact, by path."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format_version: Literal[1] = FORMAT_VERSION
    files: tuple[Entry, ...]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Manifest:
        """The manifest of `entries`; `Refused` if a path could leave the artifact."""
        manifest = cls(files=tuple(sorted(entries, key=lambda entry: entry.path)))
        _check_paths([entry.path for entry in manifest.files])
        return manifest

    @classmethod
    def read(cls, data: bytes, where: str) -> Manifest:
        """The manifest that `data` holds.

        Raises:
            Refused: a path could leave the artifact.
            StepFailed: it is no manifest that this version can read.
        """
        try:
            manifest = cls.model_validate_json(data)
        except ValidationError:
            raise StepFailed("store.bad_manifest", where=where) from None
        return cls.of(manifest.files)

    @property
    def data(self) -> bytes:
        return canonical_json(self)

    @property
    def digest(self) -> str:
        return digest_bytes(self.data)

    @property
    def size(self) -> int:
        return sum(entry.size for entry in self.files)

    def entry(self, path: str) -> Entry | None:
        """The file at `path`, None if there is none."""
        return next((entry for entry in self.files if entry.path == path), None)


def is_safe(path: str) -> bool:
    """Whether a file of an artifact may have that path: it stays inside, and is written plainly."""
    pure = PurePosixPath(path)
    inside = pure.parts and not pure.is_absolute() and ".." not in pure.parts
    plain = str(pure) == path and _UNWRITABLE.isdisjoint(map(unicodedata.category, path))
    return bool(inside and plain)


def _check_paths(paths: list[str]) -> None:
    """Each path stays inside, is written in one way only, and is no folder of another."""
    folders = {str(folder) for path in paths for folder in PurePosixPath(path).parents}
    seen: set[str] = set()
    for path in paths:
        if not is_safe(path) or path in folders or path in seen:
            raise Refused("store.unsafe_path", path=path)
        seen.add(path)
