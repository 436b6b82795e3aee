"""A plan holds everything that a run will do, and where it was said."""

import os
import subprocess
from pathlib import Path

import pytest
from plugins.workspaces import Workspace

from aileron.core.errors import InvalidInput
from aileron.graph.plan import Plan
from aileron.lifecycle import parse_assignment, resolve
from aileron.lifecycle.planning import git_commit
from aileron.store import open_store


def plan_of(workspace: Workspace, **values: object) -> Plan:
    return resolve(workspace.settings, "fruit", run_id="default/fruit/1", actor="ann", **values)  # type: ignore[arg-type]


def test_the_plan_names_code_versions_environment_and_source(workspace: Workspace) -> None:
    plan = plan_of(workspace)
    steps = {node.step for node in plan.graph.nodes}
    assert plan.code.keys() == plan.step_versions.keys() == steps
    store = open_store(workspace.settings.store_root)
    assert store.read_bytes(plan.sources["dataset"], "fruit.csv").startswith(b"weight,")


def test_the_same_workspace_gives_the_same_plan(workspace: Workspace) -> None:
    assert plan_of(workspace) == plan_of(workspace)


def test_a_plan_survives_json(workspace: Workspace) -> None:
    plan = plan_of(workspace)
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


def test_a_changed_source_file_is_another_artifact_even_with_its_old_time(
    workspace: Workspace,
) -> None:
    before = plan_of(workspace).sources["dataset"]
    file = workspace.folder / "datasets/fruit/fruit.csv"
    times = file.stat()
    file.write_text(file.read_text().replace("pear", "kiwi"), encoding="utf-8")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert plan_of(workspace).sources["dataset"] != before


def test_a_source_that_the_store_has_lost_is_put_there_again(workspace: Workspace) -> None:
    plan = plan_of(workspace)
    store = open_store(workspace.settings.store_root)
    for path in Path(workspace.settings.store_root).rglob("*"):
        if path.is_file():
            path.unlink()
    assert not store.exists(plan.sources["dataset"])
    assert store.exists(plan_of(workspace).sources["dataset"])


def test_origins_name_file_and_line_form_set_and_default(workspace: Workspace) -> None:
    plan = plan_of(workspace, form={"tol": 0.5}, overrides={"seed": 3})
    assert plan.origins["train.parameters.C"].endswith("fruit.yaml:7")
    assert plan.origins["train.parameters.tol"] == "form"
    assert plan.origins["seed"] == "--set"
    assert plan.origins["train.parameters.max_iter"] == "default (train.logistic_regression)"
    assert plan.origins["ingest.target"].endswith("datasets/fruit/dataset.yaml:5")
    assert plan.origins["ingest.delimiter"] == "default (data.ingest)"


def test_force_comes_from_the_form_or_the_caller(workspace: Workspace) -> None:
    assert not plan_of(workspace).force
    assert plan_of(workspace, form={"force": True}).force
    assert plan_of(workspace, force=True).force


def test_what_lint_refuses_gets_no_plan(workspace: Workspace) -> None:
    with pytest.raises(InvalidInput, match="did you mean roc_auc"):
        plan_of(workspace, overrides={"evaluate.primary": "rocauc"})


def test_the_commit_of_the_workspace_is_recorded_and_says_if_files_differ(
    workspace: Workspace,
) -> None:
    folder = workspace.folder
    assert git_commit(folder) is None
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    commit = git_commit(folder)
    assert commit is not None
    assert len(commit) == 40
    workspace.edit("fruit", "0.6", "0.7")
    assert git_commit(folder) == f"{commit}-dirty"
    plan = plan_of(workspace)
    assert plan.git_commit == f"{commit}-dirty"


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("train.parameters.max_depth=3", ("train.parameters.max_depth", 3)),
        ("approve=true", ("approve", True)),
        ("release=", ("release", None)),
        ("gate.thresholds={roc_auc: {min: 0.9}}", ("gate.thresholds", {"roc_auc": {"min": 0.9}})),
        ("description=a: b: c", ("description", "a: b: c")),
        ("tags=[a, b=c]", ("tags", ["a", "b=c"])),
    ],
)
def test_an_assignment_is_read_as_yaml(text: str, parsed: tuple[str, object]) -> None:
    assert parse_assignment(text) == parsed


@pytest.mark.parametrize("text", ["seed", "=3"])
def test_a_text_that_assigns_nothing_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_assignment(text)
