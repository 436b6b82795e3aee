"""An image as a folder: the OCI image layout, with one image in it, and every digest checked.

https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md. Layers are kept as they
came: tar, or tar packed by gzip. What is larger than the limits is refused before it is read.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Self

from aileron.core.digest import canonical_json
from aileron.core.errors import InvalidInput

OCI: Final = "application/vnd.oci.image"
DOCKER: Final = "application/vnd.docker"
MANIFEST: Final = f"{OCI}.manifest.v1+json"
INDEX: Final = f"{OCI}.index.v1+json"
CONFIG: Final = f"{OCI}.config.v1+json"
LAYER: Final = f"{OCI}.layer.v1.tar"
MANIFESTS: Final = (MANIFEST, f"{DOCKER}.distribution.manifest.v2+json")
INDEXES: Final = (INDEX, f"{DOCKER}.distribution.manifest.list.v2+json")
PLAIN: Final = (LAYER, f"{DOCKER}.image.rootfs.diff.tar")
PACKED: Final = (f"{LAYER}+gzip", f"{DOCKER}.image.rootfs.diff.tar.gzip")
VERSION: Final = b'{"imageLayoutVersion":"1.0.0"}'
INDEX_FILE: Final = "index.json"
VERSION_FILE: Final = "oci-layout"
PLATFORM: Final = ("linux", "amd64")
MOST_DOCUMENT: Final = 4 << 20
"""Bytes of a manifest or a config, as registries bound them."""
MOST_LAYERS: Final = 500
PIECE: Final = 1 << 20
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Blob:
    """A descriptor: what kind of bytes, which, how many."""

    media_type: str
    digest: str
    size: int

    @classmethod
    def of(cls, values: Any) -> Self:
        """The descriptor that `values` are.

        Raises:
            InvalidInput: they are none, or of a digest other than SHA-256.
        """
        try:
            found = cls(
                str(values.get("mediaType", MANIFEST)), str(values["digest"]), int(values["size"])
            )
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
            raise InvalidInput("container.no_image", problem="a descriptor is damaged") from None
        if not _DIGEST.fullmatch(found.digest) or found.size < 0:
            raise InvalidInput("container.no_image", problem=f"its digest is {found.digest[:80]}")
        return found

    def to_dict(self) -> dict[str, Any]:
        """As documents of OCI have it."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": self.size}

    @property
    def hex(self) -> str:
        return self.digest.partition(":")[2]


@dataclass(frozen=True)
class Image:
    """One image: its manifest, its config, its layers from the lowest up."""

    manifest: Blob
    config: Blob
    layers: tuple[Blob, ...]
    settings: Mapping[str, Any] = field(repr=False)
    """The config document."""

    @property
    def digest(self) -> str:
        """What names it: the digest of its manifest."""
        return self.manifest.digest

    @property
    def run(self) -> Mapping[str, Any]:
        """How it is run: Env, User, WorkingDir, ..."""
        return self.settings.get("config") or {}

    @property
    def environment(self) -> dict[str, str]:
        pairs = (str(line).partition("=") for line in self.run.get("Env") or ())
        return {name: value for name, _, value in pairs}

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """All that it consists of."""
        return (*self.layers, self.config, self.manifest)

    @property
    def size(self) -> int:
        """Bytes of all blobs."""
        return sum({blob.digest: blob.size for blob in self.blobs}.values())


class Layout:
    """A folder with ``oci-layout``, ``index.json`` and ``blobs/sha256``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def new(cls, folder: Path) -> Self:
        """An empty one; `folder` is new."""
        (folder / "blobs/sha256").mkdir(parents=True)
        (folder / VERSION_FILE).write_bytes(VERSION)
        return cls(folder)

    def path(self, blob: Blob) -> Path:
        return self.folder / "blobs/sha256" / blob.hex

    def has(self, blob: Blob) -> bool:
        path = self.path(blob)
        return path.is_file() and path.stat().st_size == blob.size

    def write(self, media_type: str, data: bytes) -> Blob:
        """Add bytes as a blob."""
        blob = Blob(media_type, f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))
        self.path(blob).write_bytes(data)
        return blob

    def write_json(self, media_type: str, document: Any) -> Blob:
        return self.write(media_type, canonical_json(document))

    def take(self, media_type: str, file: Path) -> Blob:
        """Move `file` here as a blob."""
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        blob = Blob(media_type, f"sha256:{digest}", file.stat().st_size)
        shutil.move(file, self.path(blob))
        return blob

    def receive(self, blob: Blob, pieces: Iterable[bytes]) -> None:
        """Write `pieces` as `blob`.

        Raises:
            InvalidInput: it is longer or shorter, or has another digest.
        """
        content, size = hashlib.sha256(), 0
        with self.path(blob).open("wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > blob.size:
                    break
                content.update(piece)
                file.write(piece)
        if size != blob.size or content.hexdigest() != blob.hex:
            self.path(blob).unlink()
            raise InvalidInput("container.wrong_digest", digest=blob.digest)

    def read_json(self, blob: Blob) -> dict[str, Any]:
        """The document that `blob` is.

        Raises:
            InvalidInput: it is not there, too large, or no JSON object.
        """
        if not self.has(blob) or blob.size > MOST_DOCUMENT:
            raise InvalidInput("container.no_image", problem=f"{blob.digest} is not there")
        return document(self.path(blob).read_bytes())

    def add(
        self, settings: Mapping[str, Any], layers: tuple[Blob, ...], config: Blob | None = None
    ) -> Image:
        """Write config and manifest of these layers, which are here; the folder's one image."""
        config = config or self.write_json(CONFIG, settings)
        body = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config.to_dict(),
            "layers": [layer.to_dict() for layer in layers],
        }
        return self.point(self.write_json(MANIFEST, body))

    def point(self, manifest: Blob) -> Image:
        """Let ``index.json`` name `manifest`, and read it."""
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [manifest.to_dict()]}
        (self.folder / INDEX_FILE).write_bytes(canonical_json(index))
        return self.image()

    def image(self) -> Image:
        """The image for this platform.

        Raises:
            InvalidInput: there is none, more than one, or something of it is not there or not
                as the OCI has it.
        """
        try:
            index = document((self.folder / INDEX_FILE).read_bytes())
        except OSError:
            raise InvalidInput("container.no_image", problem="it has no index.json") from None
        manifest = self._chosen(index)
        body = self.read_json(manifest)
        image = image_of(manifest, body, self.read_json(Blob.of(body.get("config"))))
        for blob in image.blobs:
            if not self.has(blob):
                raise InvalidInput("container.no_image", problem=f"{blob.digest} is not there")
        return image

    def _chosen(self, index: Mapping[str, Any]) -> Blob:
        """The manifest that the index, or an index that it names, has for this platform."""
        seen = 0
        while True:
            entry = chosen(index)
            if entry.media_type not in INDEXES:
                return entry
            seen += 1
            if seen > 3:
                raise InvalidInput("container.no_image", problem="its indexes name each other")
            index = self.read_json(entry)

    def copy(self, blob: Blob, target: Layout) -> None:
        """Put `blob` into another layout, which may share its bytes."""
        place = target.path(blob)
        if not place.exists():
            try:
                place.hardlink_to(self.path(blob))
            except OSError:
                shutil.copyfile(self.path(blob), place)


def chosen(index: Mapping[str, Any]) -> Blob:
    """The one entry of an index that is for this platform.

    Raises:
        InvalidInput: there is none, or several.
    """
    entries = index.get("manifests")
    found = [entry for entry in entries if _fits(entry)] if isinstance(entries, list) else []
    if len(found) != 1:
        problem = f"it has {len(found)} images for linux/amd64, and one is wanted"
        raise InvalidInput("container.no_image", problem=problem)
    return Blob.of(found[0])


def _fits(entry: Any) -> bool:
    if not isinstance(entry, Mapping):
        return False
    kind = entry.get("mediaType", MANIFEST)
    platform = entry.get("platform")
    if kind not in (*MANIFESTS, *INDEXES) or not isinstance(platform, Mapping | None):
        return False
    return platform is None or (platform.get("os"), platform.get("architecture")) == PLATFORM


def image_of(manifest: Blob, body: Mapping[str, Any], settings: Mapping[str, Any]) -> Image:
    """The image of a manifest and its config.

    Raises:
        InvalidInput: its layers are packed in a way that nobody here unpacks, are too many, or
            are not those that the config names.
    """
    listed = body.get("layers")
    if not isinstance(listed, list) or len(listed) > MOST_LAYERS:
        raise InvalidInput("container.no_image", problem="its manifest has no list of layers")
    layers = tuple(Blob.of(layer) for layer in listed)
    for layer in layers:
        if layer.media_type not in (*PLAIN, *PACKED):
            raise InvalidInput("container.layer_kind", kind=layer.media_type)
    rootfs = settings.get("rootfs")
    names = rootfs.get("diff_ids") if isinstance(rootfs, Mapping) else None
    if not isinstance(names, list) or len(names) != len(layers):
        raise InvalidInput("container.no_image", problem="its config names other layers")
    _check_settings(settings)
    return Image(manifest, Blob.of(body["config"]), layers, settings)


def _check_settings(settings: Mapping[str, Any]) -> None:
    """Raise unless what is read of a config is of the kinds that the OCI has."""
    run = settings.get("config") or {}
    kinds = [(settings, "history", list), (settings, "config", Mapping)]
    if isinstance(run, Mapping):
        kinds += [(run, "Env", list), (run, "Labels", Mapping)]
    for values, name, kind in kinds:
        if values.get(name) is not None and not isinstance(values[name], kind):
            raise InvalidInput("container.no_image", problem=f"`{name}` of its config is damaged")


def document(data: bytes) -> dict[str, Any]:
    """`data` as a JSON object.

    Raises:
        InvalidInput: it is none, or too large.
    """
    try:
        found = json.loads(data) if len(data) <= MOST_DOCUMENT else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidInput("container.no_image", problem="one of its documents is no JSON object")
    return found


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """What is left of `file`, piece by piece."""
    while piece := file.read(PIECE):
        yield piece
