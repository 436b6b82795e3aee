"""Images as one tar: what `docker save`, `podman save`, `ctr images export` and `skopeo` write.

A member's name is only ever compared with the names that are known: nothing is laid out by it,
so no name and no link leads anywhere. Every digest is computed again.
"""

from __future__ import annotations

import io
import lzma
import re
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final

from aileron.container import layout as oci
from aileron.container.layout import Blob, Image, Layout, document, pieces_of
from aileron.core.digest import canonical_json
from aileron.core.errors import InvalidInput

MOST_MEMBERS: Final = 10_000
DOCKER_FILE: Final = "manifest.json"
NAMED: Final = "io.containerd.image.name"
_BLOB: Final = re.compile(r"blobs/sha256/([0-9a-f]{64})")
_DAMAGE: Final = (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, OSError, ValueError)


def read_archive(file: Path, folder: Path, most_bytes: int) -> Image:
    """Write the image that the tar `file` holds as the new layout `folder`.

    Args:
        most_bytes: of all that the tar holds.

    Raises:
        InvalidInput: it is no image, a damaged one, one with a wrong digest, or too large.
    """
    layout = Layout.new(folder)
    try:
        with tarfile.open(file, "r:*") as archive:
            members = _members(archive, most_bytes)
            if oci.INDEX_FILE in members:
                return _from_layout(archive, members, layout)
            if DOCKER_FILE in members:
                return _from_docker(archive, members, layout)
    except _DAMAGE as error:
        raise InvalidInput("container.no_image", problem=str(error) or "damaged") from None
    raise InvalidInput("container.no_image", problem="it has neither index.json nor manifest.json")


def write_archive(layout: Layout, name: str, target: IO[bytes]) -> None:
    """Write the image as a tar that docker, podman, containerd and skopeo load as `name`."""
    image = layout.image()
    entry = image.manifest.to_dict() | {
        "annotations": {NAMED: name, "org.opencontainers.image.ref.name": name.rpartition(":")[2]}
    }
    index = {"schemaVersion": 2, "mediaType": oci.INDEX, "manifests": [entry]}
    docker = [
        {
            "Config": _place(image.config),
            "RepoTags": [name],
            "Layers": [_place(layer) for layer in image.layers],
        }
    ]
    documents = {
        oci.VERSION_FILE: oci.VERSION,
        oci.INDEX_FILE: canonical_json(index),
        DOCKER_FILE: canonical_json(docker),
    }
    with tarfile.open(fileobj=target, mode="w|") as archive:
        for path, data in documents.items():
            _add(archive, path, io.BytesIO(data), len(data))
        for blob in {blob.digest: blob for blob in image.blobs}.values():
            with layout.path(blob).open("rb") as file:
                _add(archive, _place(blob), file, blob.size)


def _members(archive: tarfile.TarFile, most_bytes: int) -> dict[str, tarfile.TarInfo]:
    """Name -> member, of plain files and of links inside the tar that docker writes for layers."""
    found: dict[str, tarfile.TarInfo] = {}
    total = 0
    for number, member in enumerate(archive):
        total += member.size
        if number >= MOST_MEMBERS:
            raise InvalidInput("container.no_image", problem=f"more than {MOST_MEMBERS} members")
        if total > most_bytes:
            raise InvalidInput("container.too_large", most=most_bytes)
        if member.isreg():
            found[member.name.removeprefix("./")] = member
    return found


def _from_layout(
    archive: tarfile.TarFile, members: Mapping[str, tarfile.TarInfo], layout: Layout
) -> Image:
    for name, member in members.items():
        match = _BLOB.fullmatch(name)
        if match:
            blob = Blob("", f"sha256:{match[1]}", member.size)
            layout.receive(blob, pieces_of(_opened(archive, member)))
    index = document(_bytes(archive, members[oci.INDEX_FILE]))
    (layout.folder / oci.INDEX_FILE).write_bytes(canonical_json(index))
    image = layout.image()
    _keep_only(layout, image)
    return layout.point(image.manifest)


def _from_docker(
    archive: tarfile.TarFile, members: Mapping[str, tarfile.TarInfo], layout: Layout
) -> Image:
    """The older form: ``manifest.json`` names a config and a tar for each layer."""
    import json

    try:
        listed = json.loads(_bytes(archive, members[DOCKER_FILE]))
    except RecursionError:
        listed = None
    if not isinstance(listed, list) or len(listed) != 1 or not isinstance(listed[0], dict):
        raise InvalidInput("container.no_image", problem="it does not hold exactly one image")
    config = layout.write(oci.CONFIG, _named(archive, members, listed[0].get("Config")))
    settings = layout.read_json(config)
    rootfs, paths = settings.get("rootfs"), listed[0].get("Layers")
    names = rootfs.get("diff_ids") if isinstance(rootfs, Mapping) else None
    if not isinstance(names, list) or not isinstance(paths, list) or len(names) != len(paths):
        raise InvalidInput("container.no_image", problem="its config names other layers")
    layers = []
    for path, digest in zip(paths, names, strict=True):
        member = members.get(str(path))
        if member is None:
            raise InvalidInput("container.no_image", problem=f"it has no {path}")
        layer = Blob.of({"mediaType": oci.LAYER, "digest": digest, "size": member.size})
        layout.receive(layer, pieces_of(_opened(archive, member)))
        layers.append(layer)
    return layout.add(settings, tuple(layers), config)


def _keep_only(layout: Layout, image: Image) -> None:
    """Drop what the tar holds beside the image: of other platforms, signatures."""
    kept = {blob.hex for blob in image.blobs}
    for path in (layout.folder / "blobs/sha256").iterdir():
        if path.name not in kept:
            path.unlink()


def _named(archive: tarfile.TarFile, members: Mapping[str, tarfile.TarInfo], name: Any) -> bytes:
    if str(name) not in members:
        raise InvalidInput("container.no_image", problem=f"it has no {name}")
    return _bytes(archive, members[str(name)])


def _bytes(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.size > oci.MOST_DOCUMENT:
        raise InvalidInput("container.no_image", problem=f"{member.name} is too large")
    return _opened(archive, member).read()


def _opened(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    opened = archive.extractfile(member)
    assert opened is not None  # noqa: S101 - a regular file
    return opened


def _place(blob: Blob) -> str:
    return f"blobs/sha256/{blob.hex}"


def _add(archive: tarfile.TarFile, path: str, file: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(path)
    member.size = size
    archive.addfile(member, file)
