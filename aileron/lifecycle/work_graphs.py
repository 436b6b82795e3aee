"""The graphs of the work on datasets: what an import, an operation and an export consist of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from aileron.core.catalogue import installed, step_class
from aileron.core.documents import FieldPath, check_values, suggestion
from aileron.core.errors import InvalidInput
from aileron.core.names import dataset_tag
from aileron.core.ports import ArtifactKind
from aileron.data.appending import PARENT, Append
from aileron.graph.pipeline import DATASET, SOURCE, Limits, Node
from aileron.lifecycle.workflow import Export, Import, Operation

if TYPE_CHECKING:
    from aileron.lifecycle.dataset import LoadedDataset

DATASET_SOURCE: Final = "dataset"
"""Name of the source that a dataset is imported from: ``source:dataset``."""
ANNOTATE: Final = "data.annotate"
CHECK: Final = "check"
"""The group of an import's steps that look at what came in."""
MAKING: Final = ("dataset", "other")
"""Inputs of an operation that are dataset versions."""
HOUR: Final = 3600
LONG: Final = Limits(seconds=4 * HOUR)
"""Of an operation or an export, which has no definition that says how long it may take."""


def compile_work(work: Import | Operation | Export) -> tuple[Node, ...]:
    """The nodes of `work`.

    Raises:
        InvalidInput: a config does not fit its step; with where it was written.
    """
    if isinstance(work, Import):
        return tuple(_import(work))
    if isinstance(work, Operation):
        return tuple(_operation(work))
    return tuple(_export(work))


def operations() -> dict[str, str]:
    """Name of each operation that is installed -> its step: datasets in, one dataset out."""
    return {
        name.removeprefix("data."): name
        for name in installed()
        if name.startswith("data.") and _makes_dataset(name)
    }


def _makes_dataset(step: str) -> bool:
    declared = step_class(step)
    kinds = (ports.get("dataset") for ports in (declared.inputs, declared.outputs))
    return all(port is not None and port.kind is ArtifactKind.DATASET for port in kinds)


def version_input(dataset: str, version: int | None) -> str:
    """``dataset:name@v3``, or ``dataset:name`` for the latest."""
    return f"{DATASET}{dataset}" + (f"@v{version}" if version else "")


def importing(
    dataset: LoadedDataset, project: str, before: int | None
) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
    """Config and inputs of the step that imports `dataset`, and config of that which versions it.

    Args:
        before: the version that the samples join; None: they are the dataset.
    """
    source = {"source": f"{SOURCE}{DATASET_SOURCE}"}
    if before is None:
        return dict(dataset.ingest), source, {}
    parent = dataset_tag(project, dataset.name, before)
    append = Append(parent=parent, same_ids=dataset.definition.import_.same_ids)
    return (
        {**dataset.ingest, "append": append.model_dump(mode="json")},
        {**source, PARENT: version_input(dataset.name, before)},
        {"parent": parent},
    )


def _import(work: Import) -> Iterator[Node]:
    dataset = work.dataset
    limits = Limits(seconds=dataset.definition.import_.hours * HOUR)
    made = {"dataset": "ingest.dataset"}
    config, inputs, version = importing(dataset, work.project, work.before)
    yield _node(work, "ingest", dataset.ingest_step, config, inputs, limits=limits)
    yield _node(work, "version", "data.version", version, made, limits=limits)
    suite = {"expectations": dataset.expectations}
    yield _node(work, "validate", "data.validate", suite, made, group=CHECK, limits=limits)
    yield _node(work, "profile", "data.profile", {}, made, group=CHECK, limits=limits)


def _operation(work: Operation) -> Iterator[Node]:
    spec = work.spec
    known = operations()
    if spec.operation not in known:
        hint = suggestion(spec.operation, sorted(known))
        where = work.document.where(("operation",))
        raise InvalidInput(
            "lifecycle.unknown_operation", where=where, name=spec.operation, hint=hint
        )
    step = known[spec.operation]
    inputs = {"dataset": version_input(spec.dataset or "", spec.version)}
    if spec.other is not None:
        inputs["other"] = f"{DATASET}{spec.other}"
    inputs |= {port: f"{SOURCE}{port}" for port in spec.sources}
    config = dict(spec.options)
    fields = step_class(step).Config.model_fields
    if spec.dataset and spec.version and "parent" in fields:
        config["parent"] = dataset_tag(spec.project, spec.dataset, spec.version)
    if spec.other is not None and "@v" in spec.other and "other_parent" in fields:
        config["other_parent"] = f"{spec.project}/{spec.other}"
    asked = config if spec.dataset else None
    yield _node(work, "operate", step, asked, inputs, path=("options",))
    # What people said joins the latest version or none: two who publish must not undo each other.
    follows = {"parent": config["parent"]} if step == ANNOTATE and "parent" in config else {}
    yield _node(work, "version", "data.version", follows, {"dataset": "operate.dataset"})


def _export(work: Export) -> Iterator[Node]:
    spec = work.spec
    config = {"format": spec.format, "options": spec.options} if spec.dataset else None
    inputs = {"dataset": version_input(spec.dataset or "", spec.version)}
    yield _node(work, "export", "data.export", config, inputs)


def _node(
    work: Import | Operation | Export,
    name: str,
    step: str,
    config: Mapping[str, Any] | None,
    inputs: Mapping[str, str],
    *,
    group: str | None = None,
    limits: Limits = LONG,
    path: FieldPath = (),
) -> Node:
    """A node; without a config, which a run will say, it stands for its shape alone."""
    full: dict[str, Any] = {}
    if config is not None:
        checked = check_values(step_class(step).Config, config, work.document, path)
        full = checked.model_dump(mode="json")
    return Node(
        name=name,
        step=step,
        config=full,
        inputs=inputs,
        group=group,
        limits=limits,
    )
