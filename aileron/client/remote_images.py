"""The verbs of container images over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aileron.client import records as r
from aileron.client.asking import Asking
from aileron.client.images import ImageNode, ImageVerbs, asked
from aileron.core.errors import NotFound


class RemoteImages(Asking, ImageVerbs):
    """What `RemoteClient` inherits."""

    def images(self, pool: str | None = None) -> tuple[r.ImageBrief, ...]:
        return self._get(tuple[r.ImageBrief, ...], "images", pool=pool)

    def image(self, name: str) -> r.Image:
        return self._get(r.Image, _path(name))

    def build_image(
        self, name: str, recipe: Mapping[str, Any], *, description: str = ""
    ) -> r.ImageVersion:
        body = asked(name, recipe, description)
        return self._send("POST", r.ImageVersion, "images", body)

    def image_log(
        self, name: str, version: int, node: ImageNode = "build", offset: int = 0
    ) -> r.LogPiece:
        return self._get(r.LogPiece, f"{_path(name, version)}/log", node=node, offset=offset)

    def export_image(self, name: str, version: int, target: Path) -> r.ImageVersion:
        self._fetch(f"{_path(name, version)}/archive", {}, target)
        rows = self.image(name).versions
        for row in rows:
            if row.version == version:
                return row
        raise NotFound("ledger.no_image_version", number=version)

    def delete_image(self, name: str, version: int) -> None:
        self._sent("DELETE", _path(name, version), None, {})


def _path(name: str, version: int | None = None) -> str:
    path = f"images/{quote(name, safe='')}"
    return path if version is None else f"{path}/versions/{version}"
