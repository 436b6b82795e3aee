"""Where the places of a picture go: one affine matrix, and the size of what comes of it.

Coordinates are those of annotations: pixels from the upper left corner, a pixel reaching from n
to n + 1. A matrix is the first two rows of 3 x 3; the third one is 0 0 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple


class Affine(NamedTuple):
    """``x' = a x + b y + c`` and ``y' = d x + e y + f``."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    def then(self, other: Affine) -> Affine:
        """First this one, then `other`."""
        a, b, c, d, e, f = other
        return Affine(
            a * self.a + b * self.d, a * self.b + b * self.e, a * self.c + b * self.f + c,
            d * self.a + e * self.d, d * self.b + e * self.e, d * self.c + e * self.f + f,
        )  # fmt: skip

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where (x, y) goes."""
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f

    @property
    def inverse(self) -> Affine:
        """The way back."""
        a, b, c, d, e, f = self
        total = self.determinant
        return Affine(
            e / total, -b / total, (b * f - c * e) / total,
            -d / total, a / total, (c * d - a * f) / total,
        )  # fmt: skip

    @property
    def determinant(self) -> float:
        """By how much areas grow; below 0 if left and right are exchanged."""
        return self.a * self.e - self.b * self.d

    @property
    def keeps_boxes(self) -> bool:
        """Whether upright rectangles stay upright: no angle but quarter turns."""
        return (self.b == self.d == 0) or (self.a == self.e == 0)


@dataclass(frozen=True)
class Placement:
    """Where the places of a picture go, and the size of the result."""

    matrix: Affine
    width: int
    height: int

    def then(self, other: Placement) -> Placement:
        """First this one, then `other`, which is of the size that this one makes."""
        return Placement(self.matrix.then(other.matrix), other.width, other.height)


def moved(x: float, y: float) -> Affine:
    """By so many pixels to the right and down."""
    return Affine(c=x, f=y)


def mirrored(width: int, height: int, *, across: bool) -> Placement:
    """Left and right exchanged if `across`, else above and below."""
    if across:
        return Placement(Affine(a=-1.0, c=float(width)), width, height)
    return Placement(Affine(e=-1.0, f=float(height)), width, height)


def scaled(width: int, height: int, new_width: int, new_height: int) -> Placement:
    """Stretched to a new size."""
    return Placement(Affine(a=new_width / width, e=new_height / height), new_width, new_height)


def cropped(x: int, y: int, width: int, height: int) -> Placement:
    """The rectangle from (x, y) on."""
    return Placement(moved(-x, -y), width, height)


def turned(width: int, height: int, degrees: float, *, expand: bool) -> Placement:
    """Turned about the middle, counter-clockwise; `expand`: the result has room for all of it."""
    cos, sin = _cos_sin(degrees)
    new_width, new_height = width, height
    if expand:
        new_width = math.ceil(abs(width * cos) + abs(height * sin) - 1e-9)
        new_height = math.ceil(abs(width * sin) + abs(height * cos) - 1e-9)
    about = moved(-width / 2, -height / 2).then(Affine(cos, sin, 0.0, -sin, cos, 0.0))
    return Placement(about.then(moved(new_width / 2, new_height / 2)), new_width, new_height)


def zoomed(width: int, height: int, factor: float, at: tuple[float, float]) -> Placement:
    """Enlarged by `factor` about the place `at`, in the same size."""
    x, y = at
    about = moved(-x, -y).then(Affine(a=factor, e=factor)).then(moved(x, y))
    return Placement(about, width, height)


def _cos_sin(degrees: float) -> tuple[float, float]:
    """Exact for quarter turns, so that those lose nothing."""
    exact = {0: (1.0, 0.0), 90: (0.0, 1.0), 180: (-1.0, 0.0), 270: (0.0, -1.0)}
    angle = degrees % 360
    if angle in exact:
        return exact[int(angle)]
    return math.cos(math.radians(angle)), math.sin(math.radians(angle))
