"""A step whose result depends on another module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, NoOptions


class Word(Component[NoOptions]):
    """Writes the helper's word."""

    name = "helped.word"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Word", "zh": "词"}
    Config = NoOptions
    inputs: ClassVar[Mapping[str, Port]] = {}
    outputs: ClassVar[Mapping[str, Port]] = {"report": Port(ArtifactKind.REPORT, "the word")}

    def run(
        self,
        context: Context,
        config: NoOptions,
        inputs: Mapping[str, Path],
    ) -> Mapping[str, Path]:
        from helped import helper

        report = context.output("report")
        report.mkdir()
        (report / "report.json").write_text(json.dumps(helper.WORD))
        return {"report": report}
