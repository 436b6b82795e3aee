"""Workflows become DAGs: one per YAML file, its form, its schedule, its tasks.

Only shapes are read here (`aileron.lifecycle.shape`), so parsing imports no step and no
library of the stages. A process that runs one task builds the one DAG it belongs to.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from airflow.sdk import DAG, Asset, BaseOperator, Param, get_parsing_context
from airflow.sdk.definitions.param import ParamsDict

from aileron.core.errors import AileronError, InvalidInput
from aileron.core.settings import Settings
from aileron.lifecycle.load import list_workflows
from aileron.lifecycle.shape import Shape, Task, last_shape, shape
from aileron_airflow.assets import dataset_asset
from aileron_airflow.operators.approval import AileronApproval
from aileron_airflow.operators.component import AileronComponentOperator
from aileron_airflow.operators.effect import AileronEffectOperator
from aileron_airflow.operators.plan import AileronPlanOperator
from aileron_airflow.operators.wait import AileronWaitOperator

PLAN: Final = "plan"
"""Task id of the first task."""

log = logging.getLogger(__name__)


def build_dags(settings: Settings | None = None) -> dict[str, DAG]:
    """The DAGs of all workflows that are sound, by DAG id; in a task's process only its own.

    A workflow that cannot become a DAG is left out; `check_workflows` says why.
    """
    settings = settings or Settings.load()
    wanted = get_parsing_context().dag_id
    shapes = _sound(settings) if wanted is None else _running(settings, wanted)
    return {made.dag_id: build_dag(made) for made in shapes}


def check_workflows(settings: Settings | None = None) -> None:
    """Raise one error that names each workflow that cannot become a DAG, with file and line.

    For a DAG file of its own: Airflow counts an import error against all DAGs of its file.
    A task's process has nothing to check.
    """
    if get_parsing_context().dag_id is not None:
        return
    settings = settings or Settings.load()
    sentences = []
    for name in list_workflows(settings):
        try:
            shape(settings, name)
        except AileronError as error:
            sentences.append(str(error))
    if sentences:
        raise InvalidInput(
            "aileron_airflow.broken_workflows",
            count=len(sentences),
            sentences="\n".join(sentences),
        )


def build_dag(made: Shape) -> DAG:
    """The DAG of a shape: `plan` first, then its tasks."""
    runtime = made.runtime
    with DAG(
        dag_id=made.dag_id,
        dag_display_name=made.display_name or made.dag_id,
        description=made.description or None,
        schedule=_schedule(made),
        catchup=False,
        max_active_runs=runtime.max_active_runs,
        default_args={
            "owner": made.owner or "aileron",
            "retries": runtime.retries,
            "retry_delay": timedelta(seconds=runtime.retry_seconds),
            **({"pool": runtime.airflow_pool} if runtime.airflow_pool else {}),
        },
        tags=["aileron", made.project, *made.tags],
        doc_md=_doc(made),
        render_template_as_native_obj=False,
    ) as dag:
        whose = {"project": made.project, "lifecycle": made.name}
        plan = AileronPlanOperator(task_id=PLAN, **whose)
        operators: dict[str, BaseOperator] = {}
        for task in made.tasks:
            operator = _operator(made, task)
            operator.set_upstream([operators[name] for name in task.upstream] or [plan])
            operators[task.name] = operator
    # After its tasks: each would be given a copy of the form, which Airflow checks and keeps.
    dag.params = ParamsDict(_params(made.parameters))
    return dag


def _sound(settings: Settings) -> Iterator[Shape]:
    for name in list_workflows(settings):
        try:
            yield shape(settings, name)
        except AileronError as error:
            log.warning("%s", error)


def _running(settings: Settings, wanted: str) -> Iterator[Shape]:
    """The shape of the DAG that runs; the one kept last if its file was broken in mid-run."""
    for name in list_workflows(settings):
        if not wanted.endswith(f"__{name}"):
            continue
        try:
            made: Shape | None = shape(settings, name)
        except AileronError as error:
            log.warning("%s: the run goes on with the DAG as it was before.", error)
            made = last_shape(settings, name)
        if made is not None and made.dag_id == wanted:
            yield made
            return


def _operator(made: Shape, task: Task) -> BaseOperator:
    common: dict[str, Any] = {
        "task_id": task.name,
        "project": made.project,
        "lifecycle": made.name,
    }
    if task.kind == "approval":
        return AileronApproval(
            node=task.nodes[0],
            subject=task.subject,
            response_timeout=_seconds(task.timeout_seconds),
            **common,
        )
    if task.kind == "wait":
        return AileronWaitOperator(node=task.nodes[0], poll_seconds=task.poll_seconds, **common)
    if task.kind == "effect":
        return AileronEffectOperator(node=task.nodes[0], versions=task.versions, **common)
    if task.kind == "pod":
        return _pod_operator()(node=task.nodes[0], pool=task.pool, **common)
    return AileronComponentOperator(nodes=task.nodes, **common)


def _pod_operator() -> type[BaseOperator]:
    """Imported where it is needed alone: the provider's operator takes seconds to import.

    There is no `execution_timeout`: the cluster itself ends a pod that exceeds its node's limit,
    and a deferred task holds no worker.
    """
    from aileron_airflow.operators.pod import AileronPodOperator

    return AileronPodOperator


def _schedule(made: Shape) -> str | list[Asset] | None:
    if made.schedule is None:
        return None
    if made.schedule.datasets:
        return [dataset_asset(made.project, name) for name in made.schedule.datasets]
    return made.schedule.cron


def _params(parameters: Mapping[str, Mapping[str, Any]]) -> dict[str, Param]:
    params = {}
    for name, schema in parameters.items():
        rest = {key: value for key, value in schema.items() if key not in _OF_PARAM}
        params[name] = Param(schema.get("default"), schema.get("description"), schema=rest)
    return params


def _doc(made: Shape) -> str:
    about = (
        f"Made from `{made.file}` by Aileron. Task `plan` resolves the file and the form into "
        "the run's plan; an edit after that changes the next run."
    )
    lines = [
        f"# {made.display_name or made.name}",
        made.description,
        about,
        "",
        "| Task | Kind | Steps |",
        "|---|---|---|",
        *(f"| {t.name} | {t.kind} | {', '.join(t.nodes)} |" for t in made.tasks),
    ]
    return "\n".join(lines)


def _seconds(value: float | None) -> timedelta | None:
    return timedelta(seconds=value) if value else None


_OF_PARAM: Final = frozenset({"default", "description"})
