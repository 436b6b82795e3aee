"""Algorithms of one's own in lifecycles: named like preset ones, run as jobs."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugins.workspaces import Workspace

from aileron.core.errors import AileronError, InvalidInput
from aileron.lifecycle import lint
from aileron.lifecycle.compiler import compile_lifecycle
from aileron.lifecycle.form import form_fields
from aileron.lifecycle.library import unmet_points
from aileron.lifecycle.load import load_lifecycle

ALGORITHM = """\
apiVersion: aileron/v1
kind: Algorithm
name: stumps
display_name: 决策桩
modality: table
tasks: [classification]
command: python train.py
framework: xgboost
hours: 2
env: {STUMPS: "1"}
parameters:
  - {name: rounds, type: integer, default: 10, minimum: 1, maximum: 100}
  - {name: loss, type: string, default: log, choices: [log, hinge]}
  - {name: rate, type: number}
serving: {module: serve.py, requirements: [xgboost==3.2.0]}
"""
SERVE = """\
class PredictWrapper:
    def __init__(self, model_dir): ...
    def predict(self, request): ...
"""
PLACE = "configs/algorithms/stumps"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path)
    workspace.write(f"{PLACE}/algorithm.yaml", ALGORITHM)
    workspace.write(f"{PLACE}/code/train.py", "print('accuracy=0.9')\n")
    workspace.write(f"{PLACE}/code/serve.py", SERVE)
    workspace.edit("fruit", "algorithm: logistic_regression", "algorithm: stumps")
    workspace.edit("fruit", "{C: 0.5}", "{rounds: 20}")
    return workspace


def broken(workspace: Workspace, old: str, new: str) -> list[str]:
    """The unmet points after the document was changed."""
    workspace.write(f"{PLACE}/algorithm.yaml", ALGORITHM.replace(old, new))
    return [str(point) for point in unmet_points(workspace.folder, "stumps")]


def test_one_that_is_named_is_the_job_that_trains(workspace: Workspace) -> None:
    workflow = load_lifecycle(workspace.settings, "fruit")
    train = compile_lifecycle(workflow, workspace.settings).node("train")
    assert train.step == "train.job"
    assert train.config["command"] == "python train.py"
    assert train.config["parameters"] == {"rounds": 20, "loss": "log"}
    assert train.limits.seconds == 7200
    assert train.config["env"] == {"STUMPS": "1"}


def test_a_parameter_that_does_not_fit_is_refused_with_its_line(workspace: Workspace) -> None:
    workspace.edit("fruit", "{rounds: 20}", "{rounds: 200}")
    with pytest.raises(InvalidInput, match=r"fruit\.yaml:7.*rounds.*less than or equal to 100"):
        load_lifecycle(workspace.settings, "fruit")
    workspace.edit("fruit", "{rounds: 200}", "{round: 2}")
    with pytest.raises(InvalidInput, match="did you mean rounds"):
        load_lifecycle(workspace.settings, "fruit")


def test_its_parameters_are_fields_of_the_form(workspace: Workspace) -> None:
    fields = {field.name: field for field in form_fields(load(workspace))}
    assert fields["rounds"].schema["default"] == 20
    assert fields["rounds"].schema["maximum"] == 100
    assert fields["loss"].schema["enum"] == ["log", "hinge"]
    assert fields["rounds"].schema["section"] == "Training (决策桩)"
    assert fields["rate"].path == "train.parameters.rate"


def load(workspace: Workspace):
    return load_lifecycle(workspace.settings, "fruit")


def test_what_it_does_not_learn_from_is_told(workspace: Workspace) -> None:
    workspace.write(
        f"{PLACE}/algorithm.yaml", ALGORITHM.replace("[classification]", "[regression]")
    )
    (found,) = [str(one) for one in lint(workspace.settings, "fruit")]
    assert "stumps is for regression, and dataset fruit is for classification" in found


def test_a_sound_one_has_no_findings(workspace: Workspace) -> None:
    assert lint(workspace.settings, "fruit") == []
    assert unmet_points(workspace.folder, "stumps") == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("python train.py", "python other.py", "`command` names other.py"),
        ("serve.py", "server.py", "`serving.module` names server.py"),
        ("xgboost==3.2.0", "xgboost>=3", "xgboost>=3"),
        ('train.py"', "train.py", ""),
    ],
    ids=["command", "module", "unpinned", "sound"],
)
def test_each_unmet_point_is_named(workspace: Workspace, old: str, new: str, said: str) -> None:
    points = broken(workspace, old, new)
    assert [said in point for point in points] == ([True] if said else [])


def test_all_unmet_points_are_named_at_once(workspace: Workspace) -> None:
    workspace.write(f"{PLACE}/code/train.py", "print(")
    workspace.write(f"{PLACE}/code/serve.py", "def model_fn(folder): ...\n")
    points = [str(point) for point in unmet_points(workspace.folder, "stumps")]
    assert len(points) == 2
    assert "code/train.py is no Python" in points[0]
    assert "input_fn" in points[1]


def test_code_that_is_not_there_is_the_only_point(workspace: Workspace) -> None:
    for path in (workspace.folder / PLACE / "code").iterdir():
        path.unlink()
    (point,) = unmet_points(workspace.folder, "stumps")
    assert point.message_id == "train.job.algorithm_without_code"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("default: 10", "default: 0", "0 is out of bounds"),
        ("default: log", "default: other", "'other' is not one of the choices"),
        ("default: 10", "default: 1.5", "1.5 is no integer"),
        ("maximum: 100", "maximum: 0", "`minimum` is above `maximum`"),
        ("name: rate, type: number", "name: loss, type: number", "loss is there twice"),
        ("type: number}", "type: number, required: true, default: 1}", "has no default"),
        ("type: string, default: log", "type: string, minimum: 1, default: log", "of numbers"),
    ],
)
def test_a_document_that_contradicts_itself_is_refused(
    workspace: Workspace, old: str, new: str, said: str
) -> None:
    workspace.write(f"{PLACE}/algorithm.yaml", ALGORITHM.replace(old, new))
    with pytest.raises(AileronError, match=said):
        load(workspace)


def test_what_is_required_must_be_given(workspace: Workspace) -> None:
    required = ALGORITHM.replace(
        "name: rate, type: number", "name: rate, type: number, required: true"
    )
    workspace.write(f"{PLACE}/algorithm.yaml", required)
    with pytest.raises(InvalidInput, match="rate"):
        load(workspace)


def test_a_folder_of_another_name_is_told(workspace: Workspace) -> None:
    workspace.write(f"{PLACE}/algorithm.yaml", ALGORITHM.replace("name: stumps", "name: trees"))
    with pytest.raises(InvalidInput, match="says the name trees, and its folder is stumps"):
        load(workspace)
