"""A pipeline: nodes, each a configured step, joined by typed ports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aileron.cluster.placement import MOST_NODES, MOST_VARIABLES, Placement
from aileron.core.catalogue import step_class
from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.core.names import Name
from aileron.core.ports import ArtifactKind
from aileron.core.steps import Step

RunnerName = Literal["process", "kubernetes"]
"""Places where a step can run."""

CHAMPION = "champion:"
"""Source prefix of an input that is a part of the serving model, ``champion:model``."""
SOURCE = "source:"
"""Source prefix of an input that comes from outside: ``source:name``, in `Plan.sources`."""
DATASET = "dataset:"
"""Source prefix of an input that is a dataset version: ``dataset:name@v3``, or the latest."""
IMAGE = "image:"
"""Source prefix of an input that is a container image: ``image:name@v3``, or of a registry."""

JOB_PARTS = {
    "job:model": ArtifactKind.MODEL,
    "job:metrics": ArtifactKind.METRICS,
    "job:record": ArtifactKind.RECORD,
}
"""Inputs that are parts of a custom job's run; which run is in the plan's sources."""

_KINDS = {
    SOURCE: ArtifactKind.SOURCE,
    DATASET: ArtifactKind.DATASET,
    IMAGE: ArtifactKind.IMAGE,
    **JOB_PARTS,
}


def is_external(source: str) -> bool:
    """Whether an input comes from outside the graph."""
    return source.startswith((CHAMPION, SOURCE, DATASET, IMAGE)) or source in JOB_PARTS


class Limits(BaseModel):
    """What one execution may use."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seconds: float = Field(3600, gt=0, description="longest run time, seconds")
    memory_mb: int | None = Field(None, gt=0, description="resident memory of all its processes")
    grace_seconds: float | None = Field(
        None, ge=0, le=600, description="to end and to keep results when stopped; default: 5"
    )


class Node(BaseModel):
    """One step of a pipeline, with its config and where its inputs come from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    step: str
    config: Mapping[str, Any] = {}
    inputs: Mapping[str, str] = {}
    """Port -> ``node.port``, ``champion:port`` (the model that serves now), ``source:name``,
    ``dataset:name@v3``, or one of `JOB_PARTS`."""
    after: tuple[Name, ...] = ()
    """Nodes that must have succeeded though nothing flows from them."""
    group: Name | None = None
    """Neighbours of one group are one Airflow task."""
    runner: RunnerName = "process"
    placement: Placement | None = None
    """Where its pod runs; None with the runner ``process``. The image is part of its cache key."""
    nodes: int = Field(1, ge=1, le=MOST_NODES, description="pods that run it together")
    limits: Limits = Limits()
    env: Annotated[Mapping[str, str], Field(max_length=MOST_VARIABLES)] = {}
    """The step's own environment variables; they are part of its cache key."""
    inherits: tuple[str, ...] = ()
    """Names of variables that the step gets from the process that starts it, beside the usual
    ones: a plan holds no secret. They are no part of its cache key."""

    @property
    def step_class(self) -> type[Step]:
        return step_class(self.step)

    def upstream(self) -> tuple[str, ...]:
        """Names of the nodes this one needs, in order of mention."""
        needed = [s.partition(".")[0] for s in self.inputs.values() if not is_external(s)]
        return tuple(dict.fromkeys([*needed, *self.after]))


class Graph(BaseModel):
    """A checked pipeline: names unique, ports typed and connected, no cycle."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nodes: tuple[Node, ...]

    @model_validator(mode="after")
    def _check(self) -> Graph:
        try:
            check_graph(self)
        except InvalidInput as error:
            raise ValueError(str(error)) from None
        return self

    def node(self, name: str) -> Node:
        """The node `name`; `InvalidInput` if there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        hint = suggestion(name, [n.name for n in self.nodes])
        raise InvalidInput("graph.unknown_node", name=name, hint=hint)

    def ordered(self) -> Iterator[Node]:
        """Nodes, each after those it needs; ties in order of mention."""
        sorter = TopologicalSorter({n.name: n.upstream() for n in self.nodes})
        sorter.prepare()
        place = {node.name: i for i, node in enumerate(self.nodes)}
        while sorter.is_active():
            ready = sorted(sorter.get_ready(), key=place.__getitem__)
            yield from (self.nodes[place[name]] for name in ready)
            sorter.done(*ready)

    def skipped_by(self, gate: str) -> frozenset[str]:
        """The nodes that do not run when the verdict of node `gate` says no."""
        skipped: set[str] = set()
        for node in self.ordered():
            needed = set(node.upstream())
            refused = gate in needed and not node.step_class.records_refusals
            if refused or needed & skipped:
                skipped.add(node.name)
        return frozenset(skipped)

    def tasks(self) -> list[tuple[str, tuple[Node, ...]]]:
        """What Airflow sees: (task id, its nodes in order), neighbours of a group joined."""
        tasks: dict[str, list[Node]] = {}
        for node in self.ordered():
            tasks.setdefault(node.group or node.name, []).append(node)
        return [(name, tuple(nodes)) for name, nodes in tasks.items()]


def check_graph(graph: Graph) -> None:
    """Raise `InvalidInput` for the first thing that is wrong."""
    names = [node.name for node in graph.nodes]
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput("graph.duplicate_node", name=name)
    for node in graph.nodes:
        for needed in node.upstream():
            if needed not in names:
                hint = suggestion(needed, names)
                raise InvalidInput("graph.unknown_node", name=needed, hint=hint)
        _check_ports(graph, node)
    try:
        list(graph.ordered())
    except CycleError as error:
        raise InvalidInput("graph.cycle", path=" -> ".join(error.args[1])) from None
    _check_groups(graph)


def _check_ports(graph: Graph, node: Node) -> None:
    declared = node.step_class.inputs
    for port in node.inputs:
        if port not in declared:
            hint = suggestion(port, list(declared))
            raise InvalidInput("graph.unknown_port", node=node.name, port=port, hint=hint)
    for port, wanted in declared.items():
        source = node.inputs.get(port)
        if source is None:
            if not wanted.optional:
                raise InvalidInput("graph.port_not_connected", node=node.name, port=port)
            continue
        if is_external(source):
            _check_source(node, port, source, wanted.kind)
            continue
        owner, _, output = source.partition(".")
        offered = graph.node(owner).step_class.outputs
        if output not in offered:
            hint = suggestion(output, list(offered))
            raise InvalidInput("graph.unknown_port", node=owner, port=output, hint=hint)
        if offered[output].kind is not wanted.kind:
            raise InvalidInput(
                "graph.wrong_kind",
                node=node.name,
                port=port,
                wanted=wanted.kind.value,
                source=source,
                found=offered[output].kind.value,
            )


def _check_source(node: Node, port: str, source: str, wanted: ArtifactKind) -> None:
    for prefix, kind in _KINDS.items():
        if source.startswith(prefix) and wanted is not kind:
            raise InvalidInput(
                "graph.wrong_kind",
                node=node.name,
                port=port,
                wanted=wanted.value,
                source=source,
                found=kind.value,
            )


def _check_groups(graph: Graph) -> None:
    groups = {node.name: node.group or node.name for node in graph.nodes}
    for node in graph.nodes:
        if node.group and node.step_class.kind != "component":
            raise InvalidInput("graph.grouped_effect", node=node.name, kind=node.step_class.kind)
        if node.group and node.group in {n.name for n in graph.nodes if n.name != node.name}:
            raise InvalidInput("graph.group_is_node", node=node.name, group=node.group)
    edges: dict[str, set[str]] = {group: set() for group in groups.values()}
    for node in graph.nodes:
        edges[groups[node.name]] |= {groups[n] for n in node.upstream()} - {groups[node.name]}
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        raise InvalidInput("graph.group_apart", path=" -> ".join(error.args[1])) from None
