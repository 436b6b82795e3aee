"""The contents of a package with a model of pictures.

The service's limits are those of the BML contract, widened where the dataset's own pictures
are beyond them: what a model was trained on, its service takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from aileron.core.errors import InvalidInput
from aileron.package.contents import Contents
from aileron.package.runtime import image_modules
from aileron.package.template import IMAGE

if TYPE_CHECKING:
    from aileron.data.images import ImagePart
    from aileron.package.bento import PackageConfig
    from aileron.package.golden import Golden
    from aileron.serve.image_request import PictureLimits

LARGEST_PICTURE: Final = 11 << 20
"""Bytes; in base64 it still passes the gateway."""
GOLDEN_BYTES: Final = 8 << 20
"""Golden pictures in all, so that a package stays small."""


class ImageContents(Contents):
    """A model of pictures, its service, and pictures of the test part."""

    contract: ClassVar[str] = "image"
    template: ClassVar[str] = IMAGE
    service: ClassVar[str] = "ImageService"

    def __init__(self, config: PackageConfig, inputs: Mapping[str, Path]) -> None:
        from aileron.data.images import ImageDataset
        from aileron.serve.image_model import load

        self._config = config
        dataset = ImageDataset.read(inputs["dataset"], inputs["split"])
        self._model = load(inputs["model"])
        card = self._model.card
        self.requirements, self.task = card.requirements, card.task
        self.file, self.file_digest = card.file, card.file_digest
        self._limits = _limits(config, inputs["dataset"])
        self._pictures = tuple(self._golden_pictures(dataset.part("test")))
        if not self._pictures:
            raise InvalidInput("package.no_test_pictures")

    def modules(self) -> tuple[ModuleType, ...]:
        return image_modules()

    def settings(self) -> dict[str, Any]:
        limits = self._limits
        options = self._config.pictures
        return {
            "limits": {name: getattr(limits, name) for name in limits.__dataclass_fields__},
            "threads": None if options is None else options.threads,
        }

    def sample(self) -> dict[str, Any] | None:
        from aileron.package.golden import image_sample

        return image_sample(self._model, self._pictures[0])

    def golden(self, package: Path, work: Path) -> Sequence[Golden]:  # noqa: ARG002
        from aileron.package.golden import record_pictures

        return record_pictures(self._model, self._config.name, self._pictures, self._limits)

    def _golden_pictures(self, test: ImagePart) -> Iterator[bytes]:
        """The first pictures of the test part that the service takes."""
        from aileron.serve.pictures import PictureError, decode

        count, room = 0, GOLDEN_BYTES
        for index in range(len(test)):
            picture = test.picture(index)
            try:
                decode(picture, self._limits.decoding)
            except PictureError:  # beyond limits that the user has set
                continue
            room -= len(picture)
            if len(picture) > self._limits.picture_bytes or (room < 0 and count):
                continue
            yield picture
            count += 1
            if count == self._config.golden_rows:
                return


def _limits(config: PackageConfig, dataset: Path) -> PictureLimits:
    """The contract's limits, the dataset's, or what the config says."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from aileron.data.layout import SAMPLES_FILE
    from aileron.serve.image_request import PictureLimits

    columns = pq.read_table(dataset / SAMPLES_FILE, columns=["width", "height", "bytes"])
    sides = [pc.min_max(columns[name]).as_py() for name in ("width", "height")]
    usual = PictureLimits()
    found = {
        "shortest_side": min(usual.shortest_side, *(side["min"] for side in sides)),
        "longest_side": max(usual.longest_side, *(side["max"] for side in sides)),
        "picture_bytes": min(
            LARGEST_PICTURE, max(usual.picture_bytes, pc.max(columns["bytes"]).as_py())
        ),
    }
    options = config.pictures
    chosen = {} if options is None else options.model_dump(include=set(found), exclude_none=True)
    return PictureLimits(**found | chosen)
