"""Which dataset versions a run reads: "the latest" becomes a number when its plan is made."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput, NotFound
from aileron.core.names import check_name
from aileron.core.ports import ArtifactKind, Reference
from aileron.core.settings import Settings
from aileron.data.card import parse_card
from aileron.data.card_base import CARD_FILE
from aileron.data.versions import Versions
from aileron.graph.pipeline import DATASET, Graph, Node
from aileron.ledger import DatasetVersion, Ledger
from aileron.lifecycle.compiler import data_input
from aileron.lifecycle.dataset import VersionedDataset, load_dataset
from aileron.lifecycle.findings import refuse_version
from aileron.lifecycle.images import pinned_build
from aileron.lifecycle.publishing import check_published
from aileron.lifecycle.spec import OperationSpec
from aileron.lifecycle.workflow import (
    Export,
    ImageBuild,
    Import,
    Job,
    Lifecycle,
    Operation,
    Publication,
    Workflow,
)
from aileron.store import Store

VERSION: Final = "data.version"


def pinned(settings: Settings, workflow: Workflow) -> Workflow:
    """`workflow` with the number of the version that it works on, or that its samples join.

    Raises:
        InvalidInput: work on datasets names none, or a job says nothing to run.
        NotFound: there is no such dataset or version.
    """
    if isinstance(workflow, Lifecycle | Import):
        return _joining(settings, workflow)
    if isinstance(workflow, ImageBuild):
        return pinned_build(settings, workflow)
    if isinstance(workflow, Job) and workflow.asked is None:
        where = workflow.document.where(("command",))
        raise InvalidInput("core.missing_field", where=where, field="command")
    if isinstance(workflow, Publication):
        check_published(workflow)
    if not isinstance(workflow, Operation | Export):
        return workflow
    spec = workflow.spec
    if spec.dataset is None:
        where = workflow.document.where(("dataset",))
        raise InvalidInput("core.missing_field", where=where, field="dataset")
    found = find_version(settings, spec.project, spec.dataset, spec.version)
    numbers: dict[str, Any] = {"version": found.version}
    if isinstance(spec, OperationSpec) and spec.other is not None:
        other = _version(settings, spec.project, f"{DATASET}{spec.other}")
        numbers["other"] = f"{other.name}@v{other.version}"
    chosen: Any = spec.model_copy(update=numbers)
    return replace(workflow, spec=chosen)


def _joining(settings: Settings, workflow: Lifecycle | Import) -> Workflow:
    """`workflow` with the version that the samples it imports join, if there is one to join."""
    spec = workflow.spec
    if isinstance(workflow, Import):
        dataset = workflow.dataset
    elif workflow.spec.imports:
        dataset = load_dataset(settings, spec.dataset)
    else:
        return workflow
    if dataset.definition.import_.mode != "append":
        return workflow
    ledger = Ledger(settings.require("ledger_url"), "aileron")
    try:
        latest = ledger.datasets.latest(spec.project, dataset.name)
    finally:
        ledger.close()
    return workflow if latest is None else replace(workflow, before=latest.version)


def pin_versions(
    settings: Settings, workflow: Workflow, graph: Graph, store: Store
) -> tuple[Graph, dict[str, Reference]]:
    """`graph` with a number in each ``dataset:`` input, and the artifacts that these are.

    Raises:
        NotFound: there is no such dataset or version, or its bytes are gone.
    """
    named = {
        source
        for node in graph.nodes
        for source in node.inputs.values()
        if source.startswith(DATASET)
    }
    rows = {source: _version(settings, workflow.project, source) for source in sorted(named)}
    numbered = {source: f"{DATASET}{row.name}@v{row.version}" for source, row in rows.items()}
    nodes = tuple(_pinned(node, numbered, rows) for node in graph.nodes)
    references = {numbered[source]: _artifact(settings, row, store) for source, row in rows.items()}
    if isinstance(workflow, Lifecycle) and not workflow.spec.imports:
        reference = references[numbered[data_input(workflow.spec)]]
        card = parse_card(store.read_bytes(reference, CARD_FILE))
        refuse_version(workflow, VersionedDataset.of(card))
    return graph.model_copy(update={"nodes": nodes}), references


def find_version(
    settings: Settings, project: str, dataset: str, number: int | None
) -> DatasetVersion:
    """That version of `dataset`, or the latest.

    Raises:
        NotFound: there is none; says which there are.
    """
    check_name(dataset)
    ledger = Ledger(settings.require("ledger_url"), "aileron")
    try:
        if number is None:
            found = ledger.datasets.latest(project, dataset)
        else:
            found = ledger.datasets.get(project, dataset, number)
        if found is not None and found.deleted is None:
            return found
        newest = ledger.datasets.newest(project)
    finally:
        ledger.close()
    name = dataset if number is None else f"{dataset}@v{number}"
    hint = suggestion(dataset, [row.name for row in newest])
    raise NotFound("lifecycle.no_version", name=name, project=project, hint=hint)


def _version(settings: Settings, project: str, source: str) -> DatasetVersion:
    """The version that ``dataset:name@v3`` or ``dataset:name`` names."""
    dataset, _, number = source.removeprefix(DATASET).partition("@v")
    if number and not number.isdigit():
        raise InvalidInput("lifecycle.bad_version", name=source)
    return find_version(settings, project, dataset, int(number) if number else None)


def _pinned(node: Node, numbered: Mapping[str, str], rows: Mapping[str, DatasetVersion]) -> Node:
    """`node` with numbers; one that would make a version of a version names that one instead."""
    inputs = {port: numbered.get(source, source) for port, source in node.inputs.items()}
    row = rows.get(node.inputs.get("dataset", "")) if node.step == VERSION else None
    named = {"config": {**node.config, "existing": row.version}} if row else {}
    return node.model_copy(update={"inputs": inputs, **named})


def _artifact(settings: Settings, row: DatasetVersion, store: Store) -> Reference:
    """The version's artifact; if the store has it no more, from the dataset remote."""
    if store.exists(row.reference):
        return row.reference
    with tempfile.TemporaryDirectory(dir=settings.home, prefix="version-") as work:
        folder = Path(work) / "dataset"
        Versions.of(settings).get(row.project, row.name, row.version, folder)
        return store.put(ArtifactKind.DATASET, folder, given=True)
