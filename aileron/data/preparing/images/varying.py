"""Varied copies of a picture: what is drawn by lot, and what becomes of picture and objects.

All lots of a copy come from one generator, in a fixed order, whatever is switched on; it starts
from the seed, the sample's id and the number of the copy, so that no order matters.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aileron.data.formats.records import KeyPoint, Object
from aileron.data.preparing.images import placement as places
from aileron.data.preparing.images import tone
from aileron.data.preparing.images.augment import AugmentConfig
from aileron.data.preparing.images.frame import Frame
from aileron.data.preparing.images.objects import Rules
from aileron.data.preparing.images.placement import Placement

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

Hole = tuple[int, int, int, int]
"""Left, top, right, bottom."""


def chance_of(seed: int, sample: str, copy: int) -> np.random.Generator:
    """The generator of one copy."""
    import numpy as np

    digest = hashlib.sha256(f"{seed}\0{sample}\0{copy}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


@dataclass(frozen=True)
class Lots:
    """What was drawn for one copy; shares are of -1 to 1 or of 0 to 1."""

    flips: tuple[bool, bool]
    rotate: float
    scale: float
    crop: tuple[float, float, float]
    colour: tuple[float, float, float, float]
    blur: float
    noise: float

    @classmethod
    def draw(cls, chance: np.random.Generator) -> Lots:
        even = chance.random(7).tolist()
        both = chance.uniform(-1, 1, 6).tolist()
        return cls(
            flips=(even[0] < 0.5, even[1] < 0.5),
            rotate=both[0],
            scale=both[1],
            crop=(even[2], even[3], even[4]),
            colour=(both[2], both[3], both[4], both[5]),
            blur=even[5],
            noise=even[6],
        )


def varied(config: AugmentConfig, frame: Frame, rules: Rules, chance: np.random.Generator) -> Frame:
    """A varied copy of `frame`, of the same size."""
    lots = Lots.draw(chance)
    placement = _placement(config, lots, *frame.image.size)
    frame = frame.placed(placement, config.fill, rules)
    image = _coloured(config, lots, frame.image)
    if config.noise:
        image = tone.noisy(image, config.noise * lots.noise, chance)
    frame = Frame(image, frame.objects)
    return _with_holes(config, frame, rules, chance) if config.cut_out else frame


def _placement(config: AugmentConfig, lots: Lots, width: int, height: int) -> Placement:
    placement = Placement(places.Affine(), width, height)
    across = config.flip in ("horizontal", "both") and lots.flips[0]
    upside = config.flip in ("vertical", "both") and lots.flips[1]
    if across:
        placement = placement.then(places.mirrored(width, height, across=True))
    if upside:
        placement = placement.then(places.mirrored(width, height, across=False))
    if config.rotate:
        turned = places.turned(width, height, config.rotate * lots.rotate, expand=False)
        placement = placement.then(turned)
    if config.scale:
        factor = 1 + config.scale * lots.scale
        placement = placement.then(places.zoomed(width, height, factor, (width / 2, height / 2)))
    if config.crop:
        share, x, y = lots.crop
        factor = 1 / (1 - config.crop * share)
        placement = placement.then(places.zoomed(width, height, factor, (x * width, y * height)))
    return placement


def _coloured(config: AugmentConfig, lots: Lots, image: Image.Image) -> Image.Image:
    brightness, contrast, saturation, hue = lots.colour
    if config.brightness:
        image = tone.brightened(image, 1 + config.brightness * brightness)
    if config.contrast:
        image = tone.contrasted(image, 1 + config.contrast * contrast)
    if config.saturation:
        image = tone.saturated(image, 1 + config.saturation * saturation)
    if config.hue:
        image = tone.hued(image, config.hue * hue)
    if config.blur:
        image = tone.blurred(image, config.blur * lots.blur)
    return image


def _with_holes(
    config: AugmentConfig, frame: Frame, rules: Rules, chance: np.random.Generator
) -> Frame:
    """Rectangles are filled; objects that are nearly covered go, key points there are hidden."""
    import numpy as np
    from PIL import ImageDraw

    width, height = frame.image.size
    holes = [_hole(config, width, height, chance) for _ in range(config.cut_out)]
    image = frame.image.copy()
    draw = ImageDraw.Draw(image)
    covered = np.zeros((height, width), dtype=bool)
    for left, top, right, bottom in holes:
        fill = config.fill if image.mode == "L" else (config.fill,) * 3
        draw.rectangle((left, top, right - 1, bottom - 1), fill=fill)
        covered[top:bottom, left:right] = True
    kept = (thing for thing in frame.objects if _seen(thing, covered) >= max(rules.visible, 1e-9))
    return Frame(image, tuple(_hidden_points(thing, holes) for thing in kept))


def _hole(config: AugmentConfig, width: int, height: int, chance: np.random.Generator) -> Hole:
    shares = chance.random(4).tolist()
    across = max(1, round(width * config.cut_out_size * (0.5 + shares[0] / 2)))
    down = max(1, round(height * config.cut_out_size * (0.5 + shares[1] / 2)))
    left, top = int(shares[2] * (width - across + 1)), int(shares[3] * (height - down + 1))
    return left, top, left + across, top + down


def _seen(thing: Object, covered: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float:
    """The share of the pixels of an object's box that no hole covers."""
    left, top = int(thing.box.x), int(thing.box.y)
    right = max(left + 1, round(thing.box.x + thing.box.width))
    bottom = max(top + 1, round(thing.box.y + thing.box.height))
    there = covered[top:bottom, left:right]
    return 1 - float(there.mean()) if there.size else 1.0


def _hidden_points(thing: Object, holes: list[Hole]) -> Object:
    def hidden(point: KeyPoint) -> KeyPoint:
        under = any(le <= point.x < ri and to <= point.y < bo for le, to, ri, bo in holes)
        return point._replace(visibility=1) if under and point.visibility == 2 else point

    return replace(thing, points=tuple(map(hidden, thing.points)))
