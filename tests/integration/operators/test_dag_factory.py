"""Workflows become DAGs; a broken one is named and stops no other."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from plugins.airflow import Scheduler
from plugins.workspaces import LIFECYCLE

HEAVY = {"bentoml", "dvc", "great_expectations", "matplotlib", "mlflow", "pandas", "torch"}
HEAVY |= {"pyarrow", "sklearn", "xgboost", "numpy"}
HEAVY |= {"kubernetes", "airflow.providers.cncf.kubernetes.operators.pod"}
_ONCE = (
    *("custom_job", "dataset_export", "dataset_operation", "image_build"),
    *("import_fruit", "job_registration", "job_release"),
)
WORKS = {"aileron_housekeeping", *(f"default__{name}" for name in _ONCE)}
"""The DAGs that nobody writes."""


def test_a_lifecycle_is_a_dag_with_its_tasks_form_and_retries(scheduler: Scheduler) -> None:
    dag = scheduler.bag().dags["default__fruit"]
    upstream = {task.task_id: task.upstream_task_ids for task in dag.tasks}
    assert upstream == {
        "plan": set(),
        "ingest": {"plan"},
        "version": {"ingest"},
        "learn": {"ingest"},
        "track": {"version", "learn"},
        "register": {"learn", "track"},
        "bundle": {"ingest", "learn"},
        "release": {"bundle", "register", "learn"},
    }
    assert dag.get_task("learn").retries == 1
    assert dag.params["C"] == 0.5
    assert not any(task.params for task in dag.tasks), "one form, not a copy in each task"
    assert dag.max_active_runs == 4
    assert not dag.catchup


def test_what_runs_in_a_pod_is_a_task_of_its_own_that_defers(scheduler: Scheduler) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    scheduler.workspace.pool()
    dag = scheduler.bag().dags["default__fruit"]
    train = dag.get_task("train")
    assert type(train).__name__ == "AileronPodOperator"
    assert (train.pool, train.deferrable, train.do_xcom_push) == ("aileron_shared", True, False)
    assert train.node == "train"
    assert {task.pool for task in dag.tasks if task is not train} == {"default_pool"}
    assert DagSerialization.from_dict(DagSerialization.to_dict(dag)).dag_id == dag.dag_id


def test_the_form_refuses_what_does_not_fit(scheduler: Scheduler) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    dag = scheduler.bag().dags["default__fruit"]
    with pytest.raises(ParamValidationError, match="C"):
        dag.params["C"] = -1


def test_a_broken_workflow_is_an_import_error_with_file_and_line_and_stops_no_other(
    scheduler: Scheduler,
) -> None:
    scheduler.workspace.lifecycle("broken", LIFECYCLE.replace("Lifecycle", "Lifecicle"))
    bag = scheduler.bag()
    assert set(bag.dags) == {"default__fruit", *WORKS}
    assert list(bag.import_errors) == ["aileron_errors.py"]
    (error,) = bag.import_errors.values()
    assert "lifecycles/broken.yaml:2: kind is 'Lifecicle'" in error


def test_two_broken_workflows_are_both_named(scheduler: Scheduler) -> None:
    for name in ("one", "two"):
        scheduler.workspace.lifecycle(name, "[")
    (error,) = scheduler.bag().import_errors.values()
    assert "one.yaml:" in error
    assert "two.yaml:" in error


def test_a_schedule_on_datasets_waits_for_their_assets(scheduler: Scheduler) -> None:
    workspace = scheduler.workspace
    text = (workspace.folder / "datasets/fruit/dataset.yaml").read_text()
    text = text.replace("name: fruit", "name: juice").replace("fruit.csv", "../fruit/fruit.csv")
    workspace.write("datasets/juice/dataset.yaml", text)
    workspace.edit("fruit", "gate:", "schedule: {datasets: [juice]}\ngate:")
    dag = scheduler.bag().dags["default__fruit"]
    condition = dag.timetable.asset_condition
    assert [asset.uri for asset in condition.objects] == ["aileron://default/dataset/juice"]


def test_a_tasks_process_builds_only_its_own_dag(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler.workspace.lifecycle("broken", "[")
    scheduler.pipeline("other", "  - {name: numbers, step: sample.numbers}\n")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "default__other")
    bag = scheduler.bag()
    assert (set(bag.dags), bag.import_errors) == ({"default__other"}, {})


def test_a_file_broken_in_mid_run_does_not_stop_the_run(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = set(scheduler.bag().dags["default__fruit"].task_ids)
    scheduler.workspace.edit("fruit", "gate:", "gates:")
    assert set(scheduler.bag().dags) == WORKS
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "default__fruit")
    assert set(scheduler.bag().dags["default__fruit"].task_ids) == tasks


def test_parsing_imports_no_library_of_the_stages(scheduler: Scheduler, tmp_path: Path) -> None:
    code = (
        "import json, sys\n"
        "from airflow.dag_processing.dagbag import DagBag\n"
        f"bag = DagBag({str(scheduler.dags)!r})\n"
        "print(json.dumps([list(bag.dags), sorted(sys.modules)]))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    dags, modules = json.loads(done.stdout.splitlines()[-1])
    assert set(dags) == {"default__fruit", *WORKS}
    assert not HEAVY & set(modules)


def test_every_dag_can_be_serialised_for_the_scheduler(scheduler: Scheduler) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    scheduler.workspace.edit("fruit", "gate:", "approve: {timeout_hours: 1}\ngate:")
    for dag in scheduler.bag().dags.values():
        assert DagSerialization.from_dict(DagSerialization.to_dict(dag)).dag_id == dag.dag_id


def test_the_provider_describes_itself_in_airflows_schema(airflow_home: Path) -> None:
    import importlib

    import airflow
    import jsonschema

    from aileron_airflow.provider import get_provider_info

    info = get_provider_info()
    schema = json.loads(
        (Path(airflow.__file__).parent / "provider_info.schema.json").read_text(encoding="utf-8")
    )
    jsonschema.validate(info, schema)
    for part in ("operators", "triggers", "hooks"):
        for entry in info[part]:
            for module in entry["python-modules"]:
                importlib.import_module(module)
    for connection in info["connection-types"]:
        module, _, name = connection["hook-class-name"].rpartition(".")
        hook = getattr(importlib.import_module(module), name)
        assert hook.conn_type == connection["connection-type"]
