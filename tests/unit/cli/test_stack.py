"""What `aileron stack up` does once the servers are healthy."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from plugins.workspaces import Workspace

from aileron.cli import command, stack


@pytest.mark.parametrize(
    ("only", "synced"), [((), True), (("api-server",), True), (("mlflow",), False)]
)
def test_pools_are_synced_where_airflow_runs(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, only: tuple[str, ...], synced: bool
) -> None:
    """Addresses of servers that are not started are settings too."""
    settings = workspace.settings.model_copy(update={"airflow_url": "http://127.0.0.1:9"})

    class FakeStack:
        def __init__(self, _: Any, names: tuple[str, ...]) -> None:
            self.names = names or ("api-server", "mlflow")

        def start(self, _: Any) -> Any:
            return settings

        def status(self) -> list[Any]:
            return [SimpleNamespace(name=name) for name in self.names]

    told: list[object] = []
    monkeypatch.setenv("AILERON_WORKSPACE", str(workspace.folder))
    monkeypatch.setattr(stack, "Stack", FakeStack)
    monkeypatch.setattr(stack, "print_pools", told.append)
    words = [word for name in only for word in ("--only", name)]
    done = CliRunner().invoke(command, ["stack", "up", *words])
    assert done.exit_code == 0, done.output
    assert told == ([settings] if synced else [])
