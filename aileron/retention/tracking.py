"""Sweeping MLflow: runs of ours whose run was retired are deleted, as MLflow understands it.

A deleted run can be restored there, and its files are freed by ``mlflow gc``. Runs without our
key, of registered models, and of runs that are kept stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from aileron.ledger.keeping import Snapshot
from aileron.registry.mlflow_rest import Mlflow, MlflowRun
from aileron.registry.tracked import KEY_TAG
from aileron.retention.findings import Going, Tally

Mark = Callable[[], Snapshot]


def sweep_runs(
    mlflow: Mlflow, mark: Mark, before: float, projects: Callable[[str], bool], *, dry_run: bool
) -> tuple[Going, ...]:
    """Delete what nobody needs, or say how much that is.

    Args:
        before: only runs that began before, in seconds of the epoch.
        projects: whether a project is looked at.

    Raises:
        Unavailable: MLflow does not answer.
    """
    tally, gone = Tally("mlflow"), []
    for run, key in _unneeded(mlflow, mark(), before, projects):
        tally.add("run", "retired_run", 0)
        if not dry_run:
            mlflow.delete_run(run.id)
            gone.append((run, key))
    needed = mark().tracked if gone else set()
    for run, key in gone:
        if not {run.id, key}.isdisjoint(needed):  # a run found its result there meanwhile
            mlflow.restore_run(run.id)
            tally.add("run", "retired_run", 0, -1)
    return tally.going


def _unneeded(
    mlflow: Mlflow, snapshot: Snapshot, before: float, projects: Callable[[str], bool]
) -> Iterator[tuple[MlflowRun, str]]:
    begun = timedelta(seconds=before) // timedelta(milliseconds=1)
    for project, workflow in sorted(snapshot.workflows):
        experiment = mlflow.experiment(f"{project}/{workflow}") if projects(project) else None
        for run, key in list(mlflow.runs_with(experiment, KEY_TAG)) if experiment else ():
            over = run.status != "RUNNING" and run.start_time < begun
            if over and {run.id, key}.isdisjoint(snapshot.tracked):
                yield run, key
