"""The suites for steps accept steps that keep the promises, and name each one broken."""

# ruff: noqa: RUF012 - steps declare constants

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from aileron.core.ports import ArtifactKind, Port
from aileron.core.settings import Settings
from aileron.core.steps import Component, Context, StepConfig
from aileron.run.conformance import Case, check_component, check_effect, check_wait
from aileron.run.probes import AwaitNote, LeaveNote, Probe


class AnyConfig(StepConfig):
    limit: int = 3


class Good(Component[AnyConfig]):
    name = "sample.good"
    version = 1
    title = {"en": "Good", "zh": "好"}
    Config = AnyConfig
    outputs = {"report": Port(ArtifactKind.REPORT)}

    def run(
        self, context: Context, config: AnyConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        report = context.output("report")
        report.mkdir()
        (report / "report.json").write_text(f"{config.limit} {context.seed}")
        return {"report": report}


class Random(Good):
    def run(self, context: Context, config: Any, inputs: Any) -> Mapping[str, Path]:
        outputs = super().run(context, config, inputs)
        (outputs["report"] / "report.json").write_text(str(id(context)) + str(context.work))
        return outputs


class Generous(Good):
    def run(self, context: Context, config: Any, inputs: Any) -> Mapping[str, Path]:
        outputs = super().run(context, config, inputs)
        return {**outputs, "extra": outputs["report"]}


class Blunt(Good):
    def run(self, context: Context, config: Any, inputs: Any) -> Mapping[str, Path]:
        if config.limit < 0:
            raise ZeroDivisionError
        return super().run(context, config, inputs)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(workspace=tmp_path, home=tmp_path / "home")


def test_a_pure_component_passes(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.txt").write_text("1")
    refused = [Case({"behaviour": "refuse"}), Case({"unknown": 1})]
    check_component(Probe, [Case(), Case({"text": "x"}, {"source": source})], refused)


@pytest.mark.parametrize(
    ("step", "refused", "complaint"),
    [
        (Random, (), "two runs under one seed"),
        (Blunt, (Case({"limit": -1}),), "a bare ZeroDivisionError"),
        (Good, (Case({"limit": -1}),), "it took what it should refuse"),
    ],
)
def test_a_component_that_breaks_a_promise_is_named(
    step: Any, refused: tuple[Case, ...], complaint: str
) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_component(step, [Case()], refused)


def test_an_undeclared_output_is_named() -> None:
    with pytest.raises(Exception, match="an output extra that it does not declare"):
        check_component(Generous, [Case()])


def test_an_effect_that_keeps_its_promises_passes(tmp_path: Path, settings: Settings) -> None:
    note = tmp_path / "note"
    check_effect(LeaveNote, Case({"path": str(note)}), settings, world=note.exists)


def test_an_effect_that_appends_each_time_is_named(tmp_path: Path, settings: Settings) -> None:
    class Appends(LeaveNote):
        def apply(self, context: Any, config: Any, inputs: Any) -> Mapping[str, Any]:
            with Path(config.path).open("a") as file:
                file.write("again")
            return {}

    note = tmp_path / "note"
    with pytest.raises(AssertionError, match="the second apply changed the world"):
        check_effect(
            Appends,
            Case({"path": str(note)}),
            settings,
            world=lambda: note.read_text() if note.exists() else None,
        )


def test_a_wait_that_keeps_its_promises_passes(tmp_path: Path, settings: Settings) -> None:
    note = tmp_path / "note"
    case = Case({"path": str(note)})
    check_wait(AwaitNote, case, settings, come=lambda: note.write_text("here") and None)
