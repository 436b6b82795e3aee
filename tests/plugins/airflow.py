"""A real Airflow of its own for tests of operators: SQLite, no servers, `DAG.test`.

Airflow reads its settings when it is first imported, so one Airflow serves a process of tests;
each test has its own workspace, ledger and DAG folder.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from plugins.engines import ENTRY_POINTS, install_steps
from plugins.workspaces import Workspace

from aileron.ledger import Ledger, Run

DATABASE = "airflow.db"
HEADER = "apiVersion: aileron/v1\nkind: Pipeline\nname: {name}\nruntime: {{retries: 0}}\n"


@pytest.fixture(scope="session")
def airflow_home(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Path]:
    """A migrated Airflow, switched on for this session's first import of it."""
    home = tmp_path_factory.mktemp("airflow")
    dags = home / "dags"
    dags.mkdir()
    variables = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / DATABASE}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    assert "airflow" not in sys.modules, "Airflow was imported before its home was chosen"
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    common = tmp_path_factory.getbasetemp()
    _migrate(home / DATABASE, common.parent if hasattr(request.config, "workerinput") else common)
    yield home
    for name, value in before.items():
        if value is None:
            os.environ.pop(name)
        else:
            os.environ[name] = value


def _migrate(database: Path, common: Path) -> None:
    """Make Airflow's tables, or copy what another of pytest's processes made in `common`."""
    with (common / "airflow.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = common / DATABASE
        if not kept.exists():
            words = [sys.executable, "-P", "-m", "airflow", "db", "migrate"]
            subprocess.run(words, check=True, capture_output=True)
            shutil.copy(database, kept.with_suffix(".draft")).rename(kept)
    shutil.copy(kept, database)


class Scheduler:
    """Runs DAGs of a workspace in this process, one task after the other."""

    def __init__(self, workspace: Workspace, ledger: Ledger, dags: Path) -> None:
        self.workspace = workspace
        self.ledger = ledger
        self.dags = dags

    def pipeline(self, name: str, nodes: str, head: str = "") -> None:
        """Write pipeline `name`; its nodes as YAML."""
        text = HEADER.format(name=name) + head + "nodes:\n" + nodes
        self.workspace.write(f"configs/pipelines/{name}.yaml", text)

    def bag(self) -> Any:
        from airflow.dag_processing.dagbag import DagBag

        return DagBag(self.dags, bundle_path=self.dags)

    def run(self, name: str, conf: Mapping[str, Any] | None = None) -> tuple[dict[str, str], Run]:
        """Run the DAG to its end; the tasks' states and the run's record."""
        dag = self.bag().dags[f"default__{name}"]
        dag_run = dag.test(run_conf=dict(conf or {}))
        states = {ti.task_id: ti.state for ti in dag_run.get_task_instances()}
        states["dag"] = dag_run.state
        run = self.ledger.runs.get(f"default/{name}/{dag_run.run_id}")
        return {task: str(getattr(s, "value", s)) for task, s in states.items()}, run


@pytest.fixture
def scheduler(
    airflow_home: Path,
    workspace: Workspace,
    ledger: Ledger,
    ledger_url: str,
    launcher_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Scheduler]:
    """The sample steps installed, a workspace, and an Airflow that runs its DAGs."""
    from plugins.engines import forget_steps

    install_steps(tmp_path / "site", ENTRY_POINTS, monkeypatch)
    monkeypatch.setenv("AILERON_WORKSPACE", str(workspace.folder))
    monkeypatch.setenv("AILERON_HOME", str(launcher_home))
    monkeypatch.setenv("AILERON_STORE_URI", str(tmp_path / "store"))
    monkeypatch.setenv("AILERON_LEDGER_URL", ledger_url)
    dags = airflow_home / "dags"
    for path in (Path(__file__).parents[2] / "dags").glob("*.py"):
        (dags / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    yield Scheduler(workspace, ledger, dags)
    forget_steps()
