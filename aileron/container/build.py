"""Step `image.build`: an image from a base, an archive or a Dockerfile, and what is added to it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import ConfigDict, Field

from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig

if TYPE_CHECKING:
    from aileron.container.layout import Image, Layout

GIB = 1 << 30


class BuildImageConfig(StepConfig):
    """What is added, and where it comes from."""

    model_config = ConfigDict(title="Image")

    dockerfile: str | None = Field(None, title="Dockerfile", description="text of a Dockerfile")
    pip: tuple[str, ...] = Field(
        (), title="pip", description="a package a line; `-i URL` is another index"
    )
    apt: tuple[str, ...] = Field((), title="apt", description="a Debian package a line")
    index: str | None = Field(None, title="Index", description="of packages; default: PyPI")
    extra_indexes: tuple[str, ...] = Field((), title="Further indexes", description="of packages")
    wheels: tuple[str, ...] = Field(
        (), title="Wheels", description="folders or pages of wheels, beside the indexes"
    )
    most_bytes: int = Field(20 * GIB, gt=0, title="Most bytes", description="of the image")


class BuildImage(Component[BuildImageConfig]):
    """Builds, takes in or adds to a container image."""

    name = "image.build"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Build an image", "zh": "构建镜像"}
    Config = BuildImageConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "base": Port(ArtifactKind.IMAGE, "the image that is added to", optional=True),
        "archive": Port(ArtifactKind.SOURCE, "the tar of an image", optional=True),
    }
    outputs: ClassVar[Mapping[str, Port]] = {"image": Port(ArtifactKind.IMAGE, "the image")}

    def run(
        self, context: Context, config: BuildImageConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        folder = context.output("image")
        folder.parent.mkdir(parents=True, exist_ok=True)
        image = _build(context, config, inputs, folder)
        context.log(f"Image {image.digest}: {len(image.layers)} layers, {image.size:,} bytes.")
        return {"image": folder}


def _build(
    context: Context, config: BuildImageConfig, inputs: Mapping[str, Path], folder: Path
) -> Image:
    from aileron.container.archive import read_archive
    from aileron.container.layout import Layout
    from aileron.core.errors import InvalidInput

    base = Layout(inputs["base"]) if "base" in inputs else None
    if config.dockerfile:
        return _built(context, config, config.dockerfile, base, folder)
    if "archive" in inputs:
        (archive,) = (path for path in inputs["archive"].rglob("*") if path.is_file())
        return read_archive(archive, folder, config.most_bytes)
    if base is None:
        raise InvalidInput("container.no_image", problem="neither a base nor a Dockerfile is given")
    if config.apt:
        from aileron.container.builder import apt_dockerfile
        from aileron.container.recipe import parse_apt

        middle = folder if not config.pip else context.work / "with-apt"
        text = apt_dockerfile(parse_apt(config.apt), base.image())
        image = _built(context, config, text, base, middle)
        return image if not config.pip else _with_packages(context, config, Layout(middle), folder)
    return _with_packages(context, config, base, folder)


def _built(
    context: Context, config: BuildImageConfig, text: str, base: Layout | None, folder: Path
) -> Image:
    """By docker, podman or buildah."""
    import tempfile

    from aileron.container.builder import find_builder

    builder = find_builder()
    work = Path(tempfile.mkdtemp(prefix="build-", dir=context.work))
    return builder.build(text, base, folder, work, context.log, config.most_bytes)


def _with_packages(context: Context, config: BuildImageConfig, base: Layout, folder: Path) -> Image:
    """The base as it is, or with a layer of packages."""
    import tempfile

    from aileron.container.layout import Layout
    from aileron.container.packages import Indexes, add_packages
    from aileron.container.recipe import parse_pip

    target, image = Layout.new(folder), base.image()
    wanted = parse_pip(config.pip)
    if not wanted.requirements:
        for blob in image.blobs:
            base.copy(blob, target)
        return target.point(image.manifest)
    work = Path(tempfile.mkdtemp(prefix="packages-", dir=context.work))
    indexes = Indexes(config.index, config.extra_indexes, config.wheels)
    return add_packages(base, target, wanted, indexes, work, context.log)
