"""A graph is checked before anything runs: names, ports, kinds, circles, groups."""

from collections.abc import Mapping
from typing import ClassVar

import pytest
from pydantic import ValidationError

from aileron.core import catalogue
from aileron.core.ports import ArtifactKind, Port
from aileron.core.steps import Component, Context, Effect, StepConfig
from aileron.graph import pipeline
from aileron.graph.pipeline import Graph, Node


class Make(Component[StepConfig]):
    name = "test.make"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Make", "zh": "生成"}
    Config = StepConfig
    outputs: ClassVar[Mapping[str, Port]] = {"data": Port(ArtifactKind.DATASET)}

    def run(self, context: Context, config: StepConfig, inputs):  # type: ignore[no-untyped-def]
        raise AssertionError("graphs are checked without running")


class Use(Make):
    name = "test.use"
    inputs: ClassVar[Mapping[str, Port]] = {"data": Port(ArtifactKind.DATASET)}
    outputs: ClassVar[Mapping[str, Port]] = {
        "model": Port(ArtifactKind.MODEL),
        "data": Port(ArtifactKind.DATASET),
    }


class Publish(Effect[StepConfig]):
    name = "test.publish"
    version = 1
    title: ClassVar[Mapping[str, str]] = {"en": "Publish", "zh": "发布"}
    Config = StepConfig
    inputs: ClassVar[Mapping[str, Port]] = {"model": Port(ArtifactKind.MODEL)}

    def observe(self, context, config, inputs):  # type: ignore[no-untyped-def]
        return None

    def apply(self, context, config, inputs):  # type: ignore[no-untyped-def]
        return {}

    def undo(self, context, config, record):  # type: ignore[no-untyped-def]
        return None


@pytest.fixture(autouse=True)
def steps(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {cls.name: cls for cls in (Make, Use, Publish)}
    monkeypatch.setattr(pipeline, "step_class", lambda name: known[name])
    assert set(known).isdisjoint(catalogue.installed())


def make(name: str = "a") -> Node:
    return Node(name=name, step="test.make")


def use(name: str, source: str, group: str | None = None) -> Node:
    return Node(name=name, step="test.use", inputs={"data": source}, group=group)


def test_nodes_come_after_what_they_need_and_ties_keep_their_order() -> None:
    graph = Graph(nodes=(use("c", "b.data"), use("b", "a.data"), make("z"), make("a")))
    assert [node.name for node in graph.ordered()] == ["z", "a", "b", "c"]


def test_neighbours_of_a_group_are_one_task() -> None:
    graph = Graph(nodes=(make(), use("b", "a.data", "learn"), use("c", "b.data", "learn")))
    assert [(name, [n.name for n in nodes]) for name, nodes in graph.tasks()] == [
        ("a", ["a"]),
        ("learn", ["b", "c"]),
    ]


@pytest.mark.parametrize(
    ("nodes", "sentence"),
    [
        ([make(), make()], "Two nodes are named a."),
        ([make(), use("b", "aa.data")], "There is no node aa; did you mean a?"),
        ([make(), use("b", "a.dota")], "Node a has no port dota; did you mean data?"),
        ([make(), use("b", "a.data"), use("c", "b.model")], "takes a dataset, and b.model is a"),
        ([use("b", "c.data"), use("c", "b.data")], "The nodes form a circle: "),
        ([Node(name="b", step="test.use")], "Node b needs its input data."),
        (
            [make(), Node(name="b", step="test.use", inputs={"data": "a.data", "x": "a.data"})],
            "Node b has no port x;",
        ),
        (
            [make(), use("b", "a.data", "g"), use("c", "b.data"), use("d", "c.data", "g")],
            "another task stands between them",
        ),
        (
            [
                make(),
                use("b", "a.data"),
                Node(name="p", step="test.publish", inputs={"model": "b.model"}, group="g"),
            ],
            "only components can share a group",
        ),
        ([make(), use("b", "a.data", "a")], "which is also the name of a node"),
    ],
)
def test_what_is_wrong_with_a_graph_is_said(nodes: list[Node], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Graph(nodes=tuple(nodes))
    assert sentence in str(caught.value)
