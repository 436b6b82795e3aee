"""The library of algorithms, from here and over HTTP."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from plugins.history import History

from aileron.client import Client, LocalClient
from aileron.client.local import Installation
from aileron.core.access import Actor, Role
from aileron.core.errors import AileronError, Conflict, InvalidInput, NotFound, Refused
from aileron.lifecycle import registering
from aileron.lifecycle.usable import check_usable

DEFINITION: dict[str, Any] = {
    "name": "stumps",
    "modality": "table",
    "tasks": ["classification"],
    "command": "python train.py",
    "framework": "xgboost",
    "parameters": [{"name": "rounds", "type": "integer", "default": 10}],
}
GOOD = {"train.py": "print('accuracy=0.9')\n"}


@pytest.fixture
def role() -> Role:
    return Role.DEVELOPER


@pytest.fixture
def registered(client: Client, tmp_path: Path) -> str:
    return register(client, tmp_path, GOOD)


def register(client: Client, folder: Path, files: dict[str, str], **values: Any) -> str:
    packed = folder / "code.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    upload = client.upload(packed).id
    return client.register_algorithm({**DEFINITION, **values}, upload).name


def another(installation: Installation, role: Role, project: str | None = None) -> LocalClient:
    return LocalClient(installation, Actor(name="wang", role=role, project=project))


def test_presets_come_first_and_show_their_parameters(client: Client) -> None:
    found = {one.name: one for one in client.algorithms()}
    assert found["xgboost"].preset
    assert found["xgboost"].online
    assert "max_depth" in client.algorithm("xgboost").parameters["properties"]


def test_what_is_registered_is_offline_until_it_is_put_online(
    client: Client, registered: str, history: History
) -> None:
    found = client.algorithm(registered)
    assert (found.online, found.preset, found.files) == (False, False, ("train.py",))
    assert found.unmet == ()
    assert found.parameters["properties"]["rounds"]["default"] == 10
    folder = history.settings.workspace / "configs/algorithms/stumps"
    assert (folder / "code/train.py").read_text() == GOOD["train.py"]
    assert client.change_algorithm(registered, online=True).online
    assert [one.name for one in client.algorithms() if not one.preset] == ["stumps"]


def test_going_online_names_each_unmet_point(client: Client, tmp_path: Path) -> None:
    serving = {"module": "serve.py", "requirements": ["xgboost"]}
    name = register(client, tmp_path, {"train.py": "print("}, serving=serving)
    with pytest.raises(InvalidInput) as refused:
        client.change_algorithm(name, online=True)
    said = str(refused.value)
    assert "code/train.py is no Python" in said
    assert "`serving.module` names serve.py" in said
    assert "xgboost" in said
    assert not client.algorithm(name).online
    assert len(client.algorithm(name).unmet) == 3


def test_a_name_is_given_once_and_not_that_of_a_preset(
    client: Client, registered: str, tmp_path: Path
) -> None:
    with pytest.raises(Conflict, match=registered):
        register(client, tmp_path, GOOD)
    with pytest.raises(Conflict, match="preset"):
        register(client, tmp_path, GOOD, name="xgboost")


def test_a_wrong_field_is_named_and_nothing_is_written(
    client: Client, tmp_path: Path, history: History
) -> None:
    with pytest.raises(InvalidInput, match="tasks"):
        register(client, tmp_path, GOOD, tasks=["painting"])
    assert not (history.settings.workspace / "configs/algorithms/stumps").exists()


def test_private_ones_are_their_owners(
    client: Client, registered: str, installation: Installation, history: History
) -> None:
    client.change_algorithm(registered, online=True, visibility="private")
    other = another(installation, Role.DEVELOPER)
    with pytest.raises(NotFound):
        other.algorithm(registered)
    owner = client.algorithm(registered).owner or ""
    values = {"train": {"algorithm": registered}}
    empty = _no_nodes()
    check_usable(history.ledger, "default", values, empty, owner)
    with pytest.raises(Refused, match="private"):
        check_usable(history.ledger, "default", values, empty, "wang")


def test_other_projects_see_public_ones_alone(
    client: Client, registered: str, installation: Installation
) -> None:
    elsewhere = another(installation, Role.DEVELOPER, "lab")
    with pytest.raises(NotFound):
        elsewhere.algorithm(registered)
    client.change_algorithm(registered, visibility="public")
    assert elsewhere.algorithm(registered).visibility == "public"
    with pytest.raises(Refused, match="belongs to"):
        elsewhere.change_algorithm(registered, online=False)


def test_an_operator_of_another_project_leaves_a_public_one_as_it_is(
    client: Client, registered: str, installation: Installation, history: History
) -> None:
    client.change_algorithm(registered, visibility="public")
    for role in (Role.OPERATOR, Role.ADMIN):
        elsewhere = another(installation, role, "lab")
        assert not any(one.allowed for one in elsewhere.algorithm(registered).permissions.values())
        for act in (
            lambda them=elsewhere: them.change_algorithm(registered, online=False),
            lambda them=elsewhere: them.change_algorithm(registered, visibility="private"),
            lambda them=elsewhere: them.delete_algorithm(registered),
        ):
            with pytest.raises(Refused, match="operator of that project"):
                act()
    everywhere = LocalClient(installation, Actor(name="wang", role=Role.OPERATOR), project="lab")
    everywhere.change_algorithm(registered, visibility="project")
    assert client.algorithm(registered).visibility == "project"
    assert history.ledger.algorithms.get(registered).project == "default"


def written(history: History, name: str = "by_hand") -> str:
    """An algorithm that somebody wrote into the workspace."""
    place = f"configs/algorithms/{name}"
    said = "\n".join(f"{field}: {json.dumps(value)}" for field, value in DEFINITION.items())
    text = f"apiVersion: aileron/v1\nkind: Algorithm\n{said}\n".replace('"stumps"', name)
    history.workspace.write(f"{place}/algorithm.yaml", text)
    history.workspace.write(f"{place}/code/train.py", GOOD["train.py"])
    return name


def test_one_that_was_written_by_hand_is_nobodys_to_take(
    client: Client, history: History, installation: Installation
) -> None:
    name = written(history)
    found = client.algorithm(name)
    assert (found.owner, found.visibility, found.online) == (None, "public", True)
    assert not found.permissions["algorithm.change"].allowed
    lab = another(installation, Role.DEVELOPER, "lab")
    assert lab.algorithm(name).online
    for them in (client, lab, another(installation, Role.OPERATOR, "lab")):
        for act in (
            lambda them=them: them.change_algorithm(name),
            lambda them=them: them.change_algorithm(name, visibility="private"),
            lambda them=them: them.delete_algorithm(name),
        ):
            with pytest.raises(Refused, match="operator"):
                act()
    operator = another(installation, Role.OPERATOR)
    assert operator.change_algorithm(name).visibility == "public"
    assert not operator.change_algorithm(name, online=False).online
    assert lab.algorithm(name).visibility == "public"
    operator.delete_algorithm(name)


def test_the_upload_of_another_project_is_no_code(
    client: Client, installation: Installation, tmp_path: Path
) -> None:
    (tmp_path / "train.py").write_text("print(1)")
    theirs = another(installation, Role.DEVELOPER, "lab").upload(tmp_path / "train.py").id
    with pytest.raises(NotFound, match="upload"):
        client.register_algorithm(DEFINITION, theirs)


def test_what_is_left_in_the_ledger_of_one_that_is_gone_decides_nothing(
    client: Client, history: History, tmp_path: Path
) -> None:
    history.ledger.acting("wang").algorithms.register("lab", "stumps")
    history.ledger.algorithms.change("lab", "stumps", visibility="private", online=True)
    found = client.algorithm(register(client, tmp_path, GOOD))
    assert (found.visibility, found.online) == ("project", False)
    assert found.permissions["algorithm.change"].allowed
    assert history.ledger.algorithms.get("stumps").project == "default"


def test_one_that_does_not_appear_belongs_to_nobody(
    history: History, installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> Path:
        assert history.ledger.algorithms.get("stumps").owner == "wang"
        raise OSError("no space left")

    client = another(installation, Role.DEVELOPER)
    packed = tmp_path / "train.py"
    packed.write_text("print(1)")
    upload = client.upload(packed).id
    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="no space"):
        client.register_algorithm(DEFINITION, upload)
    assert history.ledger.algorithms.get("stumps").owner is None


def test_of_two_at_once_one_is_told_and_the_other_keeps_what_is_its_own(
    history: History, installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out = registering._lay_out

    def slow(*given: Any) -> None:
        lay_out(*given)
        monkeypatch.setattr(registering, "_lay_out", lay_out)
        register(LocalClient(installation, Actor(name="li", role=Role.DEVELOPER)), tmp_path, GOOD)

    monkeypatch.setattr(registering, "_lay_out", slow)
    with pytest.raises(Conflict, match="stumps already"):
        register(another(installation, Role.DEVELOPER), tmp_path, GOOD)
    assert history.ledger.algorithms.get("stumps").owner == "li"


def test_a_lifecycle_of_another_project_is_not_named(
    client: Client, registered: str, history: History
) -> None:
    history.workspace.lifecycle(
        "secret",
        "apiVersion: aileron/v1\nkind: Lifecycle\nname: secret\nproject: lab\ndataset: fruit\n"
        "train: {algorithm: stumps}\n",
    )
    assert client.algorithm(registered).lifecycles == ()
    with pytest.raises(Conflict, match="other projects") as told:
        client.delete_algorithm(registered)
    assert "secret" not in str(told.value)


def test_what_is_on_its_way_out_is_in_no_list(client: Client, history: History) -> None:
    written(history, ".gone-stumps")
    assert [one.name for one in client.algorithms() if not one.preset] == []


def test_what_is_offline_runs_nowhere(client: Client, registered: str, history: History) -> None:
    with pytest.raises(Conflict, match="offline"):
        check_usable(
            history.ledger, "default", {"train": {"algorithm": registered}}, _no_nodes(), "li"
        )


def test_presets_are_an_administrators(
    client: Client, registered: str, installation: Installation
) -> None:
    with pytest.raises(AileronError, match="administrator"):
        client.change_algorithm(registered, visibility="preset")
    admin = another(installation, Role.ADMIN)
    assert admin.change_algorithm(registered, visibility="preset").visibility == "preset"
    with pytest.raises(AileronError, match="administrator"):
        client.change_algorithm("xgboost", online=False)


def test_one_that_a_lifecycle_names_stays(
    client: Client, registered: str, history: History
) -> None:
    path = history.settings.workspace / "configs/lifecycles/uses_stumps.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "apiVersion: aileron/v1\nkind: Lifecycle\nname: uses_stumps\ndataset: fruit\n"
        "train: {algorithm: stumps}\n"
    )
    assert client.algorithm(registered).lifecycles == ("uses_stumps",)
    with pytest.raises(Conflict, match="uses_stumps"):
        client.delete_algorithm(registered)
    path.unlink()
    client.delete_algorithm(registered)
    with pytest.raises(NotFound):
        client.algorithm(registered)
    events = [one.verb for one in client.events(subject="algorithm:default/stumps")]
    assert events == ["algorithm.deleted", "algorithm.registered"]


def _no_nodes() -> Any:
    from aileron.graph.pipeline import Graph

    return Graph.model_construct(nodes=())
