"""The short form becomes the standard graph; configs are checked where they are written."""

import pytest
from plugins.workspaces import Workspace

from aileron.core.errors import AileronError, InvalidInput
from aileron.graph.pipeline import Graph
from aileron.lifecycle import compile_lifecycle, load_lifecycle


def graph_of(workspace: Workspace, name: str = "fruit") -> Graph:
    return compile_lifecycle(load_lifecycle(workspace.settings, name), workspace.settings)


def test_light_steps_share_a_task_and_effects_stand_alone(workspace: Workspace) -> None:
    tasks = {name: [n.name for n in nodes] for name, nodes in graph_of(workspace).tasks()}
    assert tasks == {
        "ingest": ["ingest"],
        "version": ["version"],
        "learn": ["validate", "split", "train", "evaluate", "gate"],
        "track": ["track"],
        "register": ["register"],
        "bundle": ["package", "boot_check"],
        "release": ["release"],
    }


def test_nothing_is_published_before_the_gate_has_said_yes(workspace: Workspace) -> None:
    graph = graph_of(workspace)
    above: dict[str, set[str]] = {}
    for node in graph.ordered():
        above[node.name] = {n for up in node.upstream() for n in (up, *above[up])}
    for name in ("track", "register", "package", "boot_check", "release"):
        assert "gate" in above[name]
    assert "validate" in above["train"]


def test_configs_are_complete_with_the_steps_defaults(workspace: Workspace) -> None:
    train = graph_of(workspace).node("train")
    assert train.step == "train.logistic_regression"
    assert train.config["C"] == 0.5
    assert train.config["max_iter"] == 1000


def test_an_approval_stands_before_the_release(workspace: Workspace) -> None:
    workspace.edit("fruit", "gate:", "approve: true\ngate:")
    graph = graph_of(workspace)
    assert graph.node("release").inputs["approval"] == "approve.record"
    assert "boot_check" in graph.node("approve").upstream()


def test_without_a_release_the_graph_ends_with_the_boot_check(workspace: Workspace) -> None:
    workspace.edit("fruit", "gate:", "release: false\ngate:")
    assert {"release", "approve"}.isdisjoint(n.name for n in graph_of(workspace).nodes)


def test_without_a_package_the_graph_ends_with_the_registration(workspace: Workspace) -> None:
    workspace.edit("fruit", "gate:", "package: false\nrelease: false\ngate:")
    assert [name for name, _ in graph_of(workspace).tasks()] == [
        "ingest", "version", "learn", "track", "register",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("C: 0.5", "c: 0.5", r"fruit\.yaml:7: .*train\.parameters\.c; did you mean C"),
        ("C: 0.5", "C: -1", r"fruit\.yaml:7: train\.parameters\.C is -1"),
        ("logistic_regression", "logistic", r"fruit\.yaml:6: .*did you mean logistic_regression"),
        ("dataset: fruit", "dataset: fruits", r"fruit\.yaml:4: .*did you mean fruit"),
        ("{min: 0.6}", "{mim: 0.6}", r"fruit\.yaml:10: .*gate\.thresholds\.roc_auc\.mim"),
        ("gate:", "split: {test: 2}\ngate:", r"fruit\.yaml:8: split\.test is 2"),
        ("gate:", "package: false\ngate:", r"fruit\.yaml:8: .*release: false"),
        ("gate:", "runtime: {limits: {trin: {seconds: 5}}}\ngate:", "did you mean train"),
    ],
)
def test_a_wrong_value_is_named_where_it_stands(
    workspace: Workspace, old: str, new: str, sentence: str
) -> None:
    workspace.edit("fruit", old, new)
    with pytest.raises(AileronError, match=sentence):
        graph_of(workspace)


def test_limits_and_variables_reach_their_node(workspace: Workspace) -> None:
    runtime = "runtime: {limits: {train: {seconds: 5}}, env: {train: {OMP_NUM_THREADS: '1'}}}"
    workspace.edit("fruit", "gate:", f"{runtime}\ngate:")
    train = graph_of(workspace).node("train")
    assert train.limits.seconds == 5
    assert train.env == {"OMP_NUM_THREADS": "1"}


def test_what_makes_environments_is_told_where_packages_come_from(workspace: Workspace) -> None:
    graph = graph_of(workspace)
    told = {node.name for node in graph.nodes if "UV_DEFAULT_INDEX" in node.inherits}
    assert told == {"package", "boot_check"}
    assert graph.node("train").inherits == ()


def test_the_workspaces_service_template_goes_into_the_package(workspace: Workspace) -> None:
    workspace.write("bento/table/service.py", "# mine\n")
    assert graph_of(workspace).node("package").config["template"] == "# mine\n"


PIPELINE = """\
apiVersion: aileron/v1
kind: Pipeline
name: prepare
sources: {table: {file: datasets/fruit/fruit.csv}}
form: [split]
nodes:
  - name: ingest
    step: data.ingest
    config: {name: fruit, target: kind, task: classification}
    inputs: {source: source:table}
  - name: split
    step: data.split
    config: {test: 0.3}
    inputs: {dataset: ingest.dataset}
"""


def test_a_pipeline_is_the_graph_it_says(workspace: Workspace) -> None:
    workspace.write("configs/pipelines/prepare.yaml", PIPELINE)
    graph = graph_of(workspace, "prepare")
    assert [n.name for n in graph.ordered()] == ["ingest", "split"]
    assert graph.node("split").config["validation"] == 0.2


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("data.split", "data.spilt", r"prepare\.yaml:12: .*did you mean data\.split"),
        ("test: 0.3", "tset: 0.3", r"prepare\.yaml:13: .*did you mean test"),
        ("config: {test: 0.3}", "inherits: [AILERON_LEDGER_URL]", r"prepare\.yaml:13: .*inherits"),
        ("ingest.dataset", "ingest.data", r"prepare\.yaml:6: .*did you mean dataset"),
        (
            "    step: data.split",
            "    steps: data.split",
            r"prepare\.yaml:12: .*nodes\.1\.steps; did you mean step",
        ),
    ],
)
def test_a_wrong_pipeline_is_named_where_it_stands(
    workspace: Workspace, old: str, new: str, sentence: str
) -> None:
    workspace.write("configs/pipelines/prepare.yaml", PIPELINE.replace(old, new))
    with pytest.raises(InvalidInput, match=sentence):
        graph_of(workspace, "prepare")
