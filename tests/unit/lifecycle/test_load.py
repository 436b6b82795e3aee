"""Workflows are found and read; what is wrong is said with file, line and a better word."""

import pytest
from plugins.workspaces import Workspace

from aileron.core.errors import InvalidInput, NotFound
from aileron.lifecycle import Lifecycle, list_lifecycles, load_lifecycle

ENVIRONMENT = """\
apiVersion: aileron/v1
kind: Environment
name: {name}
values:
  runtime: {{retries: 7}}
  train: {{parameters: {{C: 9.0, max_iter: 50}}}}
"""


def load(workspace: Workspace) -> Lifecycle:
    loaded = load_lifecycle(workspace.settings, "fruit")
    assert isinstance(loaded, Lifecycle)
    return loaded


def test_a_lifecycle_is_read_with_names_from_its_own_name(workspace: Workspace) -> None:
    spec = load(workspace).spec
    assert (spec.model, spec.service, spec.project) == ("fruit", "fruit", "default")
    assert spec.approve is None


def test_a_misspelt_field_is_named_with_its_line_and_the_right_word(workspace: Workspace) -> None:
    workspace.edit("fruit", "gate:", "gates:")
    with pytest.raises(InvalidInput, match=r"fruit\.yaml:8: .*gates.*did you mean gate"):
        load(workspace)


@pytest.mark.parametrize(
    ("written", "approved", "released"),
    [
        ("approve: true", True, True),
        ("approve: {subject: Go}", True, True),
        ("approve: false\nrelease: false", False, False),
        ("release: {service: other}", False, True),
    ],
)
def test_approve_and_release_are_switches_or_sections(
    workspace: Workspace, written: str, approved: bool, released: bool
) -> None:
    workspace.edit("fruit", "gate:", f"{written}\ngate:")
    spec = load(workspace).spec
    assert (spec.approve is not None, spec.release is not None) == (approved, released)


@pytest.mark.parametrize(
    ("schedule", "sentence"),
    [
        ("'* * *'", "cron"),
        ("{datasets: []}", "one of them"),
        ("{cron: '@daily', datasets: [a]}", "one of them"),
    ],
)
def test_a_schedule_that_means_nothing_is_refused(
    workspace: Workspace, schedule: str, sentence: str
) -> None:
    workspace.edit("fruit", "gate:", f"schedule: {schedule}\ngate:")
    with pytest.raises(InvalidInput, match=rf"fruit\.yaml:8: .*{sentence}"):
        load(workspace)


def test_the_name_must_be_the_files(workspace: Workspace) -> None:
    workspace.edit("fruit", "name: fruit", "name: vegetable")
    with pytest.raises(InvalidInput, match=r"fruit\.yaml:3: .*vegetable"):
        load(workspace)


def test_an_unknown_lifecycle_is_answered_with_the_nearest_name(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="did you mean fruit"):
        load_lifecycle(workspace.settings, "fruits")


def test_a_lifecycle_and_a_pipeline_cannot_share_a_name(workspace: Workspace) -> None:
    workspace.write("configs/pipelines/fruit.yaml", "kind: Pipeline")
    with pytest.raises(InvalidInput, match="both named fruit"):
        list_lifecycles(workspace.settings)


def test_the_default_environment_lies_under_the_lifecycle(workspace: Workspace) -> None:
    path = workspace.write("configs/environments/default.yaml", ENVIRONMENT.format(name="default"))
    loaded = load(workspace)
    assert loaded.spec.runtime.retries == 7
    assert loaded.spec.train.parameters == {"C": 0.5, "max_iter": 50}
    assert loaded.document.where(("runtime", "retries")) == f"{path}:5"
    assert loaded.document.where(("train", "parameters", "C")).endswith("fruit.yaml:7")


def test_another_environment_is_chosen_by_name(workspace: Workspace) -> None:
    workspace.write("configs/environments/big.yaml", ENVIRONMENT.format(name="big"))
    settings = workspace.settings.model_copy(update={"overlay": "big"})
    assert load_lifecycle(settings, "fruit").spec.runtime.retries == 7
    assert load_lifecycle(workspace.settings, "fruit").spec.runtime.retries == 1


def test_an_environment_that_is_named_and_missing_is_an_error(workspace: Workspace) -> None:
    settings = workspace.settings.model_copy(update={"overlay": "bigg"})
    with pytest.raises(NotFound, match="bigg"):
        load_lifecycle(settings, "fruit")


def test_an_environment_may_only_say_what_a_lifecycle_may(workspace: Workspace) -> None:
    text = ENVIRONMENT.format(name="default").replace("runtime:", "runtimes:")
    workspace.write("configs/environments/default.yaml", text)
    with pytest.raises(InvalidInput, match=r"default\.yaml:5: .*did you mean runtime"):
        load(workspace)
