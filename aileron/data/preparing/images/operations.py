"""The operations on pictures, as a config names them.

To add one: a class with its name in `operation`, and what it does in `placement` (where places
go) or in `picture` (what becomes of colours); enter it in `ImageOperation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from aileron.core.steps import StepConfig
from aileron.data.preparing.images import placement as places
from aileron.data.preparing.images.placement import Placement

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 20_000
Side = Annotated[int, Field(ge=1, le=MOST_PIXELS)]


class PictureOperation(StepConfig):
    """Base: by default nothing moves and nothing changes its colour."""

    def placement(self, width: int, height: int) -> Placement | None:  # noqa: ARG002
        """Where the places of a picture of that size go; None: they stay.

        Raises:
            ValueError: nothing is left of such a picture.
        """
        return None

    def picture(self, image: Image.Image) -> Image.Image:
        """`image` in other colours."""
        return image

    @property
    def ground(self) -> int:
        """Gray level of places that no pixel goes to."""
        return int(getattr(self, "fill", 0))


class Resize(PictureOperation):
    """Another size."""

    operation: Literal["resize"]
    width: Side
    height: Side
    fit: Literal["stretch", "inside", "pad", "cover"] = Field(
        "stretch",
        description="stretch: exactly that size; inside: at most, same proportions; pad: inside, "
        "the rest filled; cover: the middle of the picture, cut to that size",
    )
    fill: int = Field(114, ge=0, le=255, description="gray level of the rest")

    def placement(self, width: int, height: int) -> Placement:
        if self.fit == "stretch":
            return places.scaled(width, height, self.width, self.height)
        shares = self.width / width, self.height / height
        share = max(shares) if self.fit == "cover" else min(shares)
        across, down = max(1, round(width * share)), max(1, round(height * share))
        inner = places.scaled(width, height, across, down)
        if self.fit == "inside":
            return inner
        left, top = (self.width - across) // 2, (self.height - down) // 2
        return Placement(inner.matrix.then(places.moved(left, top)), self.width, self.height)


class Crop(PictureOperation):
    """A rectangle of the picture: from (x, y) on, or its middle."""

    operation: Literal["crop"]
    width: Side
    height: Side
    x: int | None = Field(None, ge=0, description="left side; none: the middle")
    y: int | None = Field(None, ge=0, description="upper side; none: the middle")

    def placement(self, width: int, height: int) -> Placement:
        x = max(0, (width - self.width) // 2) if self.x is None else self.x
        y = max(0, (height - self.height) // 2) if self.y is None else self.y
        across, down = min(self.width, width - x), min(self.height, height - y)
        if across < 1 or down < 1:
            raise ValueError(f"({x}, {y})")
        return places.cropped(x, y, across, down)


class Flip(PictureOperation):
    """A mirror. Names of key points with left and right exchange their places."""

    operation: Literal["flip"]
    direction: Literal["horizontal", "vertical"] = "horizontal"

    def placement(self, width: int, height: int) -> Placement:
        return places.mirrored(width, height, across=self.direction == "horizontal")


class Rotate(PictureOperation):
    """Turned about the middle; by a multiple of 90 degrees nothing is lost."""

    operation: Literal["rotate"]
    degrees: float = Field(ge=-360, le=360, description="counter-clockwise")
    expand: bool = Field(True, description="the result has room for all corners")
    fill: int = Field(114, ge=0, le=255, description="gray level of what lies outside")

    def placement(self, width: int, height: int) -> Placement:
        return places.turned(width, height, self.degrees, expand=self.expand)


class Gamma(PictureOperation):
    """Gray-level correction by a curve."""

    operation: Literal["gamma"]
    gamma: float = Field(gt=0, le=10, description="above 1 is brighter, below 1 darker")

    def picture(self, image: Image.Image) -> Image.Image:
        from aileron.data.preparing.images import tone

        return tone.gamma(image, self.gamma)


class Equalize(PictureOperation):
    """Gray-level correction by the histogram; of pictures in colour, of their luma."""

    operation: Literal["equalize"]
    method: Literal["histogram", "clahe", "stretch"] = Field(
        "histogram",
        description="of the whole picture; clahe: of tiles, contrast limited; stretch: linear",
    )
    tiles: int = Field(8, ge=1, le=64, description="of clahe, along each side")
    limit: float = Field(2.0, ge=1, le=100, description="of clahe: most contrast")
    cutoff: float = Field(0.5, ge=0, lt=50, description="of stretch: percent at each end")

    def picture(self, image: Image.Image) -> Image.Image:
        from aileron.data.preparing.images import tone

        if self.method == "clahe":
            return tone.clahe(image, self.tiles, self.limit)
        if self.method == "stretch":
            return tone.stretched(image, self.cutoff)
        return tone.equalized(image)


class Denoise(PictureOperation):
    """Less noise."""

    operation: Literal["denoise"]
    method: Literal["median", "bilateral", "gaussian"] = "median"
    size: Literal[3, 5, 7] = Field(3, description="of the window, in pixels")
    strength: float = Field(
        25.0, gt=0, le=255, description="of bilateral: levels apart that are one colour"
    )

    def picture(self, image: Image.Image) -> Image.Image:
        from aileron.data.preparing.images import tone

        if self.method == "bilateral":
            return tone.bilateral(image, self.size, self.strength)
        if self.method == "gaussian":
            return tone.blurred(image, self.size / 3)
        return tone.median(image, self.size)


class Convert(PictureOperation):
    """Gray or in colour, and the file format."""

    operation: Literal["convert"]
    mode: Literal["keep", "gray", "rgb"] = "keep"
    format: Literal["keep", "jpeg", "png"] = "keep"

    @model_validator(mode="after")
    def _says_something(self) -> Convert:
        if self.mode == self.format == "keep":
            raise ValueError("give mode or format")
        return self

    def picture(self, image: Image.Image) -> Image.Image:
        mode = {"gray": "L", "rgb": "RGB"}.get(self.mode, image.mode)
        return image if image.mode == mode else image.convert(mode)


ImageOperation = Annotated[
    Resize | Crop | Flip | Rotate | Gamma | Equalize | Denoise | Convert,
    Field(discriminator="operation"),
]
