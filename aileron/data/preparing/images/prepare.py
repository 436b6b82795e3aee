"""Step `data.prepare_images`: a list of operations on every picture, and on what is drawn on it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context
from aileron.data.operations.base import OperationConfig
from aileron.data.preparing.images.operations import Convert, ImageOperation
from aileron.data.preparing.origin import origin, write_report
from aileron.data.preparing.previewing import PreviewsPictures

if TYPE_CHECKING:
    from aileron.data.formats.records import ImageSample
    from aileron.data.images.layout import Sample
    from aileron.data.preparing.images.objects import Rules
    from aileron.data.preparing.images.streaming import Source

EXAMPLES = 8


class PrepareImagesConfig(OperationConfig):
    """What is done to every picture."""

    operations: tuple[ImageOperation, ...] = Field(
        min_length=1,
        description="in order: resize, crop, flip, rotate, gamma, equalize, denoise, convert",
    )
    visible: float = Field(
        0.25, ge=0, le=1, description="objects of which less than this share stays are left out"
    )

    @property
    def format(self) -> str | None:
        """The file format that the last conversion asks for; None: that of each picture."""
        asked = [one.format for one in self.operations if isinstance(one, Convert)]
        return next((one.upper() for one in reversed(asked) if one != "keep"), None)


class PrepareImages(PreviewsPictures, Component[PrepareImagesConfig]):
    """Resize, crop, turn or correct every picture, with what is drawn on it."""

    name = "data.prepare_images"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Prepare pictures", "zh": "图片预处理"}
    Config = PrepareImagesConfig
    modalities: ClassVar[tuple[str, ...]] = ("image",)
    inputs: ClassVar[Mapping[str, Port]] = {"dataset": Port(ArtifactKind.DATASET)}
    outputs: ClassVar[Mapping[str, Port]] = {
        "dataset": Port(ArtifactKind.DATASET),
        "report": Port(ArtifactKind.REPORT, "report.json and report.html"),
    }

    def run(
        self, context: Context, config: PrepareImagesConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.data.images import read_image_card
        from aileron.data.preparing.images.changes import Changes, rules_of
        from aileron.data.preparing.images.page import page
        from aileron.data.preparing.images.preview import preview
        from aileron.data.preparing.images.streaming import Source, Target, in_threads

        before = read_image_card(inputs["dataset"])
        source, rules = Source(inputs["dataset"]), rules_of(before, config.visible)
        changes = Changes()
        folder = context.output("dataset")
        folder.mkdir(parents=True)

        def one(pair: tuple[ImageSample, dict[str, Any]]) -> _Done:
            return _prepared(config, rules, source, *pair)

        with Target(folder, context.work) as target:
            for record, size, sample, data in in_threads(one, source.rows()):
                changes.add(size, record, sample, same=sample.content_digest == record.media)
                target.add(sample, data)
            card = target.write(before)
        card = card.model_copy(update=origin(self.name, self.version, config, before))
        card.write(folder)
        document = {
            "kind": "prepare_images",
            "dataset": card.name,
            "digest": card.digest,
            "config": config.model_dump(mode="json", exclude={"name", "parent"}),
            **changes.document(),
        }
        pairs = preview(inputs["dataset"], config, EXAMPLES)
        write_report(context.output("report"), document, page(document, pairs))
        context.log(f"{changes.pictures:,} pictures, {changes.unchanged:,} stay as they were")
        if changes.lost:
            context.log(f"{changes.lost:,} objects are left out: less than {config.visible:.0%}"
                        " of them is inside")  # fmt: skip
        return {"dataset": folder, "report": context.output("report")}


_Done = tuple["ImageSample", int, "Sample", bytes]


def _prepared(
    config: PrepareImagesConfig,
    rules: Rules,
    source: Source,
    record: ImageSample,
    row: dict[str, Any],
) -> _Done:
    """One sample before, the size of its file, the sample after, and the file."""
    from aileron.data.preparing.images.changes import new_sample, same_sample
    from aileron.data.preparing.images.frame import apply, encode, open_frame

    data = source.picture(row)
    opened, form = open_frame(data, record)
    done = apply(config.operations, opened, rules, record.sample_id)
    wanted = config.format or form
    if done.image is opened.image and wanted == form:
        return record, len(data), same_sample(record, row), data
    encoded = encode(done.image, wanted)
    return record, len(data), new_sample(record, encoded, done.objects), encoded.data
