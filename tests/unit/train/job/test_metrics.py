"""Figures from all three ways become points of curves: bounded, finite, one for each step."""

from __future__ import annotations

import itertools
import json
import math
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from plugins.tables import RecordingContext

from aileron.train.job.metrics import FULL_POINTS, MOST_CURVES, Curve, Curves, safe_name
from aileron.train.job.tensorboard import EventFiles
from aileron.train.trainer import Point

NewContext = Callable[..., RecordingContext]


def store_run(output: Path, run: str, name: str) -> Path:
    """A run in the file store of MLflow, as MLflow lays it out."""
    folder = output / "mlruns" / "0" / run
    (folder / "metrics").mkdir(parents=True)
    (folder / "params").mkdir()
    (folder / "meta.yaml").write_text(f"run_id: {run}\nrun_name: {name}\n")
    return folder


def log(run: Path, name: str, *points: tuple[int, float]) -> None:
    path = run / "metrics" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.writelines(f"1795327013478 {value} {step}\n" for step, value in points)


def test_a_point_is_told_at_once_and_kept_for_the_end(
    new_context: NewContext, tmp_path: Path
) -> None:
    context = new_context()
    curves = Curves(context, tmp_path)
    curves.line("epoch 1 loss=0.5\n")
    assert context.points == [("loss", 1, 0.5)]
    curves.line("epoch 2 loss=0.4\n")
    measured = curves.finish()
    assert measured.points == (Point("loss", 1, 0.5), Point("loss", 2, 0.4))
    assert measured.last == {"loss": 0.4}


def test_of_a_step_the_last_value_counts(new_context: NewContext, tmp_path: Path) -> None:
    curves = Curves(new_context(), tmp_path)
    for loss in (0.9, 0.7, 0.6):
        curves.line(f"epoch 1 loss={loss}")
    assert curves.finish().points == (Point("loss", 1, 0.6),)


def test_values_of_the_test_part_come_first_and_learning_rates_last(
    new_context: NewContext, tmp_path: Path
) -> None:
    """The first is the primary metric where ./output/metrics.json names none."""
    curves = Curves(new_context(), tmp_path)
    curves.line("epoch 1 lr=0.1 train_loss=0.5 accuracy=0.8 val_loss=0.6 test_accuracy=0.7")
    names = ["test_accuracy", "val_loss", "accuracy", "train_loss", "lr"]
    assert list(curves.finish().last) == names


def test_what_is_not_finite_is_left_out_and_said_once(
    new_context: NewContext, tmp_path: Path
) -> None:
    context = new_context()
    run = store_run(tmp_path / "output", "a1", "one")
    log(run, "loss", (0, 0.5), (1, math.nan), (2, math.inf))
    measured = Curves(context, tmp_path).finish()
    assert [point.step for point in measured.points] == [0]
    assert [line for line in context.lines if "not finite" in line] == [
        "loss is not finite at step 1; such points are left out"
    ]


def test_there_is_a_limit_to_curves(new_context: NewContext, tmp_path: Path) -> None:
    context = new_context()
    curves = Curves(context, tmp_path)
    for number in range(MOST_CURVES + 5):
        curves.line(json.dumps({"step": 1, f"m{number}": 1.0}))
    assert len(curves.finish().last) == MOST_CURVES
    assert sum("left out" in line for line in context.lines) == 1


def test_a_long_curve_is_thinned_evenly_and_keeps_its_end() -> None:
    curve = Curve()
    for step in range(200_000):
        curve.add(step, float(step))
    points = curve.all()
    assert len(points) < 10 * FULL_POINTS
    assert points[: FULL_POINTS // 2] == [(step, float(step)) for step in range(FULL_POINTS // 2)]
    assert points[-1] == (199_999, 199_999.0)
    assert curve.thinned


@pytest.mark.parametrize(
    ("name", "safe"),
    [("Loss (train)", "Loss _train_"), ("/a//b/", "a/b"),
     ("../x", "x"), ("准确率", "准确率"), ("", "_")],
)  # fmt: skip
def test_a_name_is_one_that_mlflow_takes(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_the_store_of_mlflow_is_read_as_it_grows(new_context: NewContext, tmp_path: Path) -> None:
    context = new_context()
    curves = Curves(context, tmp_path)
    curves.poll()  # nothing there yet
    run = store_run(tmp_path / "output", "a1", "one")
    log(run, "loss", (0, 1.0))
    curves.poll()
    log(run, "loss", (1, 0.5))
    with (run / "metrics" / "loss").open("a") as file:
        file.write("1795327013478 0.2")  # being written
    curves.poll()
    assert context.points == [("loss", 0, 1.0), ("loss", 1, 0.5)]
    with (run / "metrics" / "loss").open("a") as file:
        file.write("5 2\n")
    (run / "params" / "lr").write_text("0.1")
    measured = curves.finish()
    assert measured.last == {"loss": 0.25}
    assert measured.parameters == {"lr": "0.1"}


def test_further_runs_of_mlflow_come_under_their_names(
    new_context: NewContext, tmp_path: Path
) -> None:
    context = new_context()
    curves = Curves(context, tmp_path)
    log(store_run(tmp_path / "output", "b2", "first"), "val/loss", (0, 1.0))
    curves.poll()
    log(store_run(tmp_path / "output", "a1", "fold 2"), "val/loss", (0, 2.0))
    assert curves.finish().last == {"val/loss": 1.0, "fold 2/val/loss": 2.0}


def test_a_line_of_the_store_that_is_none_is_said(new_context: NewContext, tmp_path: Path) -> None:
    context = new_context()
    run = store_run(tmp_path / "output", "a1", "one")
    (run / "metrics" / "loss").write_text("garbage\n1795327013478 0.5 1\n")
    assert Curves(context, tmp_path).finish().last == {"loss": 0.5}
    assert any("garbage" in line for line in context.lines)


def test_tensorboard_scalars_come_with_their_steps_and_files_are_kept(
    new_context: NewContext, tmp_path: Path
) -> None:
    tensorboard = pytest.importorskip("torch.utils.tensorboard")
    context = new_context()
    curves = Curves(context, tmp_path)
    writer = tensorboard.SummaryWriter(str(tmp_path / "runs" / "today"))
    writer.add_scalar("loss/train", 0.5, 0)
    writer.flush()
    curves.poll()
    assert context.points == [("loss/train", 0, 0.5)]
    writer.add_scalar("loss/train", 0.25, 1)
    writer.add_histogram("weights", np.array([1.0, 2.0]), 1)
    writer.add_text("note", "hello", 1)
    writer.close()
    validation = tensorboard.SummaryWriter(str(tmp_path / "logs" / "validation"))
    validation.add_scalar("epoch_loss", 0.75, 2)
    validation.close()
    measured = curves.finish()
    assert measured.points == (
        Point("loss/train", 0, 0.5),
        Point("loss/train", 1, 0.25),
        Point("validation/epoch_loss", 2, 0.75),
    )
    kept = sorted((tmp_path / "output" / "tensorboard").rglob("*tfevents*"))
    assert [path.parent.name for path in kept] == ["validation", "today"]


def test_a_damaged_event_file_is_read_as_far_as_it_goes(
    new_context: NewContext, tmp_path: Path
) -> None:
    tensorboard = pytest.importorskip("torch.utils.tensorboard")
    writer = tensorboard.SummaryWriter(str(tmp_path / "runs"))
    for step in range(3):
        writer.add_scalar("loss", 1.0 - step / 4, step)
    writer.close()
    (path,) = (tmp_path / "runs").iterdir()
    data = path.read_bytes()
    path.write_bytes(data[:-8])
    (tmp_path / "runs" / "events.out.tfevents.0").write_bytes(b"no events at all" * 10)
    context = new_context()
    measured = Curves(context, tmp_path).finish()
    assert [point.step for point in measured.points] == [0, 1]


def test_folders_that_vanish_while_they_are_read_end_nothing(
    new_context: NewContext, tmp_path: Path
) -> None:
    """As checkpoints do that are rotated."""
    context, done = new_context(), threading.Event()
    curves = Curves(context, tmp_path)
    log(store_run(tmp_path / "output", "a1", "one"), "loss", (0, 1.0))

    def rotate() -> None:
        for number in itertools.count():
            folder = tmp_path / "output" / f"checkpoint-{number}"
            (folder / "deep").mkdir(parents=True)
            (folder / "deep" / "events.out.tfevents.0").write_bytes(b"")
            run = store_run(tmp_path / "output", f"r{number}", "two")
            shutil.rmtree(folder)
            shutil.rmtree(run)
            if done.is_set():
                return

    rotating = threading.Thread(target=rotate)
    rotating.start()
    try:
        for _ in range(300):
            curves.poll()
    finally:
        done.set()
        rotating.join()
    assert context.points == [("loss", 0, 1.0)]
    assert not [line for line in context.lines if "Errno" in line and "read no further" not in line]


def test_a_disk_that_fails_is_said_once_and_ends_no_job(
    new_context: NewContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object) -> list[Point]:
        raise OSError(5, "broken disk")

    monkeypatch.setattr(EventFiles, "new", broken)
    context = new_context()
    curves = Curves(context, tmp_path)
    curves.poll()
    curves.poll()
    assert context.lines == ["figures in files are not read: [Errno 5] broken disk"]


def test_a_printed_name_is_made_one_that_mlflow_takes(
    new_context: NewContext, tmp_path: Path
) -> None:
    curves = Curves(new_context(), tmp_path)
    curves.line('{"step": 1, "a/../loss": 0.5}')
    assert list(curves.finish().last) == ["a/loss"]


def test_a_step_beyond_what_mlflow_keeps_is_left_out(
    new_context: NewContext, tmp_path: Path
) -> None:
    context = new_context()
    curves = Curves(context, tmp_path)
    curves.line(json.dumps({"step": 2**63, "loss": 0.5}))
    assert curves.finish().points == ()
    assert any("2**62" in line for line in context.lines)
