"""Where a node's inputs come from: earlier nodes, the plan's sources, the champion.

The basis rule: when the candidate already is the champion, the gate compares with what the
champion was compared with when it was admitted, so that an unchanged re-run asks the gate
the same question and gets the kept answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aileron.core.errors import InvalidInput, NotFound
from aileron.core.ports import ArtifactKind, Reference
from aileron.graph.pipeline import CHAMPION, DATASET, IMAGE, JOB_PARTS, SOURCE, Node, is_external
from aileron.graph.plan import Plan
from aileron.ledger import Champion, Ledger
from aileron.store import Store

CANDIDATE: Final = "model"
"""The input port whose model is compared with the champion."""

Upstream = Callable[[str], Mapping[str, Reference]]
"""Node name -> its outputs; raises if it has not succeeded."""


class Inputs:
    """Resolves the inputs of a plan's nodes."""

    def __init__(self, ledger: Ledger, store: Store) -> None:
        self._ledger = ledger
        self._store = store

    def resolve(self, plan: Plan, node: Node, upstream: Upstream) -> dict[str, Reference]:
        """Port -> artifact. An optional input that has none is absent.

        Raises:
            Conflict: a node that this one needs has not succeeded.
        """
        found: dict[str, Reference] = {}
        outputs = {name: upstream(name) for name in node.upstream()}
        for port, source in node.inputs.items():
            if not is_external(source):
                name, _, output = source.partition(".")
                if output in outputs[name]:
                    found[port] = outputs[name][output]
            elif source.startswith((SOURCE, DATASET, IMAGE)) or source in JOB_PARTS:
                found[port] = _source(plan, node, source)
        for port, source in node.inputs.items():
            if source.startswith(CHAMPION):
                part = self._champion_part(plan, node, source, found.get(CANDIDATE))
                if part is not None:
                    found[port] = part
        return found

    def _champion_part(
        self, plan: Plan, node: Node, source: str, candidate: Reference | None
    ) -> Reference | None:
        champion = self._compared(plan.project, champion_model(plan, node), candidate)
        part = source.removeprefix(CHAMPION)
        if part not in ("model", "record"):
            raise InvalidInput("run.champion_part", source=source)
        if champion is None:
            return None
        if part == "model":
            return champion.model_reference
        record = {
            "model": champion.model,
            "version": champion.version,
            "fence": champion.fence,
            "digest": champion.model_reference.digest,
        }
        return self._store.put_json(ArtifactKind.RECORD, "record.json", record)

    def _compared(self, project: str, model: str, candidate: Reference | None) -> Champion | None:
        champion = self._ledger.champions.get(project, model)
        if champion is None or candidate is None:
            return champion
        if champion.model_reference.digest != candidate.digest:
            return champion
        if champion.basis is None:
            return None
        return self._ledger.champions.at_fence(project, model, champion.basis.fence)


def champion_model(plan: Plan, node: Node) -> str:
    """The model whose champion `node` means: its own ``model``, else the only one in the plan."""
    own = node.config.get("model")
    if own:
        return str(own)
    named = {str(n.config["model"]) for n in plan.graph.nodes if n.config.get("model")}
    if len(named) != 1:
        raise InvalidInput("run.champion_unnamed", node=node.name)
    return named.pop()


def _source(plan: Plan, node: Node, source: str) -> Reference:
    reference = plan.sources.get(source.removeprefix(SOURCE))
    if reference is None:
        raise NotFound("run.no_source", node=node.name, source=source)
    return reference
