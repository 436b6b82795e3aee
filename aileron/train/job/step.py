"""Step `train.job`: runs somebody's own code, and keeps what it leaves.

Results and log are kept however the job ends: also of one that failed, was stopped or ran too
long. The code runs without any of the platform's variables or credentials.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from aileron.core.errors import StepFailed
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context
from aileron.train.job.config import TrainJobConfig

if TYPE_CHECKING:
    from aileron.train.job.metrics import Curves, Measured
    from aileron.train.job.process import Ending, StopAsked
    from aileron.train.job.workplace import Workplace


class TrainJob(Component[TrainJobConfig]):
    """Runs a start command in a folder of code."""

    name = "train.job"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Run a custom job", "zh": "运行自定义作业"}
    Config = TrainJobConfig
    inputs: ClassVar[Mapping[str, Port]] = {
        "code": Port(ArtifactKind.SOURCE, "the code; without it, it is in the image", True),
        "train_files": Port(ArtifactKind.SOURCE, "./train_data, as files", True),
        "test_files": Port(ArtifactKind.SOURCE, "./test_data, as files", True),
        "train_dataset": Port(ArtifactKind.DATASET, "./train_data, a dataset version", True),
        "test_dataset": Port(ArtifactKind.DATASET, "./test_data, a dataset version", True),
        "dataset": Port(ArtifactKind.DATASET, "with `split`: all data, part by part", True),
        "split": Port(ArtifactKind.SPLIT, "which samples train, validate and test", True),
    }
    outputs: ClassVar[Mapping[str, Port]] = {
        "model": Port(ArtifactKind.MODEL, "./output as a model of its framework", True),
        "metrics": Port(ArtifactKind.METRICS, "the job's figures, by step"),
        "output": Port(ArtifactKind.FILES, "./output as the job left it"),
    }

    def run(
        self, context: Context, config: TrainJobConfig, inputs: Mapping[str, Path]
    ) -> Mapping[str, Path]:
        from aileron.train.job.metrics import Curves
        from aileron.train.job.process import StopAsked
        from aileron.train.job.workplace import make_workplace

        place = make_workplace(context, config, inputs)
        curves = Curves(context, place.folder)
        with StopAsked().listening() as stop:
            try:
                ending = _ended(context, config, place, curves, stop)
                return _results(context, config, inputs, place, curves, ending)
            except BaseException:
                _keep_output(context, place)
                raise


def _ended(
    context: Context, config: TrainJobConfig, place: Workplace, curves: Curves, stop: StopAsked
) -> Ending:
    """How the command ended, begun again as often as `config` allows."""
    from aileron.train.job.process import Ending

    ending = Ending(0, 0)
    for start in range(config.restarts + 1):
        ending = _run_once(context, config, place, curves, stop, start)
        if ending.code == 0 or ending.stopped or stop:
            break
        left = config.restarts - start
        if left:
            context.log(f"node {ending.node} ended with {_how(ending.code)}; starts left: {left}")
    return ending


def _run_once(
    context: Context,
    config: TrainJobConfig,
    place: Workplace,
    curves: Curves,
    stop: StopAsked,
    start: int,
) -> Ending:
    from aileron.train.job.environment import (
        base_environment,
        command_line,
        mpi_environment,
        ranks_here,
    )
    from aileron.train.job.process import Group

    home = context.work / "home"
    home.mkdir(exist_ok=True)
    base = {
        **base_environment(config, context.seed, home),
        **curves.environment(),
        "AILERON_RESTART": str(start),
    }
    ranks = ranks_here(config.nodes, config.restarts)

    def on_line(node: int, line: str, whole: bool) -> None:
        context.log(line if len(ranks) == 1 else f"[{node}] {line}")
        if node == 0 and whole:  # the others say the same
            curves.line(line)

    command = command_line(config.command, config.parameters)
    context.log(f"$ {command}")
    environments = [
        {**base, **rank.environment(), **mpi_environment(rank, home), **config.env}
        for rank in ranks
    ]
    group = Group(command, place.folder, environments, on_line, curves.poll)
    try:
        return group.follow(stop)
    finally:
        group.kill()


def _results(
    context: Context,
    config: TrainJobConfig,
    inputs: Mapping[str, Path],
    place: Workplace,
    curves: Curves,
    ending: Ending,
) -> dict[str, Path]:
    """The outputs of a job that ended well.

    Raises:
        StepFailed: it did not; what it left lies at the outputs.
        InvalidInput: ./output is no model of its framework.
    """
    from aileron.train.job.artefact import write_model
    from aileron.train.job.environment import is_first_machine

    measured = _measured(context, place, curves)
    made = {"metrics": _write_metrics(context, measured)}
    _refuse(ending)
    model = None
    if is_first_machine():
        model = write_model(context, config, place.code, place.output, measured)
    if model is not None:
        made["model"] = model
        _note_data(model, inputs, measured)
    return {**made, "output": _keep_output(context, place)}


def _measured(context: Context, place: Workplace, curves: Curves) -> Measured:
    """The job's figures; those of ./output/metrics.json win, and come first."""
    from aileron.train.job.results import read_metrics

    measured = curves.finish()
    written = read_metrics(place.output, context.log)
    others = {name: value for name, value in measured.last.items() if name not in written}
    return replace(measured, last={**written, **others})


def _write_metrics(context: Context, measured: Measured) -> Path:
    from aileron.train.job.metrics import write_parameters
    from aileron.train.trainer import write_metrics

    for name, value in measured.last.items():
        context.log(f"{name} {value:.6g}")
    primary = next(iter(measured.last), "")
    folder = write_metrics(context.output("metrics"), measured.last, primary, measured.points)
    write_parameters(folder, measured.parameters)
    return folder


def _refuse(ending: Ending) -> None:
    """Raise what an ending that was not good means."""
    if ending.stopped:
        raise StepFailed("train.job.stopped")
    if ending.code == 0:
        return
    lines = "\n".join(ending.lines) or "-"
    facts: dict[str, Any] = {"how": _how(ending.code), "last_lines": lines}
    if ending.nodes > 1:
        raise StepFailed("train.job.node_failed", node=ending.node, nodes=ending.nodes, **facts)
    raise StepFailed("train.job.failed", **facts)


def _how(code: int) -> str:
    import signal

    number = -code if code < 0 else code - 128
    if number in {one.value for one in signal.Signals}:
        return signal.Signals(number).name
    return f"exit code {code}"


def _note_data(model: Path, inputs: Mapping[str, Path], measured: Measured) -> None:
    """In a lifecycle: note what the model was measured on, for a gate that compares with it."""
    if "split" in inputs:
        from aileron.train.job.measured import write_measured

        write_measured(model, inputs["dataset"], inputs["split"], measured.last)


def _keep_output(context: Context, place: Workplace) -> Path:
    """./output as a FILES artifact; once."""
    from aileron.train.job.results import keep_files

    folder = context.output("output")
    if not folder.exists():
        keep_files(place.output, folder, context.log)
    return folder
