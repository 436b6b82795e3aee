"""Whether a run may use its datasets and its algorithm, and noting which versions it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aileron.core.catalogue import installed
from aileron.core.errors import Conflict, Refused
from aileron.core.names import parse_tag
from aileron.graph.pipeline import DATASET, Graph
from aileron.graph.plan import Plan
from aileron.ledger import Ledger, Visibility


def check_usable(
    ledger: Ledger, project: str, values: Mapping[str, Any], graph: Graph, actor: str
) -> None:
    """Nothing new is started with a dataset or an algorithm that is offline, deleted or another's.

    Args:
        values: the workflow's document, which may name a dataset and an algorithm.
        actor: who starts it.

    Raises:
        Conflict: one is; says how to change that.
    """
    for name in named_datasets(values, graph):
        entry = ledger.catalogue.get(project, name)
        if entry.deleted is not None:
            raise Conflict("lifecycle.dataset_deleted", name=name, by=entry.deleted_by)
        if not entry.online:
            raise Conflict("lifecycle.dataset_offline", name=name)
    _check_algorithm(ledger, project, values, actor)


def _check_algorithm(ledger: Ledger, project: str, values: Mapping[str, Any], actor: str) -> None:
    train = values.get("train")
    name = train.get("algorithm") if isinstance(train, Mapping) else None
    if not isinstance(name, str) or f"train.{name}" in installed():
        return
    entry = ledger.algorithms.get(name)
    if not entry.online:
        raise Conflict("train.job.algorithm_offline", name=name)
    private = entry.visibility is Visibility.PRIVATE and entry.owner not in (actor, None)
    if private or not entry.usable_in(project):
        raise Refused("train.job.algorithm_private", name=name, owner=entry.owner or "-")


def named_datasets(values: Mapping[str, Any], graph: Graph) -> list[str]:
    """The datasets that a workflow's document and its graph name, sorted."""
    named = values.get("dataset")
    names = {named} if isinstance(named, str) else set()
    return sorted(names | {one.removeprefix(DATASET).partition("@")[0] for one in _inputs(graph)})


def note_reads(ledger: Ledger, plan: Plan) -> None:
    """Note which dataset versions the run begins from, so that they are not deleted meanwhile."""
    for source in plan.sources:
        parsed = parse_tag(f"{plan.project}/{source.removeprefix(DATASET)}")
        if source.startswith(DATASET) and parsed is not None:
            ledger.lineage.read_by(*parsed, plan.run_id)


def _inputs(graph: Graph) -> Iterator[str]:
    for node in graph.nodes:
        yield from (source for source in node.inputs.values() if source.startswith(DATASET))
