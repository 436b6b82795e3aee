"""Jobs as workflows: their shapes, their plans' nodes, and what they may name of this machine."""

from __future__ import annotations

from typing import Any

import pytest
from plugins.workspaces import POOL, Workspace

from aileron.core.errors import AileronError, InvalidInput, NotFound, Refused
from aileron.core.names import JOB, JOB_IN_PODS
from aileron.graph.pipeline import Graph
from aileron.lifecycle import compile_lifecycle, resolved_workflow
from aileron.lifecycle.findings import refuse
from aileron.lifecycle.shape import shape
from aileron.lifecycle.versions import pinned

CODE = {"folder": "code"}


@pytest.fixture
def space(workspace: Workspace) -> Workspace:
    workspace.write("code/train.py", "print('hello')\n")
    return workspace


def graph(space: Workspace, name: str = JOB, **values: Any) -> Graph:
    asked = resolved_workflow(space.settings, name, overrides={"command": "true", **values})
    refuse(space.settings, asked)
    return compile_lifecycle(asked, space.settings)


@pytest.mark.parametrize(("name", "kind"), [(JOB, "component"), (JOB_IN_PODS, "pod")])
def test_the_tasks_are_known_before_anybody_says_what_runs(
    space: Workspace, name: str, kind: str
) -> None:
    made = shape(space.settings, name)
    assert [(task.name, task.kind) for task in made.tasks] == [("job", kind), ("track", "effect")]
    assert {"command", "code", "train_data", "seed", "force"} <= made.parameters.keys()
    assert ("resources" in made.parameters) == (name == JOB_IN_PODS)


def test_the_node_has_all_that_was_asked_for(space: Workspace) -> None:
    node = graph(
        space,
        job="first",
        code=CODE,
        train_data={"dataset": "fruit@v2", "part": "train", "format": "jsonl"},
        env={"A": "b"},
        hours=0.5,
        memory_mb=512,
        nodes=2,
    ).node("job")
    assert node.inputs == {"code": "source:code", "train_dataset": "dataset:fruit@v2"}
    assert node.config["train_data"] == {"part": "train", "format": "jsonl"}
    assert (node.config["job"], node.config["env"], node.config["nodes"]) == (
        "first",
        {"A": "b"},
        2,
    )
    assert (node.limits.seconds, node.limits.memory_mb, node.nodes) == (1800, 512, 1)


def test_pool_size_and_image_are_the_runs_own(space: Workspace) -> None:
    space.pool_file(POOL)
    resources = {"pool": "shared", "size": "cpu-2x4", "image": "localhost/mine:1"}
    node = graph(space, JOB_IN_PODS, resources=resources).node("job")
    assert node.placement is not None
    assert (node.placement.image, node.placement.size) == ("localhost/mine:1", "cpu-2x4")
    with pytest.raises(InvalidInput, match="quota"):
        graph(space, JOB_IN_PODS, code=CODE, resources={"pool": "shared"}, nodes=4)


def test_a_job_starts_in_the_workflow_of_its_runner(space: Workspace) -> None:
    with pytest.raises(InvalidInput, match="custom_job_pods"):
        graph(space, runner="kubernetes", code=CODE, resources={"pool": "shared"})


def test_nothing_to_run_is_no_job(space: Workspace) -> None:
    with pytest.raises(InvalidInput, match="command"):
        pinned(space.settings, resolved_workflow(space.settings, JOB))


@pytest.mark.parametrize(
    "path",
    ["/etc", "../outside", "code/../../outside", ".aileron", ".", "", "~", "code/.git", "linked"],
)
def test_nothing_outside_the_workspace_can_be_named(space: Workspace, path: str) -> None:
    (space.folder.parent / "outside").mkdir()
    (space.folder / "linked").symlink_to(space.folder.parent / "outside")
    (space.folder / ".aileron").mkdir(exist_ok=True)
    for values in ({"code": {"folder": path}}, {"code": CODE, "train_data": {"folder": path}}):
        with pytest.raises(InvalidInput, match="workspace"):
            graph(space, **values)


def test_state_that_lies_openly_in_the_workspace_cannot_be_named_either(space: Workspace) -> None:
    settings = space.settings.model_copy(update={"home": space.folder / "state" / "home"})
    (settings.home / "below").mkdir(parents=True)
    for path in ("state", "state/home", "state/home/below"):
        asked = resolved_workflow(
            settings, JOB, overrides={"command": "true", "code": {"folder": path}}
        )
        with pytest.raises(InvalidInput, match="workspace"):
            refuse(settings, asked)


def test_what_is_in_configs_is_a_lifecycles_to_name_and_no_jobs(space: Workspace) -> None:
    space.write("configs/algorithms/secret/code/train.py", "print(1)")
    space.write("configs/repository/HEAD", "ref: refs/heads/main\n")
    (space.folder / "configs/repository/objects").mkdir()
    for values in (
        {"code": {"folder": "configs/algorithms/secret/code"}},
        {"code": {"folder": ".//configs"}},
        {"code": {"git": {"url": "configs/repository"}}},
        {"code": CODE, "train_data": {"folder": "configs/lifecycles/fruit.yaml"}},
    ):
        with pytest.raises(Refused, match="another's alone"):
            graph(space, **values)
    space.lifecycle("fruit", LIFECYCLE.replace("folder: code", "folder: configs/algorithms"))
    refuse(space.settings, resolved_workflow(space.settings, "fruit"))


def test_a_link_below_is_told_of(space: Workspace) -> None:
    (space.folder / "code" / "users").symlink_to("/etc/passwd")
    with pytest.raises(InvalidInput, match=r"code/users is a link"):
        graph(space, code=CODE)


def test_what_is_not_there_is_said_before_the_run(space: Workspace) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        graph(space, code={"folder": "nowhere"})
    with pytest.raises(AileronError, match="upload"):
        graph(space, code={"upload": "0" * 32})
    with pytest.raises(InvalidInput):
        graph(space, code={"upload": "../../etc"})


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c id", "file:///etc", "ssh://host/x", "git@host:x", "/etc", "../x", "-u",
        "https://me:secret@host/x", "https://", "http://host/a b", "code",
    ],
)  # fmt: skip
def test_repositories_are_of_the_web_or_the_workspace(space: Workspace, url: str) -> None:
    with pytest.raises(AileronError) as caught:
        graph(space, code={"git": {"url": url}})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("revision", ["--upload-pack=id", "a..b", "", "a b", "a:b"])
def test_a_revision_is_a_name(space: Workspace, revision: str) -> None:
    with pytest.raises(InvalidInput, match="revision"):
        graph(space, code={"git": {"url": "https://host/x", "revision": revision}})


LIFECYCLE = """\
apiVersion: aileron/v1
kind: Lifecycle
name: fruit
dataset: fruit
train:
  job: {command: python train.py, framework: xgboost, code: {folder: code}, parameters: {depth: 3}}
package: false
release: false
"""


def test_own_code_stands_in_for_an_algorithm(space: Workspace) -> None:
    space.lifecycle("fruit", LIFECYCLE)
    made = compile_lifecycle(resolved_workflow(space.settings, "fruit"), space.settings)
    train, evaluate = made.node("train"), made.node("evaluate")
    assert (train.step, evaluate.step) == ("train.job", "evaluate.job")
    assert train.inputs == {
        "code": "source:code", "dataset": "ingest.dataset", "split": "split.split",
    }  # fmt: skip
    assert train.limits.grace_seconds == 600


def test_variables_of_own_code_are_its_commands(space: Workspace) -> None:
    """Whatever their names: those of a store's access, too, are its own and not the step's."""
    env = "runtime: {env: {train: {AWS_REGION: here}}}\n"
    space.lifecycle("fruit", LIFECYCLE + env)
    made = compile_lifecycle(resolved_workflow(space.settings, "fruit"), space.settings)
    assert (made.node("train").config["env"], made.node("train").env) == (
        {"AWS_REGION": "here"},
        {},
    )


def test_a_run_chooses_parameters_and_never_the_code(space: Workspace) -> None:
    space.lifecycle("fruit", LIFECYCLE)
    values = {"train.job.parameters.depth": 4}
    asked = resolved_workflow(space.settings, "fruit", overrides=values)
    node = compile_lifecycle(asked, space.settings).node("train")
    assert node.config["parameters"] == {"depth": 4}
    for field, value in {
        "train.job.command": "id",
        "train.job.code": {"folder": "other"},
        "train.job": None,
        "train.job.serving.module": "x.py",
    }.items():
        with pytest.raises(InvalidInput, match="Change the file"):
            resolved_workflow(space.settings, "fruit", overrides={field: value})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("framework: xgboost, ", "", "needs a model"),
        ("package: false\nrelease: false\n", "", "needs `serving`"),
        ("job: {", "algorithm: xgboost\n  job: {", "one of them"),
        ("job: {", "parameters: {C: 1}\n  job: {", "of an algorithm"),
        ("folder: code", "folder: /etc", "workspace"),
        (
            "package: false",
            "runtime: {env: {train: {AILERON_HOME: x}}}\npackage: false",
            "the platform",
        ),
    ],
)
def test_a_lifecycle_of_own_code_says_whole_sentences(
    space: Workspace, old: str, new: str, said: str
) -> None:
    space.lifecycle("fruit", LIFECYCLE.replace(old, new))

    def load() -> None:
        asked = resolved_workflow(space.settings, "fruit")
        compile_lifecycle(asked, space.settings)
        refuse(space.settings, asked)

    with pytest.raises(InvalidInput, match=said):
        load()
