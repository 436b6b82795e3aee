"""A step that makes a dataset of stripes and its split, for pipelines that train on pictures."""

# ruff: noqa: RUF012 - steps declare constants

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, StepConfig

ENTRY_POINTS = {"sample.stripes": "plugins.stripes_step:Stripes"}


class StripesConfig(StepConfig):
    count: int = 60


class Stripes(Component[StripesConfig]):
    name = "sample.stripes"
    version = 1
    title = {"en": "Stripes", "zh": "条纹"}
    Config = StripesConfig
    outputs = {"dataset": Port(ArtifactKind.DATASET), "split": Port(ArtifactKind.SPLIT)}

    def run(
        self, context: Context, config: StripesConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from plugins.picture_sets import stripes, write_pictures

        made = write_pictures(context.work, stripes(config.count))
        for port, folder in made.ports().items():
            shutil.copytree(folder, context.output(port))
        return {port: context.output(port) for port in self.outputs}
