"""The step of custom jobs keeps what every component promises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from plugins.tables import TableInputs

from aileron.evaluate.job import EvaluateJob
from aileron.run.conformance import Case, check_component
from aileron.train.job.step import TrainJob

COUNT = 'echo "{\\"rows\\": $(cat train_data/* | wc -l)}" > output/metrics.json; echo loss: 1'


def test_a_job_is_a_component(known_table: Callable[[str], TableInputs], tmp_path: Path) -> None:
    iris = known_table("iris").ports()
    code = tmp_path / "code"
    code.mkdir()
    (code / "train.sh").write_text("echo hello > output/hello\n")
    check_component(
        TrainJob,
        [
            Case({"command": COUNT}, {"train_dataset": iris["dataset"]}),
            Case({"command": COUNT, "train_data": {"format": "jsonl"}}, iris),
            Case({"command": "bash train.sh", "parameters": {"a": 1}}, {"code": code}),
        ],
        refused=[
            Case({"command": "exit 3"}),
            Case({"command": "true", "framework": "xgboost"}),
            Case({"command": "true", "train_data": {"format": "voc"}}, iris),
            Case({"command": "mkdir train_data", "commit": 3}),
        ],
    )  # fmt: skip


def test_taking_over_its_figures_is_a_component(
    known_table: Callable[[str], TableInputs], tmp_path: Path
) -> None:
    from plugins.serving import run_step

    iris = known_table("iris").ports()
    command = 'echo \'{"accuracy": 0.5, "loss": 2}\' > output/metrics.json'
    measured = run_step("train.job", tmp_path / "run", iris, command=command)["metrics"]
    silent = run_step("train.job", tmp_path / "silent", iris, command="true")["metrics"]
    check_component(
        EvaluateJob,
        [Case({}, iris | {"measured": measured}),
         Case({"primary": "loss"}, iris | {"measured": measured})],
        refused=[
            Case({"primary": "f1"}, iris | {"measured": measured}),
            Case({}, iris | {"measured": silent}),
            Case({"metric": "f1"}, iris | {"measured": measured}),
        ],
    )  # fmt: skip
