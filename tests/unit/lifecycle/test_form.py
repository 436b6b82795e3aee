"""The trigger form is flat, typed, and says nothing that the user did not say."""

import pytest
from jsonschema import Draft202012Validator
from plugins.workspaces import Workspace

from aileron.core.errors import InvalidInput
from aileron.lifecycle import compile_lifecycle, form_parameters, load_lifecycle, resolved_workflow
from aileron.lifecycle.form import simplified

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
    inputs: {dataset: ingest.dataset}
"""


def form(workspace: Workspace, name: str = "fruit") -> dict[str, dict[str, object]]:
    return form_parameters(load_lifecycle(workspace.settings, name))


def test_the_algorithms_parameters_stand_flat_with_type_range_and_default(
    workspace: Workspace,
) -> None:
    field = form(workspace)["C"]
    assert (field["type"], field["default"], field["exclusiveMinimum"]) == ("number", 0.5, 0)
    assert field["description"]


def test_a_closed_set_is_a_choice_and_an_optional_one_may_be_null(workspace: Workspace) -> None:
    field = form(workspace)["class_weight"]
    assert field["enum"] == ["balanced", None]
    assert field["type"] == ["string", "null"]


def test_every_default_satisfies_its_own_schema(workspace: Workspace) -> None:
    workspace.edit("fruit", "gate:", "split: {test: 0.25}\ngate:")
    for algorithm in ("logistic_regression", "xgboost"):
        for name, schema in form(workspace).items():
            errors = list(Draft202012Validator(schema).iter_errors(schema["default"]))
            assert not errors, (algorithm, name, errors)
        if algorithm != "xgboost":
            workspace.edit("fruit", "logistic_regression\n  parameters: {C: 0.5}", "xgboost")


def test_thresholds_of_the_gate_are_fields(workspace: Workspace) -> None:
    assert form(workspace)["gate_thresholds_roc_auc_min"]["default"] == 0.6


def test_the_form_can_force_seed_and_replace_the_algorithm(workspace: Workspace) -> None:
    assert {"force", "seed", "set", "algorithm_override"} <= form(workspace).keys()


def resolved(workspace: Workspace, **values: object) -> dict[str, object]:
    workflow = resolved_workflow(workspace.settings, "fruit", **values)  # type: ignore[arg-type]
    graph = compile_lifecycle(workflow, workspace.settings)
    return {
        "step": graph.node("train").step,
        "config": graph.node("train").config,
        "gate": graph.node("gate").config,
        "origin": workflow.document.where(("train", "parameters", "C")),
        "seed": workflow.spec.seed,
    }


def test_a_form_left_alone_changes_nothing(workspace: Workspace) -> None:
    untouched = {name: field["default"] for name, field in form(workspace).items()}
    assert resolved(workspace, form=untouched) == resolved(workspace)
    assert str(resolved(workspace, form=untouched)["origin"]).endswith("fruit.yaml:7")


def test_a_changed_field_wins_over_the_file_and_set_wins_over_the_form(
    workspace: Workspace,
) -> None:
    one = resolved(workspace, form={"C": 2.0, "gate_thresholds_roc_auc_min": 0.7})
    assert one["config"]["C"] == 2.0  # type: ignore[index]
    assert one["gate"]["thresholds"]["roc_auc"]["min"] == 0.7  # type: ignore[index]
    assert one["origin"] == "form"
    two = resolved(workspace, form={"C": 2.0}, overrides={"train.parameters.C": 3.0, "seed": 5})
    assert (two["config"]["C"], two["seed"], two["origin"]) == (3.0, 5, "--set")  # type: ignore[index]


def test_set_may_also_come_through_the_form(workspace: Workspace) -> None:
    assert resolved(workspace, form={"set": {"seed": 9}})["seed"] == 9


@pytest.mark.parametrize(
    "values",
    [
        {"form": {"algorithm_override": {"algorithm": "xgboost", "parameters": {"max_depth": 3}}}},
        {"overrides": {"train.algorithm": "xgboost", "train.parameters.max_depth": 3}},
    ],
)
def test_another_algorithm_does_not_inherit_the_first_ones_parameters(
    workspace: Workspace, values: dict[str, object]
) -> None:
    other = resolved(workspace, **values)
    assert other["step"] == "train.xgboost"
    assert other["config"]["max_depth"] == 3  # type: ignore[index]


def test_a_form_field_of_the_old_algorithm_is_dropped_with_it(workspace: Workspace) -> None:
    other = resolved(workspace, form={"C": 2.0, "algorithm_override": {"algorithm": "xgboost"}})
    assert other["step"] == "train.xgboost"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"form": {"CC": 1}}, "form has no field CC"),
        ({"form": {"C": -1}}, r"form: train\.parameters\.C is -1"),
        ({"form": {"algorithm_override": {"parameters": {}}}}, "algorithm"),
        ({"form": {"algorithm_override": {"algorithm": "xgbost"}}}, "did you mean xgboost"),
        ({"overrides": {"train.parameters.c": 1}}, "--set: .*did you mean C"),
        ({"overrides": {"name.x": 1}}, "--set"),
        ({"overrides": {"seed": 1, "seed.x": 1}}, r"seed\.x"),
    ],
)
def test_what_does_not_fit_is_refused_by_where_it_was_said(
    workspace: Workspace, values: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        resolved(workspace, **values)


def test_a_pipelines_form_asks_for_the_nodes_it_names(workspace: Workspace) -> None:
    workspace.write("configs/pipelines/prepare.yaml", PIPELINE)
    assert form(workspace, "prepare")["split_test"]["default"] == 0.2
    workflow = resolved_workflow(workspace.settings, "prepare", form={"split_test": 0.4})
    graph = compile_lifecycle(workflow, workspace.settings)
    assert graph.node("split").config["test"] == 0.4


def test_references_in_a_schema_are_resolved() -> None:
    definitions = {"Kind": {"enum": ["a", "b"], "type": "string"}}
    schema = {"anyOf": [{"$ref": "#/$defs/Kind"}, {"type": "null"}], "title": "K"}
    assert simplified(schema, definitions) == {
        "enum": ["a", "b", None],
        "type": ["string", "null"],
        "title": "K",
    }
