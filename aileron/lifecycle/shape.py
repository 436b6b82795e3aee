"""What a scheduler must know of a workflow: tasks, order, form, schedule. Kept on disk.

Building it reads YAML and imports every step's module; schedulers ask for it many times a
minute and in every task's process. So the answer is kept under ``HOME/cache/shapes`` with the
files that it was made from, and is used while none of them has changed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from aileron.cluster.pools import airflow_pool, pool_files
from aileron.core.names import dag_id
from aileron.core.settings import Settings
from aileron.core.steps import StepKind
from aileron.data.limits import FILE as LIMITS
from aileron.graph.pipeline import Node
from aileron.label.spec import LABELS_FILE
from aileron.lifecycle.compiler import compile_lifecycle
from aileron.lifecycle.form import form_parameters
from aileron.lifecycle.kept import keep, read_kept, stamps
from aileron.lifecycle.load import DEFAULT_ENVIRONMENT, load_lifecycle
from aileron.lifecycle.placing import placements
from aileron.lifecycle.spec import Runtime, Schedule
from aileron.lifecycle.workflow import Import, Lifecycle, Workflow
from aileron.train.job.library import DOCUMENT, algorithm_folder

FORMAT_VERSION: Final = 1
APPROVE: Final = "deploy.approve"
VERSION: Final = "data.version"


class Task(BaseModel):
    """One task: the nodes it runs and the tasks it waits for."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: StepKind | Literal["approval", "pod"]
    """`pod`: one component that runs in a pod."""
    nodes: tuple[str, ...]
    upstream: tuple[str, ...]
    versions: bool = False
    """Whether the task makes dataset versions."""
    pool: str | None = None
    """The Airflow pool of a pod's slots."""
    subject: str | None = None
    """What an approval asks."""
    timeout_seconds: float | None = None
    poll_seconds: float = 5.0


class Shape(BaseModel):
    """A workflow as a scheduler sees it."""

    model_config = ConfigDict(frozen=True)

    format_version: Literal[1] = FORMAT_VERSION
    project: str
    name: str
    display_name: str | None
    description: str
    owner: str
    tags: tuple[str, ...]
    file: str
    schedule: Schedule | None
    runtime: Runtime
    tasks: tuple[Task, ...]
    parameters: Mapping[str, Mapping[str, Any]]
    """Field of the trigger form -> JSON Schema."""

    @property
    def dag_id(self) -> str:
        return dag_id(self.project, self.name)


def shape(settings: Settings, name: str) -> Shape:
    """The shape of workflow `name`, from disk while its files are unchanged.

    Raises:
        NotFound: there is no such workflow.
        InvalidInput: what is wrong with it, with file and line.
    """
    path = _cache_file(settings, name)
    kept = _read(path, settings)
    if kept is not None and stamps(file for file, _ in kept["files"]) == kept["files"]:
        return Shape.model_validate(kept["shape"])
    from aileron.lifecycle.findings import refuse

    workflow = load_lifecycle(settings, name)
    made = shape_of(workflow, settings)
    refuse(settings, workflow)
    _write(path, settings, made, sorted(_files(settings, workflow)))
    return made


def last_shape(settings: Settings, name: str) -> Shape | None:
    """The shape that was kept last, whether or not the files have changed since."""
    kept = _read(_cache_file(settings, name), settings)
    return Shape.model_validate(kept["shape"]) if kept else None


def shape_of(workflow: Workflow, settings: Settings) -> Shape:
    """The shape of a loaded workflow."""
    spec = workflow.spec
    return Shape(
        project=spec.project,
        name=spec.name,
        display_name=spec.display_name,
        description=spec.description,
        owner=spec.owner,
        tags=spec.tags,
        file=str(workflow.path.relative_to(settings.workspace)),
        schedule=spec.schedule,
        runtime=spec.runtime,
        tasks=tuple(_tasks(workflow, settings)),
        parameters=form_parameters(workflow),
    )


def _tasks(workflow: Workflow, settings: Settings) -> Iterator[Task]:
    graph = compile_lifecycle(workflow, settings)
    tasks = graph.tasks()
    owner = {node.name: name for name, nodes in tasks for node in nodes}
    approve = workflow.spec.approve if isinstance(workflow, Lifecycle) else None
    for name, nodes in tasks:
        needed = [owner[up] for node in nodes for up in node.upstream() if owner[up] != name]
        step, first = nodes[0].step_class, nodes[0]
        asks = first.step == APPROVE
        hours = approve.timeout_hours if asks and approve else None
        yield Task(
            name=name,
            kind=_kind(first),
            nodes=tuple(node.name for node in nodes),
            upstream=tuple(dict.fromkeys(needed)),
            versions=first.step == VERSION,
            pool=airflow_pool(first.placement.pool) if first.placement else None,
            subject=approve.subject if asks and approve else None,
            timeout_seconds=hours * 3600 if hours else None,
            poll_seconds=getattr(step, "poll_seconds", 5.0),
        )


def _kind(node: Node) -> StepKind | Literal["approval", "pod"]:
    if node.runner == "kubernetes":
        return "pod"
    return "approval" if node.step == APPROVE else node.step_class.kind


def _files(settings: Settings, workflow: Workflow) -> Iterator[str]:
    """All that the shape follows from: documents, and the project's modules that are loaded."""
    configs = settings.workspace / "configs"
    yield str(workflow.path)
    if workflow.spec.schedule and workflow.spec.schedule.datasets:
        yield from map(str, (workflow.path.parent, *workflow.path.parent.glob("*.yaml")))
    yield str(configs / "environments" / f"{settings.overlay or DEFAULT_ENVIRONMENT}.yaml")
    if isinstance(workflow, Lifecycle | Import):
        folder = settings.workspace / "datasets" / workflow.spec.dataset
        named = ("dataset.yaml", "expectations.yaml", LABELS_FILE)
        yield from (str(folder / name) for name in named)
        yield str(settings.workspace / LIMITS)
    if isinstance(workflow, Lifecycle) and (algorithm := workflow.spec.train.algorithm):
        yield str(algorithm_folder(settings.workspace, algorithm) / DOCUMENT)
    graph = compile_lifecycle(workflow, settings)
    for pool in {placement.pool for _, placement in placements(graph)}:
        yield str(pool_files(settings.workspace)[pool])
    steps = {node.step_class.__module__ for node in graph.nodes}
    for name, module in list(sys.modules.items()):
        ours = name in steps or name.partition(".")[0] == "aileron"
        if ours and getattr(module, "__file__", None):
            yield str(module.__file__)


def _cache_file(settings: Settings, name: str) -> Path:
    overlay = settings.overlay or DEFAULT_ENVIRONMENT
    return settings.home / "cache" / "shapes" / overlay / f"{name}.json"


def _read(path: Path, settings: Settings) -> Mapping[str, Any] | None:
    kept = read_kept(path)
    head = {"format_version": FORMAT_VERSION, "workspace": str(settings.workspace)}
    return kept if kept is not None and kept.items() >= head.items() else None


def _write(path: Path, settings: Settings, made: Shape, files: list[str]) -> None:
    kept = {
        "format_version": FORMAT_VERSION,
        "workspace": str(settings.workspace),
        "files": stamps(files),
        "shape": made.model_dump(mode="json"),
    }
    keep(path, kept)
