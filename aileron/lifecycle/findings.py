"""Check workflows before anything runs: what compiles may still not make sense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from aileron.cluster.pools import load_pools
from aileron.container.settings import load_images
from aileron.core.catalogue import installed, step_class
from aileron.core.documents import FieldPath, suggestion
from aileron.core.errors import AileronError, InvalidInput, NotFound
from aileron.core.settings import Settings
from aileron.data.limits import load_limits
from aileron.data.sources.connections import load_connections
from aileron.evaluate.metrics import HIGHER_IS_BETTER
from aileron.graph.pipeline import Graph
from aileron.lifecycle.compiler import (
    TASKS,
    algorithms,
    check_modality,
    compile_lifecycle,
    trainable,
)
from aileron.lifecycle.dataset import (
    DatasetFacts,
    LoadedDataset,
    list_datasets,
    load_dataset,
)
from aileron.lifecycle.fitting import NOT_KNOWN, Fitting
from aileron.lifecycle.form import form_parameters
from aileron.lifecycle.jobs import check_sources
from aileron.lifecycle.library import check_algorithm, check_contract
from aileron.lifecycle.load import list_lifecycles, load_lifecycle
from aileron.lifecycle.placing import RELEASE, RESOURCES
from aileron.lifecycle.suggested import released, suggesting_at, suggesting_service
from aileron.lifecycle.weights import weights_files
from aileron.lifecycle.workflow import Import, Job, Lifecycle, Pipeline, Workflow

REGRESSION: Final = frozenset(
    {"r2", "rmse", "mae", "median_absolute_error", "max_error", "mape"},
)
"""The metrics of regression; the others of `aileron.evaluate` are of classification."""

SEVERAL_LABELS: Final = frozenset(
    {
        "precision_micro",
        "recall_micro",
        "f1_micro",
        "exact_match",
        "hamming_loss",
        "mean_average_precision",
    },
)
"""The metrics of classifications whose samples have any number of labels."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (error) or looks wrong (warning)."""

    severity: Literal["error", "warning"]
    error: AileronError

    @property
    def where(self) -> str | None:
        return self.error.where

    def __str__(self) -> str:
        return str(self.error)


def lint(settings: Settings, name: str | None = None) -> list[Finding]:
    """All findings of workflow `name`, or of every workflow; none if all is well.

    Raises:
        NotFound: there is no workflow `name`.
    """
    names = list_lifecycles(settings) if name is None else [name]
    found = list(_lint_shared(settings)) if name is None else []
    fitting = Fitting(settings)
    found += [finding for one in names for finding in _lint_one(settings, one, fitting)]
    return list({str(finding): finding for finding in found}.values())


def refuse(settings: Settings, workflow: Workflow) -> None:
    """Raise the first error of a workflow that compiles but cannot work."""
    if isinstance(workflow, Lifecycle):
        for finding in _lint_lifecycle(settings, workflow):
            if finding.severity == "error":
                raise finding.error
    elif isinstance(workflow, Import):
        workflow.dataset.check_source()
    elif isinstance(workflow, Job):
        check_sources(settings, workflow)


def _lint_shared(settings: Settings) -> Iterator[Finding]:
    """What all workflows have in common; what they repeat of it is said once."""
    for load in (load_connections, load_images, load_limits, load_pools):
        try:
            load(settings.workspace)
        except AileronError as error:
            yield Finding("error", error)


def _lint_one(settings: Settings, name: str, fitting: Fitting) -> Iterator[Finding]:
    try:
        workflow = load_lifecycle(settings, name)
        graph = compile_lifecycle(workflow, settings)
        form_parameters(workflow)
    except AileronError as error:
        if error.message_id == "lifecycle.unknown":
            raise
        yield Finding("error", error)
        return
    yield from _lint_pods(workflow, graph, fitting)
    if isinstance(workflow, Lifecycle):
        yield from _lint_lifecycle(settings, workflow)
        yield from _lint_suggesting(settings, workflow, graph)
    elif isinstance(workflow, Import):
        yield from _lint_source(workflow.dataset)


def _lint_pods(workflow: Workflow, graph: Graph, fitting: Fitting) -> Iterator[Finding]:
    for node, error in fitting.errors(graph):
        at: FieldPath = (*RESOURCES, node.name)
        if isinstance(workflow, Pipeline):
            at = ("nodes", [one["name"] for one in workflow.spec.nodes].index(node.name))
        elif node.step == RELEASE:
            at = ("release",)
        error.at(workflow.document.where(at))
        yield Finding("warning" if isinstance(error, NOT_KNOWN) else "error", error)


def _lint_suggesting(settings: Settings, workflow: Lifecycle, graph: Graph) -> Iterator[Finding]:
    name = suggesting_service(graph)
    known = sorted(released(settings, workflow.project)) if name else []
    if name and name not in known:
        where = suggesting_at(settings, workflow)
        hint = suggestion(name, known)
        error = NotFound("lifecycle.no_releaser", where=where, name=name, hint=hint)
        yield Finding("warning", error)


def _lint_source(dataset: LoadedDataset) -> Iterator[Finding]:
    try:
        dataset.check_source()
    except AileronError as error:
        yield Finding("error", error)


def _lint_lifecycle(settings: Settings, workflow: Lifecycle) -> Iterator[Finding]:
    if workflow.spec.imports:
        dataset = load_dataset(settings, workflow.spec.dataset)
        yield from _lint_source(dataset)
    try:
        weights_files(workflow, settings)
        check_sources(settings, workflow)
    except AileronError as error:
        yield Finding("error", error)
    if workflow.spec.imports:
        yield from _lint_learning(workflow, dataset)
    yield from _lint_thresholds(workflow)
    yield from _lint_schedule(settings, workflow)
    if workflow.spec.approve and not workflow.spec.release:
        where = workflow.document.where(("approve",))
        yield Finding("warning", InvalidInput("lifecycle.approve_without_release", where=where))
    if workflow.spec.boot_check and workflow.spec.package is None:
        where = workflow.document.where(("boot_check",))
        yield Finding("warning", InvalidInput("lifecycle.boot_check_without_package", where=where))


def refuse_version(workflow: Lifecycle, dataset: DatasetFacts) -> None:
    """Raise the first reason why the lifecycle cannot learn from the version that it names."""
    check_modality(workflow, dataset)
    for finding in _lint_learning(workflow, dataset):
        raise finding.error


def _lint_learning(workflow: Lifecycle, dataset: DatasetFacts) -> Iterator[Finding]:
    for error in (*check_algorithm(workflow, dataset), *check_contract(workflow)):
        yield Finding("error", error)
    if workflow.learns_by_job:  # own code learns what it likes, and measures it by its own names
        return
    yield from _lint_task(workflow, dataset)
    yield from _lint_metrics(workflow, dataset)


def _lint_task(workflow: Lifecycle, dataset: DatasetFacts) -> Iterator[Finding]:
    step = workflow.spec.train.step
    if dataset.task not in TASKS:
        where = workflow.document.where(("dataset",))
        values = {"name": dataset.name, "task": dataset.task.replace("_", " ")}
        error = InvalidInput("lifecycle.no_algorithm", where=where, trainable=trainable(), **values)
        yield Finding("error", error)
        return
    wanted = _tasks(step)
    if wanted and not set(wanted) & set(TASKS[dataset.task]):
        choices = [name for name in algorithms() if _fits(f"train.{name}", dataset.task)]
        yield Finding(
            "error",
            InvalidInput(
                "lifecycle.wrong_task",
                where=workflow.document.where(("train", "algorithm")),
                subject=workflow.spec.train.algorithm,
                wanted=" / ".join(wanted),
                dataset=dataset.name,
                found=dataset.task,
                choices=", ".join(choices),
            ),
        )


def _lint_metrics(workflow: Lifecycle, dataset: DatasetFacts) -> Iterator[Finding]:
    known = [
        name
        for name in HIGHER_IS_BETTER
        if (name in REGRESSION) == (dataset.task == "regression")
        and (dataset.several_labels or name not in SEVERAL_LABELS)
    ]
    for field, metric in _named_metrics(workflow):
        if metric not in known:
            yield Finding(
                "error",
                InvalidInput(
                    "lifecycle.unknown_metric",
                    where=workflow.document.where(field),
                    name=metric,
                    task=dataset.task,
                    hint=suggestion(metric, known),
                ),
            )


def _named_metrics(workflow: Lifecycle) -> Iterator[tuple[tuple[str, ...], str]]:
    spec = workflow.spec
    if spec.evaluate.get("primary"):
        yield ("evaluate", "primary"), spec.evaluate["primary"]
    for metric in _mapping(spec.gate, "thresholds"):
        yield ("gate", "thresholds", metric), metric
    if _mapping(spec.gate, "champion").get("metric"):
        yield ("gate", "champion", "metric"), spec.gate["champion"]["metric"]


def _lint_thresholds(workflow: Lifecycle) -> Iterator[Finding]:
    for metric, bounds in _mapping(workflow.spec.gate, "thresholds").items():
        least, most = bounds.get("min"), bounds.get("max")
        if least is not None and most is not None and least > most:
            where = workflow.document.where(("gate", "thresholds", metric))
            values = {"name": metric, "minimum": least, "maximum": most}
            yield Finding("error", InvalidInput("lifecycle.threshold_order", where=where, **values))


def _lint_schedule(settings: Settings, workflow: Lifecycle) -> Iterator[Finding]:
    wanted = workflow.spec.schedule.datasets if workflow.spec.schedule else ()
    if not wanted:
        return
    makers = dict(_makers(settings, workflow.project))
    made = {other.spec.dataset for other in makers.values()}
    producible = made | set(list_datasets(settings))  # each defined one has an import
    for dataset in wanted:
        where = workflow.document.where(("schedule", "datasets"))
        path = _path_back(makers, workflow, dataset)
        if path is not None:
            via = f" ({' -> '.join(path)})" if len(path) > 1 else ""
            error = InvalidInput("lifecycle.triggers_itself", where=where, dataset=dataset, via=via)
            yield Finding("error", error)
        elif dataset not in producible:
            hint = suggestion(dataset, sorted(producible))
            error = InvalidInput("lifecycle.no_producer", where=where, dataset=dataset, hint=hint)
            yield Finding("warning", error)


def _path_back(
    makers: Mapping[str, Lifecycle], workflow: Lifecycle, dataset: str
) -> list[str] | None:
    """The chain of lifecycles by which `workflow`, started by `dataset`, starts itself again."""
    if workflow.name not in makers:
        return None
    todo = [(workflow.name, [workflow.name])]
    seen = {workflow.name}
    while todo:
        name, path = todo.pop()
        made = makers[name].spec.dataset
        if made == dataset:
            return path
        for other in makers.values():
            starts = other.spec.schedule.datasets if other.spec.schedule else ()
            if made in starts and other.name not in seen:
                seen.add(other.name)
                todo.append((other.name, [*path, other.name]))
    return None


def _makers(settings: Settings, project: str) -> Iterator[tuple[str, Lifecycle]]:
    """The lifecycles of `project` that make versions; broken ones have findings of their own."""
    for name in list_lifecycles(settings):
        try:
            other: Workflow = load_lifecycle(settings, name)
        except AileronError:
            continue
        if isinstance(other, Lifecycle) and other.project == project and other.spec.imports:
            yield name, other


def _fits(step: str, task: str) -> bool:
    return bool(set(_tasks(step)) & set(TASKS[task]))


def _tasks(step: str) -> tuple[str, ...]:
    """What models of training step `step` are for; empty if it does not say."""
    return tuple(getattr(step_class(step), "tasks", ())) if step in installed() else ()


def _mapping(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = values.get(name)
    return part if isinstance(part, Mapping) else {}
