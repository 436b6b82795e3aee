"""Shapes are read from disk while nothing changed, and made anew when anything did."""

from collections.abc import Iterator

import pytest
from plugins.workspaces import Workspace

from aileron.core.errors import AileronError, InvalidInput
from aileron.lifecycle import shape as module
from aileron.lifecycle.shape import Shape, last_shape, shape


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names of the workflows whose shape was really made."""
    names: list[str] = []
    original = module.shape_of

    def counted(workflow: module.Workflow, settings: module.Settings) -> Shape:
        names.append(workflow.name)
        return original(workflow, settings)

    monkeypatch.setattr(module, "shape_of", counted)
    return names  # type: ignore[return-value]


def test_an_unchanged_workflow_is_read_from_disk(workspace: Workspace, made: list[str]) -> None:
    first = shape(workspace.settings, "fruit")
    assert shape(workspace.settings, "fruit") == first
    assert made == ["fruit"]


@pytest.mark.parametrize(
    "file",
    [
        "configs/lifecycles/fruit.yaml",
        "configs/environments/default.yaml",
        "datasets/fruit/dataset.yaml",
        "datasets/fruit/expectations.yaml",
    ],
)
def test_a_change_of_any_file_behind_it_makes_it_anew(
    workspace: Workspace, made: list[str], file: str
) -> None:
    shape(workspace.settings, "fruit")
    path = workspace.folder / file
    if path.exists():
        workspace.write(file, path.read_text() + "# changed\n")
    elif "environments" in file:
        workspace.write(
            file, "apiVersion: aileron/v1\nkind: Environment\nname: default\nvalues: {}\n"
        )
    else:
        workspace.write(file, "apiVersion: aileron/v1\nkind: ExpectationSuite\n")
    shape(workspace.settings, "fruit")
    assert made == ["fruit", "fruit"]


def test_environments_do_not_share_a_shape(workspace: Workspace) -> None:
    text = "apiVersion: aileron/v1\nkind: Environment\nname: big\nvalues: {runtime: {retries: 9}}\n"
    workspace.write("configs/environments/big.yaml", text)
    big = workspace.settings.model_copy(update={"overlay": "big"})
    assert shape(workspace.settings, "fruit").runtime.retries == 1
    assert shape(big, "fruit").runtime.retries == 9


def test_a_broken_file_is_an_error_and_the_last_shape_is_still_there(workspace: Workspace) -> None:
    good = shape(workspace.settings, "fruit")
    workspace.edit("fruit", "gate:", "gates:")
    with pytest.raises(AileronError, match=r"fruit\.yaml:8"):
        shape(workspace.settings, "fruit")
    assert last_shape(workspace.settings, "fruit") == good


def test_a_damaged_cache_is_made_anew(workspace: Workspace) -> None:
    good = shape(workspace.settings, "fruit")
    (path,) = (workspace.settings.home / "cache/shapes/default").iterdir()
    path.write_text("{")
    assert shape(workspace.settings, "fruit") == good


def test_a_lifecycle_that_starts_itself_gets_no_shape(workspace: Workspace) -> None:
    workspace.edit("fruit", "gate:", "schedule: {datasets: [fruit]}\ngate:")
    with pytest.raises(InvalidInput, match="trigger itself"):
        shape(workspace.settings, "fruit")


def test_an_approval_is_a_task_of_its_own_kind_with_its_patience(workspace: Workspace) -> None:
    workspace.edit("fruit", "gate:", "approve: {subject: Go, timeout_hours: 2}\ngate:")
    task = next(t for t in shape(workspace.settings, "fruit").tasks if t.name == "approve")
    assert (task.kind, task.subject, task.timeout_seconds) == ("approval", "Go", 7200)
