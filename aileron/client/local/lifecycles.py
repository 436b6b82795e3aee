"""Lifecycles: what the workspace defines, how each ran last, and starting one."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aileron.client import records as r
from aileron.client.launch import launch
from aileron.client.local.dataset_access import readable, writable
from aileron.client.local.installation import Scope
from aileron.client.local.job_checks import check_own_code, check_project, checked
from aileron.client.local.runs import brief
from aileron.client.pool_sync import sync_slots
from aileron.core.errors import AileronError, Language, NotFound
from aileron.core.fields import worded
from aileron.core.names import dag_id
from aileron.graph.pipeline import Graph
from aileron.lifecycle import (
    Lifecycle,
    Workflow,
    compile_lifecycle,
    list_lifecycles,
    load_lifecycle,
    resolved_workflow,
)
from aileron.lifecycle.findings import refuse
from aileron.lifecycle.fitting import check_pods, check_role, pools_of
from aileron.lifecycle.form import form_fields
from aileron.lifecycle.images import with_images
from aileron.lifecycle.kept import stamps
from aileron.lifecycle.load import DEFAULT_ENVIRONMENT, workflow_files
from aileron.lifecycle.suggested import check_suggesting
from aileron.lifecycle.usable import check_usable, named_datasets
from aileron.lifecycle.versions import pinned
from aileron.lifecycle.workflow import Import, Job

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """A workflow as it was read, or why it cannot be; with the stamps of its files."""

    stamps: list[list[Any]]
    found: Workflow | AileronError

    @property
    def workflow(self) -> Workflow | None:
        return self.found if isinstance(self.found, Workflow) else None


def load(scope: Scope, name: str) -> Loaded:
    """Workflow `name`, read again only when one of its files changed."""
    settings = scope.settings
    path = workflow_files(settings).get(name)
    if path is None:
        return _read(scope, name, [])
    overlay = f"{settings.overlay or DEFAULT_ENVIRONMENT}.yaml"
    environment = settings.workspace / "configs" / "environments" / overlay
    now = stamps([str(path), str(environment)])
    kept: Loaded | None = scope.installation.workflows.get(name)
    if kept is not None and kept.stamps == now:
        return kept
    loaded = _read(scope, name, now)
    scope.installation.workflows[name] = loaded
    return loaded


def _read(scope: Scope, name: str, now: list[list[Any]]) -> Loaded:
    try:
        return Loaded(now, load_lifecycle(scope.settings, name))
    except AileronError as error:
        return Loaded(now, error)


def workflow_of(scope: Scope, name: str) -> Workflow:
    """The sound workflow `name` of the project.

    Raises:
        NotFound: there is none, or it is another project's.
    """
    found = load(scope, name).found
    if isinstance(found, AileronError):
        raise found
    if found.project != scope.project:
        raise NotFound("client.no_lifecycle", name=name, project=scope.project)
    return found


def lifecycles(scope: Scope) -> tuple[r.LifecycleBrief, ...]:
    """All workflows of the project; one whose YAML is wrong is there with its problem."""
    last = {run.lifecycle: run for run in scope.ledger.runs.latest(scope.project)}
    loaded = {name: load(scope, name) for name in list_lifecycles(scope.settings)}
    scheduled = any(one.workflow and one.workflow.spec.schedule for one in loaded.values())
    following = next_runs(scope) if scheduled else {}
    return tuple(
        r.LifecycleBrief(
            **_facts(scope, name, one),
            last_run=brief(scope, last[name]) if name in last else None,
            next_run=following.get(dag_id(scope.project, name)),
        )
        for name, one in loaded.items()
        if one.workflow is None or one.workflow.project == scope.project
    )


def lifecycle(scope: Scope, name: str) -> r.Lifecycle:
    """One workflow with its stages and its form."""
    workflow = workflow_of(scope, name)
    graph = compile_lifecycle(workflow, scope.settings)
    last = scope.ledger.runs.list(scope.project, name, limit=1)
    spec = workflow.spec
    dag = dag_id(scope.project, name)
    return r.Lifecycle(
        **_facts(scope, name, load(scope, name)),
        last_run=brief(scope, last[0]) if last else None,
        next_run=next_runs(scope).get(dag) if spec.schedule else None,
        stages=tuple(stages(graph)),
        form=form(workflow, scope.language),
        model=workflow.spec.model if isinstance(workflow, Lifecycle) else None,
        service=workflow.spec.service if isinstance(workflow, Lifecycle) else None,
        airflow_url=f"{scope.settings.airflow_url}/dags/{dag}"
        if scope.settings.airflow_url
        else None,
        permissions=scope.may("lifecycle.run"),
    )


def start(
    scope: Scope,
    name: str,
    values: Mapping[str, Any],
    *,
    force: bool,
    after: datetime | None = None,
) -> r.RunBrief:
    """Check the values as the run's first task would, then ask Airflow for the run.

    Args:
        after: when it is to begin, at the earliest; default: now.
    """
    check_project(scope, name)
    workflow_of(scope, name)
    asked = resolved_workflow(scope.settings, name, overrides=values)
    if isinstance(asked, Job) and asked.asked is not None:
        checked(scope, asked.asked)
    refuse(scope.settings, asked)
    workflow = pinned(scope.settings, asked)
    graph = compile_lifecycle(workflow, scope.settings)
    for dataset in named_datasets(workflow.document.values, graph):
        readable(scope, dataset)
    if isinstance(workflow, Import):
        writable(scope, workflow.spec.dataset, "dataset.edit")
    check_role(scope.settings, graph, scope.actor)
    check_own_code(scope, workflow, graph)
    with_images(scope.settings, workflow.project, graph)
    check_pods(scope.settings, graph, log.warning)
    for pool in pools_of(scope.settings.workspace, graph):
        sync_slots(pool, scope.airflow)
    check_usable(scope.ledger, workflow.project, workflow.document.values, graph, scope.actor.name)
    check_suggesting(scope.settings, scope.ledger, scope.store, workflow.project, graph)
    run_id = launch(scope.settings, scope.airflow, name, values, force=force, after=after)
    project, lifecycle_name, airflow_run = run_id.split("/", 2)
    # Airflow knows our account; the ledger is to know the person.
    run = scope.ledger.runs.start(run_id, project, lifecycle_name, scope.actor.name, airflow_run)
    return brief(scope, run)


def stages(graph: Graph) -> Iterator[r.StageShape]:
    """The graph's nodes in the order in which they run."""
    for node in graph.ordered():
        title = r.Title.model_validate(node.step_class.title)
        yield r.StageShape(node=node.name, step=node.step, title=title, group=node.group)


def form(workflow: Workflow, language: Language) -> r.Form:
    """The fields of the trigger form that have a place in the document, by that place."""
    fields = [field for field in form_fields(workflow) if field.path is not None]
    properties = {
        str(field.path): {"title": field.name, **worded(field.schema, field.package, language)}
        for field in fields
    }
    return r.Form(properties=properties, order=tuple(properties))


def next_runs(scope: Scope) -> Mapping[str, datetime]:
    """DAG id -> when its next run starts by itself; empty while Airflow does not answer."""

    def ask() -> Mapping[str, datetime]:
        try:
            return scope.airflow.next_runs()
        except AileronError:
            return {}

    return scope.installation.remembered.get("next runs", ask)


def _facts(scope: Scope, name: str, loaded: Loaded) -> dict[str, Any]:
    workflow = loaded.found
    if isinstance(workflow, AileronError):
        return {"name": name, "project": scope.project, "problem": scope.told(workflow)}
    spec = workflow.spec
    schedule = spec.schedule
    return {
        "name": name,
        "project": workflow.project,
        "kind": spec.kind,
        "display_name": spec.display_name,
        "description": spec.description,
        "dataset": workflow.spec.dataset if isinstance(workflow, Lifecycle) else None,
        "schedule": (schedule.cron or tuple(schedule.datasets)) if schedule else None,
    }
