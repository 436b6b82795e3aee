"""Custom jobs in a small workspace, planned and run by the engine as Airflow would have it."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from plugins.workspaces import Workspace

from aileron.core.names import JOB
from aileron.core.ports import Reference
from aileron.core.settings import Settings
from aileron.graph.plan import Plan
from aileron.ledger import Ledger, NodeRow
from aileron.lifecycle import resolve
from aileron.run.engine import Engine
from aileron.run.outcome import NodeOutcome
from aileron.run.process import ProcessRunner
from aileron.run.runner import Runner
from aileron.store import open_store

_numbers = itertools.count(1)


class Jobs:
    """Jobs of one workspace."""

    def __init__(
        self, workspace: Workspace, settings: Settings, ledger: Ledger, runner: Runner
    ) -> None:
        self.workspace = workspace
        self.settings = settings
        self.ledger = ledger
        self.store = open_store(settings.store_root)
        self.engine = Engine(settings, ledger, self.store, runner)
        self.lines: list[str] = []

    def write(self, path: str, text: str) -> Path:
        return self.workspace.write(path, text)

    def plan(self, name: str = JOB, **values: Any) -> Plan:
        run = f"default/{name}/{next(_numbers)}"
        self.ledger.runs.start(run, "default", name, "ann")
        plan = resolve(self.settings, name, run_id=run, actor="ann", overrides=values)
        return self.engine.store_plan(plan)

    def run(
        self, command: str, *, cancelled: threading.Event | None = None, **values: Any
    ) -> NodeOutcome:
        """Run one command in folder ``code`` unless `values` say where the code is."""
        values = {"code": {"folder": "code"}, "command": command, **values}
        return self.execute(self.plan(**values), cancelled=cancelled)

    def execute(
        self, plan: Plan, node: str = "job", cancelled: threading.Event | None = None
    ) -> NodeOutcome:
        self.lines.clear()
        return self.engine.execute(plan, node, log=self.lines.append, cancelled=cancelled)

    def row(self, plan: Plan, node: str = "job") -> NodeRow:
        row = self.ledger.nodes.get(plan.run_id, node)
        assert row is not None
        return row

    def files(self, outputs: Mapping[str, Reference]) -> list[str]:
        """Paths that a job left below ./output."""
        listed = self.store.read_json(outputs["output"], "files.json")
        return [file["path"] for file in listed["files"]]

    def text(self, outputs: Mapping[str, Reference], path: str) -> str:
        return self.store.read_bytes(outputs["output"], f"files/{path}").decode()

    def metrics(self, outputs: Mapping[str, Reference]) -> dict[str, Any]:
        found: dict[str, Any] = self.store.read_json(outputs["metrics"], "metrics.json")
        return found

    def points(self, outputs: Mapping[str, Reference]) -> list[dict[str, Any]]:
        text = self.store.read_bytes(outputs["metrics"], "history.jsonl").decode()
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def jobs(workspace: Workspace, ledger_url: str, ledger: Ledger, launcher_home: Path) -> Jobs:
    settings = Settings(
        workspace=workspace.folder, home=workspace.folder / ".aileron", ledger_url=ledger_url
    )
    return Jobs(workspace, settings, ledger, ProcessRunner(launcher_home))
