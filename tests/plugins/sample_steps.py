"""A little lifecycle of steps that do almost nothing, to test what executes steps.

Each component writes a line into the file that its config names as `journal` when it
really runs; that is impure, and the only way to see from outside that it ran.
"""

# ruff: noqa: RUF012 - steps declare constants

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aileron.core.errors import InvalidInput
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, Effect, EffectContext, Record, StepConfig, Wait

ENTRY_POINTS = {
    "sample.numbers": "plugins.sample_steps:Numbers",
    "sample.mean": "plugins.sample_steps:Mean",
    "sample.gate": "plugins.sample_steps:Gate",
    "sample.publish": "plugins.sample_steps:Publish",
    "sample.approve": "plugins.sample_steps:Approve",
}


class JournalConfig(StepConfig):
    journal: str = ""
    seconds: float = 0.0

    def note(self, name: str) -> None:
        if self.journal:
            with Path(self.journal).open("a", encoding="utf-8") as file:
                file.write(name + "\n")
        time.sleep(self.seconds)


class NumbersConfig(JournalConfig):
    count: int = 10
    fail: bool = False


class Numbers(Component[NumbersConfig]):
    name = "sample.numbers"
    version = 1
    title = {"en": "Numbers", "zh": "数字"}
    Config = NumbersConfig
    inputs = {"source": Port(ArtifactKind.SOURCE, optional=True)}
    outputs = {"dataset": Port(ArtifactKind.DATASET)}

    def run(
        self, context: Context, config: NumbersConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        config.note("numbers")
        folder = _write(context, "dataset", "rows.json", list(range(config.count)))
        context.metric("rows", config.count)
        context.log(f"{config.count} rows")
        if config.fail:
            raise InvalidInput("core.no_file")
        return {"dataset": folder}


class Mean(Component[JournalConfig]):
    name = "sample.mean"
    version = 1
    title = {"en": "Mean", "zh": "均值"}
    Config = JournalConfig
    inputs = {"dataset": Port(ArtifactKind.DATASET)}
    outputs = {"model": Port(ArtifactKind.MODEL)}

    def run(
        self, context: Context, config: JournalConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        config.note("mean")
        rows = json.loads((inputs["dataset"] / "rows.json").read_text())
        return {"model": _write(context, "model", "model.json", sum(rows) / len(rows))}


class GateConfig(JournalConfig):
    minimum: float = 0.0


class Gate(Component[GateConfig]):
    name = "sample.gate"
    version = 1
    title = {"en": "Gate", "zh": "闸门"}
    Config = GateConfig
    inputs = {
        "model": Port(ArtifactKind.MODEL),
        "champion": Port(ArtifactKind.MODEL, optional=True),
        "champion_record": Port(ArtifactKind.RECORD, optional=True),
    }
    outputs = {"verdict": Port(ArtifactKind.VERDICT)}

    def run(
        self, context: Context, config: GateConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        config.note("gate")
        mean = json.loads((inputs["model"] / "model.json").read_text())
        passed = mean >= config.minimum
        reason = {"passed": passed, "sentence": f"The mean is {mean}."}
        champion = None
        if "champion_record" in inputs:
            champion = json.loads((inputs["champion_record"] / "record.json").read_text())
        verdict = {"accepted": passed, "reasons": [reason], "champion": champion}
        return {"verdict": _write(context, "verdict", "verdict.json", verdict)}


class PublishConfig(StepConfig):
    shelf: str
    """Where models are put: a folder with a file per idempotency key."""
    model: str = "mean"
    crash: bool = False
    """Break off after the world was changed and before anybody knows."""


class Publish(Effect[PublishConfig]):
    name = "sample.publish"
    version = 1
    title = {"en": "Publish", "zh": "发布"}
    Config = PublishConfig
    inputs = {"model": Port(ArtifactKind.MODEL), "verdict": Port(ArtifactKind.VERDICT)}
    outputs = {"record": Port(ArtifactKind.RECORD)}

    def observe(
        self, context: EffectContext, config: PublishConfig, inputs: Mapping[str, Path]
    ) -> Record | None:
        there = Path(config.shelf, context.key)
        return {"shelf": config.shelf} if there.exists() else None

    def apply(
        self, context: EffectContext, config: PublishConfig, inputs: Mapping[str, Path]
    ) -> Record:
        with Path(config.shelf, context.key).open("a") as file:
            file.write((inputs["model"] / "model.json").read_text() + "\n")
        context.log(f"published for {context.actor}")
        if config.crash:
            raise OSError("the line was cut")
        return {"shelf": config.shelf}

    def undo(self, context: EffectContext, config: PublishConfig, record: Record) -> None:
        Path(config.shelf, context.key).unlink(missing_ok=True)


class ApproveConfig(StepConfig):
    answer: str


class Approve(Wait[ApproveConfig]):
    name = "sample.approve"
    version = 1
    title = {"en": "Approve", "zh": "批准"}
    Config = ApproveConfig
    inputs = {"verdict": Port(ArtifactKind.VERDICT)}
    outputs = {"record": Port(ArtifactKind.RECORD)}

    def ready(
        self, context: EffectContext, config: ApproveConfig, inputs: Mapping[str, Path]
    ) -> Record | None:
        answer = Path(config.answer)
        return {"approved": answer.read_text() == "yes"} if answer.exists() else None


def _write(context: Context, port: str, name: str, value: Any) -> Path:
    folder = context.output(port)
    folder.mkdir()
    (folder / name).write_text(json.dumps(value))
    return folder
