"""Step `image.check`: whether an image holds what it must, as a verdict that names each point."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict, Field

from aileron.container.recipe import Use
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig

FORMAT_VERSION = 1
GIB = 1 << 30


class CheckImageConfig(StepConfig):
    """What the image is to be used for."""

    model_config = ConfigDict(title="Contract")

    uses: tuple[Use, ...] = Field(
        ("job",), min_length=1, title="Uses", description="where it may be used: job, service"
    )
    most_bytes: int = Field(20 * GIB, gt=0, title="Most bytes", description="unpacked")
    seconds: float = Field(3600.0, gt=0, title="Seconds", description="how long the check may take")


class CheckImage(Component[CheckImageConfig]):
    """Checks an image against the contract of its uses."""

    name = "image.check"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Check an image", "zh": "检查镜像"}
    Config = CheckImageConfig
    inputs: ClassVar[Mapping[str, Port]] = {"image": Port(ArtifactKind.IMAGE, "the image")}
    outputs: ClassVar[Mapping[str, Port]] = {
        "verdict": Port(ArtifactKind.VERDICT, "each point of the contract, met or not")
    }

    def run(
        self, context: Context, config: CheckImageConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.container.contract import check_image
        from aileron.container.layout import Layout

        layout = Layout(inputs["image"])
        points = check_image(layout, config.uses, context.work, config.most_bytes, config.seconds)
        for point in points:
            context.log(("met: " if point["passed"] else "not met: ") + point["sentence"])
        verdict = {
            "format_version": FORMAT_VERSION,
            "accepted": all(point["passed"] for point in points),
            "reasons": points,
            "champion": None,
            "candidate": {"digest": layout.image().digest},
        }
        folder = context.output("verdict")
        folder.mkdir(parents=True)
        text = json.dumps(verdict, ensure_ascii=False, indent=1)
        (folder / "verdict.json").write_text(text + "\n", encoding="utf-8")
        return {"verdict": folder}
