"""The verbs of people's own container images, as part of `aileron.client.base.Client`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from aileron.client import records as r
from aileron.core.documents import check_values

ImageNode = Literal["build", "check", "keep"]
"""The parts of a build's run, each with a log."""


def asked(name: str, recipe: Mapping[str, Any], description: str) -> r.BuildImage:
    """The question of `ImageVerbs.build_image`.

    Raises:
        InvalidInput: the recipe is none; says which field.
    """
    given = {"name": name, "description": description, "recipe": dict(recipe)}
    return check_values(r.BuildImage, given)


class ImageVerbs(ABC):
    """Building, taking in, handing out and forgetting container images."""

    @abstractmethod
    def images(self, pool: str | None = None) -> tuple[r.ImageBrief, ...]:
        """The project's images by name.

        Args:
            pool: only those whose latest version was given to that pool.
        """

    @abstractmethod
    def image(self, name: str) -> r.Image:
        """One image with its versions."""

    @abstractmethod
    def build_image(
        self, name: str, recipe: Mapping[str, Any], *, description: str = ""
    ) -> r.ImageVersion:
        """Begin a version; returns at once, while its run builds and checks it.

        Args:
            recipe: what `aileron.container.recipe.Recipe` says: one of `base`, `upload`, `pull`
                and `dockerfile`; `pip`, `apt`, `uses`, `pools`.

        Raises:
            InvalidInput: the recipe cannot be built.
            Refused: a Dockerfile or Debian packages, and the role is below operator.
        """

    @abstractmethod
    def image_log(
        self, name: str, version: int, node: ImageNode = "build", offset: int = 0
    ) -> r.LogPiece:
        """What the build of a version said from byte `offset` on, while it runs too."""

    @abstractmethod
    def export_image(self, name: str, version: int, target: Path) -> r.ImageVersion:
        """Write a version as the new tar `target`, which docker, podman and containerd load."""

    @abstractmethod
    def delete_image(self, name: str, version: int) -> None:
        """Forget a version; its number is not given again. What registries have stays there.

        Raises:
            Conflict: it is being built.
        """
