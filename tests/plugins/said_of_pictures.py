"""A small dataset that says a bit of everything that pictures can have said of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from plugins.annotated import HEIGHT, WIDTH, MemoryTree, medium

from aileron.data.formats.images.geometry import box_of_mask, encode_mask
from aileron.data.formats.port import Format, Writing
from aileron.data.formats.records import Box, ImageSample, KeyPoint, Label, Object
from aileron.data.formats.traits import Trait

LABELS = (
    Label("cat"),
    Label("绝缘子"),
    Label("person", ("nose", "left", "right"), ((0, 1), (0, 2))),
)


def everything() -> tuple[ImageSample, ...]:
    """Three pictures: one with objects of each kind, one with labels, one with nothing."""
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[4:9, 5:12] = True
    pixels[6, 7] = False
    mask = encode_mask(pixels)
    things = (
        Object("cat", Box(1.5, 2.25, 10.0, 5.5), attributes={"pose": "left", "old": True}),
        Object("绝缘子", Box(1, 1, 8, 6), ((1.0, 1.0, 9.0, 1.0, 9.0, 7.0),)),
        Object("绝缘子", Box(1, 1, 20, 9), ((1, 1, 9, 1, 9, 7), (11, 2, 21, 2, 21, 10))),
        Object("cat", box_of_mask(mask, HEIGHT, WIDTH), mask=mask, crowd=True),
        Object(
            "person",
            Box(3, 3, 20, 20),
            points=(KeyPoint(5, 5), KeyPoint(0, 0, 0), KeyPoint(9, 7.5, 1)),
        ),
    )
    picture = ImageSample("a/1.png", "1", WIDTH, HEIGHT, ("cat",), things, attributes={"sky": 3})
    return (
        picture,
        replace(picture, sample_id="b.png", media="2", labels=("cat", "绝缘子"), objects=()),
        replace(picture, sample_id="c.png", media="3", labels=(), objects=(), attributes={}),
    )


def put(format_: Format[ImageSample], samples: tuple[ImageSample, ...]) -> MemoryTree:
    """`samples` as `format_` writes them, less what it refuses."""
    refused = {trait for trait, cell in format_.keeps.items() if cell.fate == "refused"}
    if Trait.ATTRIBUTES in refused:
        samples = tuple(replace(sample, attributes={}) for sample in samples)
    tree = MemoryTree()
    task = format_.tasks[0]
    format_.write(Writing(task=task, labels=LABELS, samples=samples, media=medium), tree)
    return tree
