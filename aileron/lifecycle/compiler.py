"""From a workflow to a graph: the short form's stages become nodes with checked configs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from aileron.cluster.placing import PodRequest
from aileron.core.catalogue import installed, step_class
from aileron.core.documents import FieldPath, check_values, suggestion
from aileron.core.errors import AileronError, InvalidInput
from aileron.core.settings import Settings
from aileron.graph.pipeline import SOURCE, Graph, Node, check_graph
from aileron.lifecycle.annotating import ANNOTATE, CAMPAIGN, asked_labels, check_keeps, taken_in
from aileron.lifecycle.dataset import (
    DatasetFacts,
    LoadedDataset,
    expectations_of,
    load_dataset,
)
from aileron.lifecycle.images import compile_build
from aileron.lifecycle.inheriting import told
from aileron.lifecycle.jobs import (
    CODE,
    GRACE_SECONDS,
    POD_GRACE_SECONDS,
    compile_job,
    job_config,
)
from aileron.lifecycle.placing import (
    LEARN,
    RELEASE,
    RESOURCES,
    in_pod,
    place_nodes,
    place_release,
)
from aileron.lifecycle.publishing import compile_publication
from aileron.lifecycle.spec import JOB_STEP, Annotate, LifecycleSpec, PipelineNode, TrainJob
from aileron.lifecycle.weights import weights_input
from aileron.lifecycle.work_graphs import compile_work, importing, version_input
from aileron.lifecycle.workflow import (
    Export,
    ImageBuild,
    Import,
    Job,
    Lifecycle,
    Operation,
    Pipeline,
    Publication,
    Workflow,
)
from aileron.train.job.spec import RESERVED

BUNDLE: Final = "bundle"
SECTIONS: Final[Mapping[str, str]] = {
    "split": "data.split",
    "evaluate": "evaluate.table",
    "gate": "evaluate.gate",
    "track": "registry.track",
    "package": "package.bento",
    "boot_check": "package.boot_check",
}
"""Section of the YAML -> the step whose config it is, in a lifecycle of a table."""

IMAGE_SECTIONS: Final[Mapping[str, str]] = {**SECTIONS, "evaluate": "evaluate.image"}
"""The same in a lifecycle of pictures."""

JOB_SECTIONS: Final[Mapping[str, str]] = {**SECTIONS, "evaluate": "evaluate.job"}
"""The same in a lifecycle of own code, whatever the data."""

TASKS: Final[Mapping[str, tuple[str, ...]]] = {
    "classification": ("binary", "multiclass"),
    "regression": ("regression",),
}
"""A dataset's task -> what a model of it may be for; the number of classes decides."""


def compile_lifecycle(workflow: Workflow, settings: Settings) -> Graph:
    """The checked graph of `workflow`.

    Raises:
        InvalidInput: a config does not fit its step, or the graph is wrong; with the line.
    """
    if isinstance(workflow, Lifecycle):
        return _lifecycle_graph(workflow, settings)
    if isinstance(workflow, Pipeline):
        return _pipeline_graph(workflow, settings)
    if isinstance(workflow, Job):
        return _checked(workflow, tuple(compile_job(workflow, settings)))
    if isinstance(workflow, Publication):
        return _checked(workflow, tuple(compile_publication(workflow, settings)))
    if isinstance(workflow, ImageBuild):
        return _checked(workflow, tuple(compile_build(workflow, settings)))
    if isinstance(workflow, Import | Operation | Export):
        return _checked(workflow, compile_work(workflow))
    raise TypeError(type(workflow).__name__)


def check_config(workflow: Workflow, step: str, path: FieldPath, values: Any) -> dict[str, Any]:
    """`values`, written at `path` of the document, as the full config of `step`."""
    config = check_values(step_class(step).Config, values, workflow.document, path)
    return config.model_dump(mode="json")


def train_step(workflow: Lifecycle) -> str:
    """The step of the algorithm that the lifecycle names.

    Raises:
        InvalidInput: no such algorithm is installed.
    """
    train = workflow.spec.train
    if train.algorithm is not None and train.step not in installed():
        raise InvalidInput(
            "lifecycle.unknown_algorithm",
            where=workflow.document.where(("train", "algorithm")),
            name=train.algorithm,
            hint=suggestion(train.algorithm, algorithms()),
        )
    return train.step


def algorithms(modality: str | None = None) -> list[str]:
    """Short names of the installed training steps, or of those that learn from `modality`."""
    return [
        name.removeprefix("train.")
        for name in installed()
        if name.startswith("train.")
        and name != JOB_STEP
        and modality in (None, step_modality(name))
    ]


def step_modality(step: str) -> str:
    """What training step `step` learns from: table, unless it says image."""
    return str(getattr(step_class(step), "modality", "table"))


def trainable() -> str:
    """The modalities and tasks that some installed algorithm learns, in words.

    An algorithm that does not say its tasks is for classification.
    """
    found: dict[str, set[str]] = {}
    for name in algorithms():
        step = f"train.{name}"
        wanted = set(getattr(step_class(step), "tasks", TASKS["classification"]))
        fits = {task for task, models in TASKS.items() if wanted & set(models)}
        found.setdefault(step_modality(step), set()).update(fits)
    return "; ".join(f"{modality}: {', '.join(sorted(found[modality]))}" for modality in found)


def sections(workflow: Lifecycle) -> Mapping[str, str]:
    """Section of `workflow` -> the step whose config it is; what learns decides."""
    if workflow.learns_by_job:
        return JOB_SECTIONS
    return IMAGE_SECTIONS if step_modality(train_step(workflow)) == "image" else SECTIONS


def _dataset(workflow: Lifecycle, settings: Settings) -> LoadedDataset:
    try:
        return load_dataset(settings, workflow.spec.dataset)
    except AileronError as error:
        raise error.at(error.where or workflow.document.where(("dataset",))) from None


def check_modality(workflow: Lifecycle, dataset: DatasetFacts) -> None:
    """Raise `InvalidInput` if the algorithm does not learn from such data; own code may."""
    if workflow.learns_by_job:
        return
    found = step_modality(train_step(workflow))
    if not algorithms(dataset.modality):
        raise InvalidInput(
            "lifecycle.no_algorithm",
            where=workflow.document.where(("dataset",)),
            name=dataset.name,
            task=f"{dataset.task.replace('_', ' ')} ({dataset.modality})",
            trainable=trainable(),
        )
    if found != dataset.modality:
        raise InvalidInput(
            "lifecycle.wrong_modality",
            where=workflow.document.where(("train", "algorithm")),
            algorithm=workflow.spec.train.algorithm,
            wanted=found,
            dataset=dataset.name,
            found=dataset.modality,
            choices=", ".join(algorithms(dataset.modality)) or "-",
        )


def _lifecycle_graph(workflow: Lifecycle, settings: Settings) -> Graph:
    nodes = tuple(_nodes(workflow, settings))
    names = {node.name for node in nodes}
    runtime = workflow.spec.runtime
    for section in ("limits", "env", "resources"):
        for name in getattr(runtime, section):
            if name not in names:
                raise InvalidInput(
                    "graph.unknown_node",
                    where=workflow.document.where(("runtime", section, name)),
                    name=name,
                    hint=suggestion(name, sorted(names)),
                )
    return _checked(workflow, tuple(place_nodes(workflow, nodes, settings)))


def _checked(workflow: Workflow, nodes: tuple[Node, ...]) -> Graph:
    graph = Graph.model_construct(nodes=nodes)
    try:
        check_graph(graph)
    except AileronError as error:
        raise error.at(error.where or workflow.document.where(("nodes",))) from None
    return graph


def _nodes(workflow: Lifecycle, settings: Settings) -> Iterator[Node]:
    spec = workflow.spec
    if spec.imports:
        dataset = _dataset(workflow, settings)
        check_modality(workflow, dataset)
        if spec.annotate is not None:
            check_keeps(workflow, dataset)
        expectations = dataset.expectations
        config, inputs, version = importing(dataset, workflow.project, workflow.before)
        yield _node(spec, "ingest", dataset.ingest_step, config, inputs)
    else:
        version = {}
        expectations = expectations_of(settings, spec.dataset)
    data = {"dataset": data_input(spec)}
    yield _node(spec, "version", "data.version", version, data)
    suite = {"expectations": expectations}
    together = LEARN if spec.annotate is None else None
    yield _node(spec, "validate", "data.validate", suite, data, group=together)
    if spec.annotate is not None:
        yield from _annotating(workflow, spec.annotate, settings)
    yield from _learning(workflow)
    yield from _publishing(workflow, settings)


def data_input(spec: LifecycleSpec) -> str:
    """Where the nodes of a lifecycle get their data: what it imports, or a version."""
    if spec.imports:
        return "ingest.dataset"
    number = None if spec.dataset_version == "latest" else spec.dataset_version
    return version_input(spec.dataset, number)


def labelled_input(spec: LifecycleSpec) -> str:
    """What is learnt from: the data with what people said of them, if they are asked."""
    return "labels.dataset" if spec.annotate else data_input(spec)


def _annotating(workflow: Lifecycle, annotate: Annotate, settings: Settings) -> Iterator[Node]:
    """People label the version; what they say becomes the next one."""
    spec = workflow.spec
    data = {"dataset": data_input(spec)}
    if not workflow.learns_by_job and step_modality(train_step(workflow)) == "table":
        where = workflow.document.where(("annotate",))
        raise InvalidInput("lifecycle.annotate_table", where=where, name=spec.dataset)
    labels = asked_labels(workflow, settings)
    waited = {"wanted": annotate.wanted, "hours": annotate.hours}
    begun = {**data, "dataset_record": "version.record"}
    yield _node(spec, "campaign", CAMPAIGN, {"labels": labels}, begun, after=("validate",))
    yield _node(spec, "annotate", ANNOTATE, waited, {"campaign": "campaign.record"})
    said = {**data, "annotations": "annotate.annotations"}
    yield _node(spec, "labels", "data.annotate", taken_in(labels), said)
    made = {"dataset": "labels.dataset", "base": "version.record"}
    yield _node(spec, "labelled", "data.version", {}, made)


def _learning(workflow: Lifecycle) -> Iterator[Node]:
    spec = workflow.spec
    data = {"dataset": labelled_input(spec), "split": "split.split"}
    split = _section(workflow, "split")
    evaluate = _section(workflow, "evaluate")
    yield _node(
        spec,
        "split",
        "data.split",
        split,
        {"dataset": labelled_input(spec)},
        group=LEARN,
        after=("validate",),
    )
    if spec.train.job is None:
        parameters = check_config(
            workflow, train_step(workflow), ("train", "parameters"), spec.train.parameters
        )
        learnt = {**data, **weights_input(spec.train.step)}
        yield _node(spec, "train", spec.train.step, parameters, learnt, group=LEARN)
        judged = {"model": "train.model", **data}
    else:
        yield _job_node(workflow, spec.train.job, data)
        judged = {"measured": "train.metrics", **data}
    yield _node(spec, "evaluate", sections(workflow)["evaluate"], evaluate, judged, group=LEARN)
    compared = {
        "model": "train.model",
        "metrics": "evaluate.metrics",
        **data,
        "champion": "champion:model",
        "champion_record": "champion:record",
    }
    yield _node(spec, "gate", "evaluate.gate", _section(workflow, "gate"), compared, group=LEARN)


def _job_node(workflow: Lifecycle, job: TrainJob, data: Mapping[str, str]) -> Node:
    """Own code in place of an algorithm."""
    spec = workflow.spec
    if job.framework == "other" and job.serving is None:
        where = workflow.document.where(("train", "job"))
        raise InvalidInput("lifecycle.job_without_model", where=where)
    if spec.package is not None and job.serving is None:
        where = workflow.document.where(("train", "job"))
        raise InvalidInput("lifecycle.job_without_serving", where=where)
    in_pods = spec.runtime.runner == "kubernetes"
    if in_pods and job.nodes > 1 and job.restarts:
        where = workflow.document.where(("train", "job", "restarts"))
        raise InvalidInput("lifecycle.restarts_of_pods", where=where)
    env = dict(_own_variables(workflow))
    config = job_config(job, job=spec.name, env=env, train_data={"format": job.format})
    code = {CODE: f"{SOURCE}{CODE}"} if job.code is not None else {}
    node = _node(spec, "train", JOB_STEP, config, {**code, **data}, group=LEARN)
    grace = POD_GRACE_SECONDS if in_pods else GRACE_SECONDS
    limits = node.limits.model_copy(update={"grace_seconds": node.limits.grace_seconds or grace})
    nodes = job.nodes if in_pods else 1
    return node.model_copy(update={"limits": limits, "nodes": nodes, "env": {}})


def _own_variables(workflow: Lifecycle) -> Iterator[tuple[str, str]]:
    """The variables of own code, which are for its command and not for the step around it."""
    for name, value in workflow.spec.runtime.env.get("train", {}).items():
        if name.startswith(RESERVED):
            where = workflow.document.where(("runtime", "env", "train", name))
            raise InvalidInput("lifecycle.reserved_variable", where=where, name=name)
        yield name, value


def _contract(workflow: Lifecycle) -> str:
    """The kind of service that the model gets."""
    return "custom" if workflow.learns_by_job else step_modality(workflow.spec.train.step)


def _template(settings: Settings, contract: str) -> dict[str, str]:
    """The workspace's own service template, if it has one."""
    path = settings.workspace / "bento" / contract / "service.py"
    return {"template": path.read_text(encoding="utf-8")} if path.is_file() else {}


def _publishing(workflow: Lifecycle, settings: Settings) -> Iterator[Node]:
    spec = workflow.spec
    tracked = {
        "training": "train.metrics",
        "metrics": "evaluate.metrics",
        "report": "evaluate.report",
        "verdict": "gate.verdict",
        "model": "train.model",
        "dataset_record": "labelled.record" if spec.annotate else "version.record",
    }
    registered = {"model": "train.model", "verdict": "gate.verdict", "track": "track.record"}
    yield _node(spec, "track", "registry.track", _section(workflow, "track"), tracked)
    yield _node(spec, "register", "registry.register", {"model": spec.model}, registered)
    if spec.package is not None:
        yield from _bundling(workflow, spec.package, settings)
    if spec.release is None:
        return
    if spec.package is None:
        where = workflow.document.where(("package",))
        raise InvalidInput("lifecycle.release_without_package", where=where)
    yield from _releasing(workflow, settings)


def _bundling(
    workflow: Lifecycle, package: Mapping[str, Any], settings: Settings
) -> Iterator[Node]:
    spec = workflow.spec
    packaged = {"model": "train.model", "dataset": labelled_input(spec), "split": "split.split"}
    bento = check_config(
        workflow,
        SECTIONS["package"],
        ("package",),
        {"name": spec.model, **_template(settings, _contract(workflow)), **package},
    )
    yield _node(spec, "package", "package.bento", bento, packaged, group=BUNDLE, after=("gate",))
    yield _node(
        spec,
        "boot_check",
        "package.boot_check",
        _section(workflow, "boot_check"),
        {"package": "package.package"},
        group=BUNDLE,
    )


def _releasing(workflow: Lifecycle, settings: Settings) -> Iterator[Node]:
    spec = workflow.spec
    record = {"model_record": "register.record", "verdict": "gate.verdict"}
    released = {**record, "package": "package.package", "boot_report": "boot_check.report"}
    if spec.approve:
        released["approval"] = "approve.record"
        asked = spec.approve.model_dump(mode="json", exclude={"timeout_hours"}, exclude_none=True)
        yield _node(spec, "approve", "deploy.approve", asked, record, after=("boot_check",))
    at: FieldPath = ("release", "options")
    options = spec.release.options if spec.release else {}
    _check_unplaced(workflow, at, options)
    named = {"service": spec.service, "model": spec.model, **options}
    config = check_config(workflow, RELEASE, at, named)
    config["placement"] = place_release(workflow, settings)
    yield _node(spec, "release", RELEASE, config, released)


def _check_unplaced(workflow: Workflow, at: FieldPath, options: Mapping[str, Any]) -> None:
    """Raise `InvalidInput` if the options of a release, written at `at`, say where it serves."""
    if "placement" in options:
        where = workflow.document.where((*at, "placement"))
        raise InvalidInput("lifecycle.placement_given", where=where)


def _section(workflow: Lifecycle, name: str) -> dict[str, Any]:
    return check_config(workflow, sections(workflow)[name], (name,), getattr(workflow.spec, name))


def _node(
    spec: LifecycleSpec,
    name: str,
    step: str,
    config: Mapping[str, Any],
    inputs: Mapping[str, str],
    *,
    group: str | None = None,
    after: tuple[str, ...] = (),
) -> Node:
    runtime = spec.runtime
    chosen = {"limits": runtime.limits[name]} if name in runtime.limits else {}
    return Node(
        name=name,
        step=step,
        config=step_class(step).Config.model_validate(config).model_dump(mode="json"),
        inputs=inputs,
        after=after,
        group=group,
        env=runtime.env.get(name, {}),
        inherits=told(step),
        **chosen,
    )


def _pipeline_graph(workflow: Pipeline, settings: Settings) -> Graph:
    nodes = []
    for i, values in enumerate(workflow.spec.nodes):
        node = check_values(PipelineNode, values, workflow.document, ("nodes", i))
        if node.step not in installed():
            hint = suggestion(node.step, list(installed()))
            where = workflow.document.where(("nodes", i, "step"))
            raise InvalidInput("core.unknown_step", where=where, name=node.step, hint=hint)
        if node.step == RELEASE:
            _check_unplaced(workflow, ("nodes", i, "config"), node.config)
        config = check_config(workflow, node.step, ("nodes", i, "config"), node.config)
        nodes.append(_written_node(workflow, i, node, config, settings))
    _check_runtime(workflow, nodes)
    return _checked(workflow, tuple(nodes))


def _check_runtime(workflow: Pipeline, nodes: Sequence[Node]) -> None:
    """Raise `InvalidInput` if the runtime says what only the nodes of a pipeline say."""
    runtime = workflow.spec.runtime
    podless = all(node.runner == "process" for node in nodes)
    if runtime.resources or (runtime.runner == "kubernetes" and podless):
        at = RESOURCES if runtime.resources else ("runtime", "runner")
        raise InvalidInput("lifecycle.resources_of_pipeline", where=workflow.document.where(at))


def _written_node(
    workflow: Pipeline, i: int, written: PipelineNode, config: Mapping[str, Any], settings: Settings
) -> Node:
    """The node of the graph that number `i` of the document stands for."""
    fields = {name: getattr(written, name) for name in Node.model_fields}
    fields["inherits"] = told(written.step)
    node = Node.model_construct(**{**fields, "config": config})
    at: FieldPath = ("nodes", i)
    if node.runner == "kubernetes":
        if node.group is not None:
            where = workflow.document.where((*at, "group"))
            raise InvalidInput("lifecycle.pod_in_group", where=where, node=node.name)
        request = written.resources or PodRequest()
        return in_pod(workflow, node, request, (*at, "resources"), settings)
    if written.resources is not None:
        where = workflow.document.where((*at, "resources"))
        raise InvalidInput("lifecycle.resources_of_process", where=where)
    return node
