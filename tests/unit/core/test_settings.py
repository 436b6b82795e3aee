"""Settings come from the environment, then from the running stack."""

from pathlib import Path

import pytest

from aileron.core.errors import InvalidInput, Unavailable
from aileron.core.settings import SILENT, Settings


def workspace(folder: Path) -> Path:
    for name in ("configs", "datasets"):
        (folder / name).mkdir(parents=True)
    return folder


def test_the_workspace_is_found_from_a_folder_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace(tmp_path) / "configs")
    settings = Settings.load({})
    assert settings.workspace == tmp_path
    assert settings.home == tmp_path / ".aileron"


def test_outside_a_workspace_the_way_out_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput, match="aileron init"):
        Settings.load({})


def test_the_environment_wins_over_the_running_stack(tmp_path: Path) -> None:
    home = workspace(tmp_path) / "state"
    home.mkdir()
    (home / "stack.env").write_text("AILERON_MLFLOW_URL=http://a\nAILERON_GATEWAY_URL=http://b\n")
    environ = {
        "AILERON_WORKSPACE": str(tmp_path),
        "AILERON_HOME": str(home),
        "AILERON_MLFLOW_URL": "http://mine",
    }
    settings = Settings.load(environ)
    assert settings.require("mlflow_url") == "http://mine"
    assert settings.require("gateway_url") == "http://b"
    with pytest.raises(InvalidInput, match="AILERON_LEDGER_URL is not set"):
        settings.require("ledger_url")


def test_a_child_sees_the_same_settings_and_no_telemetry(tmp_path: Path) -> None:
    environ = {
        "AILERON_WORKSPACE": str(workspace(tmp_path)),
        "AILERON_LEDGER_URL": "postgresql://u:p@h/d",
    }
    settings = Settings.load(environ)
    child = settings.environment()
    assert Settings.load(child) == settings
    assert SILENT.items() <= child.items()
    assert "u:p" not in repr(settings)


def test_where_own_code_runs_is_one_of_two_words(tmp_path: Path) -> None:
    environ = {"AILERON_WORKSPACE": str(workspace(tmp_path))}
    assert Settings.load(environ).jobs == "anywhere"
    assert Settings.load({**environ, "AILERON_JOBS": "pods"}).jobs == "pods"
    with pytest.raises(InvalidInput, match="AILERON_JOBS is nowhere, and can be: anywhere, pods"):
        Settings.load({**environ, "AILERON_JOBS": "nowhere"})


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    url = "postgresql://u:p@h/d"
    (tmp_path / "ledger_url").write_text(f"{url}\n")
    environ = {
        "AILERON_WORKSPACE": str(workspace(tmp_path)),
        "AILERON_LEDGER_URL_FILE": str(tmp_path / "ledger_url"),
    }
    settings = Settings.load(environ)
    assert settings.require("ledger_url") == url
    assert settings.environment()["AILERON_LEDGER_URL"] == url
    with pytest.raises(InvalidInput, match="Both AILERON_LEDGER_URL and AILERON_LEDGER_URL_FILE"):
        Settings.load({**environ, "AILERON_LEDGER_URL": url})
    assert Settings.load({**environ, "AILERON_LEDGER_URL": ""}) == settings


@pytest.mark.parametrize("text", [None, " \n"])
def test_a_file_without_a_secret_is_named(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "ledger_url"
    if text is not None:
        file.write_text(text)
    environ = {
        "AILERON_WORKSPACE": str(workspace(tmp_path)),
        "AILERON_LEDGER_URL_FILE": str(file),
    }
    with pytest.raises(Unavailable, match=str(file)):
        Settings.load(environ)
