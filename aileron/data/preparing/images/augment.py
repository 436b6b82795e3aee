"""Step `data.augment`: varied copies of pictures, of part train unless told otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, model_validator

from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context
from aileron.data.layout import Part
from aileron.data.operations.base import OperationConfig
from aileron.data.preparing.origin import is_own, origin, write_report
from aileron.data.preparing.previewing import PreviewsPictures

if TYPE_CHECKING:
    from aileron.data.preparing.images.copies import Copies

EXAMPLES = 8
CHANGES = (
    "flip", "rotate", "scale", "crop", "brightness", "contrast", "saturation", "hue", "blur",
    "noise", "cut_out", "mosaic",
)  # fmt: skip


class AugmentConfig(OperationConfig):
    """How far a copy may differ; what is 0 or none stays as it is."""

    copies: int = Field(1, ge=1, le=100, description="varied copies of each picture")
    parts: tuple[Part | Literal["none"], ...] = Field(
        ("train", "none"),
        min_length=1,
        description="the pictures of these parts; none: pictures without a part",
    )
    flip: Literal["none", "horizontal", "vertical", "both"] = Field(
        "none", description="mirror half of the copies; not for what has a left and a right"
    )
    rotate: float = Field(10.0, ge=0, le=180, description="largest angle, degrees either way")
    scale: float = Field(0.1, ge=0, le=0.9, description="largest change of size, either way")
    crop: float = Field(0.1, ge=0, le=0.9, description="largest share of each side cut off")
    brightness: float = Field(0.2, ge=0, le=1, description="largest relative change")
    contrast: float = Field(0.2, ge=0, le=1, description="largest relative change")
    saturation: float = Field(0.2, ge=0, le=1, description="largest relative change")
    hue: float = Field(0.0, ge=0, le=180, description="largest turn of colours, in degrees")
    blur: float = Field(0.0, ge=0, le=50, description="largest radius, in pixels")
    noise: float = Field(0.0, ge=0, le=128, description="largest deviation, in gray levels")
    cut_out: int = Field(0, ge=0, le=64, description="rectangles that are filled")
    cut_out_size: float = Field(
        0.2, gt=0, le=1, description="largest side of such a rectangle, as a share of the picture's"
    )
    mosaic: float = Field(
        0.0, ge=0, le=1, description="share of the copies that show four pictures"
    )
    fill: int = Field(114, ge=0, le=255, description="gray level of places that no pixel goes to")
    visible: float = Field(
        0.25, ge=0, le=1, description="objects of which less than this share stays are left out"
    )

    @model_validator(mode="after")
    def _changes_something(self) -> AugmentConfig:
        if all(getattr(self, name) in (0, "none") for name in CHANGES):
            raise ValueError("switch on at least one of " + ", ".join(CHANGES))
        return self


class AugmentImages(PreviewsPictures, Component[AugmentConfig]):
    """Add varied copies of the pictures, with what is drawn on them."""

    name = "data.augment"
    version = 2
    title: ClassVar[Mapping[str, str]] = {"en": "Augment pictures", "zh": "图片数据增强"}
    Config = AugmentConfig
    modalities: ClassVar[tuple[str, ...]] = ("image",)
    inputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}
    outputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET, "the pictures and their copies"),
        "report": Port(ArtifactKind.REPORT, "report.json and report.html"),
    }

    def run(
        self, context: Context, config: AugmentConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.data.images import read_image_card
        from aileron.data.preparing.images.changes import Changes
        from aileron.data.preparing.images.copies import Copies, taken_over
        from aileron.data.preparing.images.page import page
        from aileron.data.preparing.images.preview import preview
        from aileron.data.preparing.images.streaming import Source, Target, in_threads

        before = read_image_card(inputs["dataset"])
        copies = Copies(Source(inputs["dataset"]), before, config, context.seed)
        changes = Changes()
        folder = context.output("dataset")
        with Target(folder, context.work) as target:
            shards = taken_over(inputs["dataset"], folder, copies.samples,
                                whole=is_own(config, before))  # fmt: skip
            target.keep(copies.samples)
            for record, size, sample, data in in_threads(copies.make, copies.wanted()):
                changes.add(size, record, sample, same=False)
                target.add(sample, data)
            card = target.write(before, shards)
        card = card.model_copy(update=origin(self.name, self.version, config, before))
        card.write(folder)
        document = {
            "kind": "augment",
            "dataset": card.name,
            "digest": card.digest,
            "seed": context.seed,
            "config": config.model_dump(mode="json", exclude={"name", "parent"}),
            **changes.document(),
        }
        pairs = preview(inputs["dataset"], config, EXAMPLES, context.seed)
        write_report(context.output("report"), document, page(document, pairs))
        for line in _said(copies, changes.pictures, changes.lost):
            context.log(line)
        return {"dataset": folder, "report": context.output("report")}


def _said(copies: Copies, made: int, lost: int) -> Iterator[str]:
    yield f"{made:,} copies of {copies.count:,} pictures"
    if lost > 0:
        yield f"{lost:,} objects of copies are left out: too little of them is to be seen"
    if copies.mixed and not {"validation", "test"} <= copies.parts:
        yield (
            "mosaics show pictures that data.split may give to other parts; give all parts with"
            " data.resplit before this"
        )
