"""The work on datasets has workflows that nobody writes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from plugins.workspaces import Workspace

from aileron.core.errors import AileronError, Conflict, InvalidInput
from aileron.data.definition import load_definition
from aileron.lifecycle import (
    compile_lifecycle,
    lint,
    list_lifecycles,
    list_workflows,
    load_lifecycle,
    resolved_workflow,
)
from aileron.lifecycle.defining import define
from aileron.lifecycle.form import form_parameters
from aileron.lifecycle.layers import Layer
from aileron.lifecycle.shape import shape
from aileron.lifecycle.work_graphs import operations
from aileron.lifecycle.workflow import Import


def test_each_defined_dataset_has_an_import(workspace: Workspace) -> None:
    assert list_lifecycles(workspace.settings) == ["fruit"]
    found = list_workflows(workspace.settings)
    assert found[0] == "fruit"
    assert {"dataset_export", "dataset_operation", "import_fruit", "custom_job"} <= {*found}


def test_an_import_reads_versions_validates_and_profiles(workspace: Workspace) -> None:
    tasks = shape(workspace.settings, "import_fruit").tasks
    assert [(task.name, task.nodes, task.upstream) for task in tasks] == [
        ("ingest", ("ingest",), ()),
        ("version", ("version",), ("ingest",)),
        ("check", ("validate", "profile"), ("ingest",)),
    ]
    assert [task.versions for task in tasks] == [False, True, False]


def test_what_a_definition_says_of_its_import_is_the_runs_own(workspace: Workspace) -> None:
    file = workspace.folder / "datasets/fruit/dataset.yaml"
    with file.open("a", encoding="utf-8") as text:
        text.write("import: {schedule: '@daily', retries: 3, hours: 0.5, project: orchard}\n")
    made = shape(workspace.settings, "import_fruit")
    assert made.dag_id == "orchard__import_fruit"
    assert made.schedule is not None
    assert made.schedule.cron == "@daily"
    assert made.runtime.retries == 3
    graph = compile_lifecycle(
        load_lifecycle(workspace.settings, "import_fruit"), workspace.settings
    )
    assert graph.node("ingest").limits.seconds == 1800
    assert "import" not in graph.node("ingest").config


def test_a_schedule_that_is_none_is_refused_with_its_line(workspace: Workspace) -> None:
    file = workspace.folder / "datasets/fruit/dataset.yaml"
    with file.open("a", encoding="utf-8") as text:
        text.write("import: {schedule: now and then}\n")
    with pytest.raises(InvalidInput, match=r"dataset\.yaml:7.*cron"):
        load_lifecycle(workspace.settings, "import_fruit")


def test_the_form_of_an_import_asks_for_the_definitions_values(workspace: Workspace) -> None:
    form = form_parameters(load_lifecycle(workspace.settings, "import_fruit"))
    assert {"format", "encoding", "target", "force"} <= form.keys()
    assert not {"name", "seed"} & form.keys()


def test_an_import_adds_if_the_form_or_the_command_says_so(workspace: Workspace) -> None:
    form = form_parameters(load_lifecycle(workspace.settings, "import_fruit"))
    assert form["mode"]["enum"] == ["replace", "append"]
    said: tuple[dict[str, dict[str, str]], ...] = (
        {"form": {"mode": "append"}}, {"overrides": {"import.mode": "append"}},
    )  # fmt: skip
    for values in said:
        asked = resolved_workflow(workspace.settings, "import_fruit", **values)
        assert isinstance(asked, Import)
        assert asked.dataset.definition.import_.mode == "append"
        assert asked.before is None


def test_the_form_of_an_operation_offers_those_that_are_installed(workspace: Workspace) -> None:
    form = form_parameters(load_lifecycle(workspace.settings, "dataset_operation"))
    offered = set(form["operation"]["enum"])
    assert offered == set(operations())
    assert {"merge", "sample", "filter", "relabel", "resplit", "dedupe", "compact"} <= offered


def test_an_operation_is_one_component_and_a_version(workspace: Workspace) -> None:
    tasks = shape(workspace.settings, "dataset_operation").tasks
    assert [(task.name, task.kind, task.versions) for task in tasks] == [
        ("operate", "component", False),
        ("version", "effect", True),
    ]
    assert [t.name for t in shape(workspace.settings, "dataset_export").tasks] == ["export"]


def test_a_lifecycle_cannot_take_the_name_of_such_work(workspace: Workspace) -> None:
    workspace.lifecycle("import_fruit", "apiVersion: aileron/v1\n")
    with pytest.raises(InvalidInput, match="work on datasets"):
        list_lifecycles(workspace.settings)


def test_a_source_that_is_not_there_is_a_finding(workspace: Workspace) -> None:
    (workspace.folder / "datasets/fruit/fruit.csv").unlink()
    (finding,) = lint(workspace.settings, "import_fruit")
    assert finding.severity == "error"
    assert "fruit.csv" in str(finding)


UPLOADED = {
    "apiVersion": "aileron/v1",
    "kind": "Dataset",
    "name": "kiwis",
    "display_name": "猕猴桃",
    "source": {"url": "https://data.example/kiwis.csv"},
    "target": "kind",
    "task": "classification",
}


def test_a_definition_from_afar_becomes_a_file_that_people_can_edit(workspace: Workspace) -> None:
    made = define(workspace.settings, UPLOADED)
    folder = workspace.folder / "datasets" / "kiwis"
    assert load_definition(folder) == made
    assert yaml.safe_load((folder / "dataset.yaml").read_text(encoding="utf-8")) == UPLOADED
    with pytest.raises(Conflict, match="kiwis"):
        define(workspace.settings, UPLOADED)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"source": {"file": "/etc/passwd"}}, "path of the server"),
        ({"name": "../kiwis"}, "kiwis"),
        ({"target": 7}, "target"),
        ({"colour": "green"}, "colour"),
    ],
)
def test_a_definition_that_cannot_be_is_not_written(
    workspace: Workspace, changed: dict[str, object], says: str
) -> None:
    before = _files(workspace.folder)
    with pytest.raises(AileronError, match=says):
        define(workspace.settings, {**UPLOADED, **changed})
    assert _files(workspace.folder) == before


def _files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_a_lifecycle_of_a_version_imports_nothing(workspace: Workspace) -> None:
    workspace.edit("fruit", "dataset: fruit\n", "dataset: few_fruit\ndataset_version: 3\n")
    graph = compile_lifecycle(load_lifecycle(workspace.settings, "fruit"), workspace.settings)
    names = [node.name for node in graph.nodes]
    assert "ingest" not in names
    assert graph.node("train").inputs["dataset"] == "dataset:few_fruit@v3"
    assert lint(workspace.settings, "fruit") == []
    workspace.edit("fruit", "dataset_version: 3", "dataset_version: latest")
    graph = compile_lifecycle(load_lifecycle(workspace.settings, "fruit"), workspace.settings)
    assert graph.node("split").inputs["dataset"] == "dataset:few_fruit"


def test_a_new_version_of_an_import_may_start_a_lifecycle_that_reads_it(
    workspace: Workspace,
) -> None:
    starts = "dataset: fruit\nschedule: {datasets: [fruit]}\n"
    workspace.edit("fruit", "dataset: fruit\n", starts)
    (finding,) = lint(workspace.settings, "fruit")
    assert finding.error.message_id == "lifecycle.triggers_itself"
    workspace.edit("fruit", "dataset: fruit\n", "dataset: fruit\ndataset_version: latest\n")
    assert lint(workspace.settings, "fruit") == []


def test_the_import_of_no_dataset_says_which_there_are(workspace: Workspace) -> None:
    with pytest.raises(AileronError, match="did you mean fruit") as caught:
        load_lifecycle(workspace.settings, "import_friut")
    assert caught.value.message_id == "data.unknown_dataset"


@pytest.mark.parametrize("operation", ["merge", "join_table"])
def test_an_operation_is_told_only_what_it_knows(workspace: Workspace, operation: str) -> None:
    values = {"operation": operation, "dataset": "fruit", "version": 1, "other": "fruit@v2"}
    values["options"] = {"keys": {"weight": "weight"}} if operation == "join_table" else {}
    work = load_lifecycle(workspace.settings, "dataset_operation", [Layer("--set", values)])
    node = compile_lifecycle(work, workspace.settings).node("operate")
    assert node.config["parent"] == "default/fruit@v1"
    assert node.inputs["other"] == "dataset:fruit@v2"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("import_fruit", {"source.file": "/etc/passwd"}),
        ("import_fruit", {"source": {"file": "/etc/passwd"}}),
        ("dataset_operation", {"sources": {"changes": {"file": "/etc/passwd"}}}),
        ("rows", {"sources.rows.file": "/etc/passwd"}),
    ],
)
def test_who_starts_a_run_names_no_file_of_the_server(
    workspace: Workspace, name: str, values: dict[str, object]
) -> None:
    workspace.write(
        "configs/pipelines/rows.yaml",
        "apiVersion: aileron/v1\nkind: Pipeline\nname: rows\nsources: {rows: {file: a.csv}}\n"
        "nodes:\n  - {name: read, step: data.ingest, inputs: {source: 'source:rows'},\n"
        "     config: {name: rows, target: kind, task: classification}}\n",
    )
    for given in ({"overrides": values}, {"form": {"set": values}}):
        with pytest.raises(InvalidInput, match="path of the server"):
            resolved_workflow(workspace.settings, name, **given)  # type: ignore[arg-type]
