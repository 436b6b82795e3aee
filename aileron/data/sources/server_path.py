"""Files and folders of the server itself, such as an NFS share: only below allowed roots."""

from __future__ import annotations

from pathlib import Path

from aileron.core.errors import NotFound, Refused
from aileron.data.sources.connections import Connections


def allowed_path(path: str, connections: Connections) -> Path:
    """The real place of `path`, which lies below one of the `allowed_paths`.

    Links are followed first, so none leads out.

    Raises:
        Refused: it lies elsewhere.
        NotFound: there is no such file or folder.
    """
    place = Path(path).resolve()
    roots = [Path(root).resolve() for root in connections.spec.allowed_paths]
    if not any(place == root or place.is_relative_to(root) for root in roots):
        raise Refused("data.sources.path_not_allowed", path=path, settings=str(connections.path))
    if not place.is_file() and not place.is_dir():
        raise NotFound("data.sources.not_there", where=path)
    return place
