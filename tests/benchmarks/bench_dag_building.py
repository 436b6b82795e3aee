"""Building DAGs from lifecycles against plain TaskFlow code that builds the same tasks.

Prints one JSON document. Both sides run in this process after Airflow is imported, in turns,
and the median of each counts. `cold` is the first build, without the kept shapes.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DAGS = 20
ROUNDS = 15

HEADER = "from airflow.sdk import Param, dag, task\nfrom datetime import timedelta\n"


def taskflow_source(count: int, tasks: dict[str, list[str]], params: dict[str, Any]) -> str:
    """One file, as a person would write it: `count` DAGs of the same tasks, each spelt out."""
    lines = [HEADER]
    arguments = ", ".join(
        f"{name!r}: Param({schema['default']!r}, {schema.get('description')!r}, "
        f"schema={ {k: v for k, v in schema.items() if k not in ('default', 'description')}!r})"
        for name, schema in params.items()
    )
    for i in range(count):
        lines += [
            f"@dag(dag_id='plain__{i}', schedule=None, catchup=False, max_active_runs=4,",
            "     default_args={'owner': 'aileron', 'retries': 1,",
            "     'retry_delay': timedelta(seconds=10)}, tags=['aileron', 'default'],",
            f"     doc_md='plain', params={{{arguments}}})",
            f"def plain_{i}():",
        ]
        for name in tasks:
            lines += [f"    @task(task_id={name!r})", f"    def {name}():", "        return None"]
            lines += [f"    t_{name} = {name}()"]
        for name, upstream in tasks.items():
            lines += [f"    t_{up} >> t_{name}" for up in upstream]
        lines += [f"plain_{i}()"]
    return "\n".join(lines)


def seconds(build: Callable[[], object]) -> float:
    start = time.perf_counter()
    build()
    return time.perf_counter() - start


def measure(work: Path) -> dict[str, Any]:
    """Make the workspace, build both ways, return medians in milliseconds per DAG."""
    source = (ROOT / "configs/lifecycles/breast_cancer.yaml").read_text(encoding="utf-8")
    for folder in ("configs/lifecycles", "datasets/breast_cancer"):
        (work / folder).mkdir(parents=True)
    for path in (ROOT / "datasets/breast_cancer").iterdir():
        (work / "datasets/breast_cancer" / path.name).write_bytes(path.read_bytes())
    for i in range(DAGS):
        text = source.replace("name: breast_cancer\n", f"name: lifecycle_{i}\n", 1)
        (work / f"configs/lifecycles/lifecycle_{i}.yaml").write_text(text, encoding="utf-8")

    from aileron.core.settings import Settings
    from aileron_airflow.dag_factory import build_dags

    settings = Settings(workspace=work, home=work / ".aileron")
    cold = seconds(lambda: build_dags(settings))
    made = build_dags(settings)["default__lifecycle_0"]
    tasks = {t.task_id: sorted(t.upstream_task_ids) for t in made.topological_sort()}

    from aileron.lifecycle.shape import shape

    params = shape(settings, "lifecycle_0").parameters
    plain_file = work / "plain.py"
    plain_file.write_text(taskflow_source(DAGS, tasks, dict(params)), encoding="utf-8")
    code = compile(plain_file.read_text(encoding="utf-8"), str(plain_file), "exec")

    def plain() -> None:
        exec(code, {"__name__": "plain"})

    plain()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(seconds(lambda: build_dags(settings)))
        theirs.append(seconds(plain))
    os.environ["_AIRFLOW_PARSING_CONTEXT_DAG_ID"] = "default__lifecycle_7"
    one = statistics.median(seconds(lambda: build_dags(settings)) for _ in range(ROUNDS))
    del os.environ["_AIRFLOW_PARSING_CONTEXT_DAG_ID"]
    per_dag = 1000 / DAGS
    aileron, taskflow = statistics.median(ours) * per_dag, statistics.median(theirs) * per_dag
    return {
        "benchmark": "dag_building",
        "dags": DAGS,
        "tasks_per_dag": len(tasks),
        "params_per_dag": len(params),
        "aileron_ms_per_dag": aileron,
        "taskflow_ms_per_dag": taskflow,
        "ratio": aileron / taskflow,
        "cold_ms_per_dag": cold * per_dag,
        "task_process_ms": one * 1000,
        "aileron_raw_ms": [value * per_dag for value in ours],
        "taskflow_raw_ms": [value * per_dag for value in theirs],
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "airflow"
        os.environ |= {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        }
        print(json.dumps(measure(Path(folder) / "workspace")))


if __name__ == "__main__":
    main()
