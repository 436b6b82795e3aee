"""The standard lifecycle, warm, through the live scheduler, against one plain script.

Both do the steps from reading the data to a registered model; each run has a seed of its own
and is forced, so that nothing is reused. Then the same lifecycle again with nothing changed.
Seconds of the command by the wall clock, and of the DAG run as Airflow counts them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any, Final

from common import HERE, aileron, alternate, give, median, run

from aileron.client.airflow import AirflowClient
from aileron.core.names import dag_id
from aileron.core.settings import Settings

LIFECYCLE: Final = "measured"
ROUNDS: Final = 5
UNCHANGED: Final = 7


def main() -> None:
    settings = Settings.load()
    with tempfile.TemporaryDirectory() as folder, AirflowClient.of(settings) as airflow:
        table = write_table(Path(folder))
        seeds = count(1)

        def ours() -> dict[str, float]:
            words = ["--force", "--set", f"seed={next(seeds)}"]
            return timed(airflow, words, {"succeeded", "reused"})

        def theirs() -> float:
            begin = time.perf_counter()
            script = [sys.executable, str(HERE / "plain_script.py"), str(table)]
            run([*script, settings.require("mlflow_url")], MPLBACKEND="Agg")
            return round(time.perf_counter() - begin, 3)

        ours(), theirs()
        found = alternate(ROUNDS, {"aileron": ours, "script": theirs})
        timed(airflow, [], {"succeeded", "reused"})
        again = alternate(UNCHANGED, {"unchanged": lambda: timed(airflow, [], {"reused"})})
    give(result(found, again["unchanged"]))


def write_table(folder: Path) -> Path:
    """The lifecycle's data as the file that the plain script reads."""
    from sklearn.datasets import load_breast_cancer

    path = folder / "table.csv"
    load_breast_cancer(as_frame=True).frame.to_csv(path, index=False)
    return path


def timed(airflow: AirflowClient, words: list[str], allowed: set[str]) -> dict[str, float]:
    """One run of the lifecycle: how long, and that it did what it is measured for."""
    wall, facts = aileron("lifecycle", "run", LIFECYCLE, "--wait", *words)
    states = {task["state"] for task in facts["tasks"]}
    assert facts["state"] == "succeeded", facts
    assert states <= allowed, facts
    project, name, airflow_run = facts["run_id"].split("/", 2)
    *_, (dag_run, _tasks) = airflow.follow(dag_id(project, name), airflow_run)
    work = sum(task["seconds"] for task in facts["tasks"])
    return {"wall": round(wall, 3), "dag_run": seconds(dag_run), "nodes": round(work, 3)}


def seconds(dag_run: Any) -> float:
    return round((dag_run.ended - dag_run.started).total_seconds(), 3)


def result(found: dict[str, list[Any]], again: list[dict[str, float]]) -> dict[str, Any]:
    script = median(found["script"])
    ours = {key: median([one[key] for one in found["aileron"]]) for key in ("wall", "dag_run")}
    return {
        "benchmark": "lifecycle",
        "aileron_seconds": ours["wall"],
        "aileron_dag_run_seconds": ours["dag_run"],
        "script_seconds": script,
        "ratio": ours["wall"] / script,
        "dag_run_ratio": ours["dag_run"] / script,
        "unchanged_seconds": median([one["wall"] for one in again]),
        "unchanged_dag_run_seconds": median([one["dag_run"] for one in again]),
        "raw": {**found, "unchanged": again},
    }


if __name__ == "__main__":
    main()
