"""Custom jobs without servers: Airflow is a hand-written fake, what a job leaves is written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from plugins.fake_airflow import ReadsAtOnce
from plugins.history import History

from aileron.client.airflow import DagRun, TaskRun
from aileron.client.local import Installation
from aileron.core.errors import Unavailable
from aileron.core.ports import ArtifactKind
from aileron.ledger import NodeState, RunState

CODE = "jobs/mine"
SPEC = {"command": "python train.py", "code": {"folder": CODE}, "hours": 1}
FILES = {"metrics.json": '{"accuracy": 0.9}', "deep/model.txt": "weights"}


class JobScheduler(ReadsAtOnce):
    """Stands for Airflow: keeps what it was asked to run, and ends what it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.failed: list[str] = []
        self.working = False
        """Whether a task of every run runs now."""
        self.away = False

    def read_at(self, dag: str) -> datetime | None:
        self._here()
        return super().read_at(dag)

    def trigger(self, dag: str, run: str, conf: dict[str, Any], after: Any = None) -> None:
        self._here()
        self.asked.append((dag, conf["set"]))

    def run(self, dag: str, run: str) -> DagRun:
        self._here()
        return DagRun(dag, run, "failed" if run in self.failed else "running", None, None)

    def tasks(self, dag: str, run: str) -> list[TaskRun]:
        state = "running" if self.working else "queued"
        return [TaskRun("job", state, None, 1, None, None)]

    def pools(self) -> dict[str, Any]:
        return {}

    def set_pool(self, name: str, slots: int, about: str) -> bool:
        return False

    def fail_run(self, dag: str, run: str) -> None:
        self.failed.append(run)

    def close(self) -> None:
        """Nothing is open."""

    def _here(self) -> None:
        if self.away:
            raise Unavailable("client.api_down", where="airflow", problem="away")


@pytest.fixture
def scheduler(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> JobScheduler:
    found = JobScheduler()
    monkeypatch.setitem(installation.__dict__, "airflow", found)
    there = installation.settings.model_copy(update={"airflow_url": "http://airflow"})
    monkeypatch.setattr(installation, "settings", there)
    return found


@pytest.fixture
def with_code(history: History) -> History:
    """A workspace that has a job's code."""
    history.workspace.write(f"{CODE}/train.py", "print('hello')\n")
    return history


def begun(history: History, run_id: str) -> None:
    """The job's code begins to run."""
    history.ledger.nodes.begin(run_id, "job", "train.job", "key")


def ended(history: History, run_id: str, state: NodeState = NodeState.SUCCEEDED) -> None:
    """The job's code has ended, and left some files, a log and a curve."""
    begun(history, run_id)
    folder = history.settings.home / "left"
    for path, text in FILES.items():
        (folder / "files" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "files" / path).write_text(text, encoding="utf-8")
    (folder / "files.json").write_text("{}", encoding="utf-8")
    measured = history.artifact(
        ArtifactKind.METRICS,
        metrics_json={"metrics": {"accuracy": 0.9}, "primary": "accuracy"},
        history_jsonl="".join(
            f'{{"name": "loss", "step": {step}, "value": {value}}}\n'
            for step, value in ((2, 0.25), (1, 0.5))
        ),
    )
    outputs = {"output": history.store.put(ArtifactKind.FILES, folder), "metrics": measured}
    log = history.artifact(ArtifactKind.LOG, log_txt="000001 now hello\n").uri
    history.ledger.nodes.finish(run_id, "job", state, outputs, 2.0, log=log)
    failed = state is NodeState.FAILED
    history.ledger.runs.finish(run_id, RunState.FAILED if failed else RunState.SUCCEEDED)
