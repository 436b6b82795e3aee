"""An installation with a past, without servers: a workspace, a ledger, a store, some runs.

What runs leave behind is written as the engine and the steps write it; the plans are real.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from plugins.workspaces import Workspace
from pydantic import SecretStr

from aileron.client.local import Installation
from aileron.core.ports import ArtifactKind, Reference
from aileron.core.settings import Settings
from aileron.graph.plan import PLAN_FILE, Plan
from aileron.ledger import (
    Champion,
    Ledger,
    ModelVersion,
    NodeState,
    Revision,
    RevisionState,
    Run,
    RunState,
)
from aileron.ledger.reasons import Reason
from aileron.lifecycle import resolve
from aileron.store import Store, open_store

PROJECT = "default"
FEATURES = [
    {"name": "weight", "type": "number", "categories": None, "missing_allowed": True},
    {"name": "colour", "type": "category", "categories": ["red", "blue"], "missing_allowed": False},
]
GOLDEN = [
    {"path": "/v2/models/fruit/infer", "request": {"inputs": []}, "response": {}},
    {
        "path": "/predict",
        "request": {"data": [{"weight": 1}, {"weight": 2}], "include_req": False},
        "response": {},
    },
]
PAGE = "<!doctype html><title>Evaluation</title><script>steal()</script>"


class History:
    """Writes a past into a ledger and a store."""

    def __init__(self, workspace: Workspace, ledger: Ledger, ledger_url: str, home: Path) -> None:
        self.workspace = workspace
        self.ledger = ledger
        self.settings = Settings(
            workspace=workspace.folder,
            home=home,
            ledger_url=SecretStr(ledger_url),
            gateway_url="http://127.0.0.1:9",
        )
        self.store: Store = open_store(self.settings.store_root)
        self._folders = itertools.count()
        self._plan: Plan | None = None

    def artifact(self, kind: ArtifactKind, **files: Any) -> Reference:
        """An artifact of files: ``metrics_json={...}`` is ``metrics.json``."""
        folder = self.settings.home / "drafts" / str(next(self._folders))
        folder.mkdir(parents=True)
        for name, value in files.items():
            stem, _, suffix = name.rpartition("_")
            path = folder / f"{stem}.{suffix}"
            if isinstance(value, bytes):
                path.write_bytes(value)
            else:
                path.write_text(value if isinstance(value, str) else json.dumps(value))
        return self.store.put(kind, folder)

    def plan(self, run_id: str) -> Reference:
        """The plan of a run of lifecycle `fruit`; parameters are those of its YAML now."""
        if self._plan is None:
            self._plan = resolve(
                self.settings, "fruit", run_id=run_id, actor="zhang", store=self.store
            )
        plan = self._plan.model_copy(update={"run_id": run_id})
        document = plan.model_dump(mode="json")
        return self.store.put_json(ArtifactKind.RECORD, PLAN_FILE, document)

    def forget_plan(self) -> None:
        """The YAML was edited: the next run gets a new plan."""
        self._plan = None

    def begun(self, airflow_run: str, actor: str = "zhang") -> Run:
        """A run whose first task is over."""
        run_id = f"{PROJECT}/fruit/{airflow_run}"
        ledger = self.ledger.acting(actor)
        ledger.runs.start(run_id, PROJECT, "fruit", actor, airflow_run)
        return ledger.runs.set_plan(run_id, self.plan(run_id))

    def node(
        self,
        run: Run,
        node: str,
        step: str,
        outputs: Mapping[str, Reference] | None = None,
        state: NodeState = NodeState.SUCCEEDED,
        reason: Reason | None = None,
        log: str | None = None,
    ) -> None:
        self.ledger.nodes.begin(run.run_id, node, step, f"key-{node}")
        kept = self.artifact(ArtifactKind.LOG, log_txt=log).uri if log else None
        self.ledger.nodes.finish(run.run_id, node, state, outputs, 1.5, reason, log=kept)

    def trained(self, airflow_run: str, auc: float = 0.9, *, accepted: bool = True) -> Run:
        """A run up to its registered and packaged model, still open."""
        run = self.begun(airflow_run)
        record = self.artifact(
            ArtifactKind.RECORD, record_json={"tag": f"{PROJECT}/fruit@v1", "version": 1}
        )
        self.ledger.effects.begin("key-version", "data.version", PROJECT, "node:fruit/version")
        self.ledger.effects.done("key-version", {"tag": f"{PROJECT}/fruit@v1", "version": 1})
        self.node(run, "version", "data.version", {"record": record})
        checked = self.artifact(ArtifactKind.REPORT, report_html="<p>valid</p>", report_json={})
        self.node(run, "validate", "data.validate", {"report": checked})
        model = self.artifact(
            ArtifactKind.MODEL,
            model_json={"features": FEATURES, "classes": ["a", "b"], "task": "binary", "auc": auc},
        )
        self.node(run, "train", "train.xgboost", {"model": model}, log="000001 T round 1\n")
        measured = {"metrics": {"roc_auc": auc, "accuracy": auc - 0.1}, "primary": "roc_auc"}
        self.node(
            run,
            "evaluate",
            "evaluate.table",
            {
                "metrics": self.artifact(ArtifactKind.METRICS, metrics_json=measured),
                "report": self.artifact(ArtifactKind.REPORT, report_html=PAGE, report_json={}),
            },
        )
        verdict = self.verdict(auc, accepted=accepted)
        state = NodeState.SUCCEEDED if accepted else NodeState.REJECTED
        self.node(run, "gate", "evaluate.gate", {"verdict": verdict}, state)
        if accepted:
            version = self._registered(run, model, verdict)
            self._packaged(run, version)
        return self.ledger.runs.get(run.run_id)

    def verdict(self, auc: float, *, accepted: bool = True) -> Reference:
        reason = {
            "rule": "min",
            "passed": accepted,
            "message_id": "evaluate.above_minimum" if accepted else "evaluate.below_minimum",
            "values": {"metric": "roc_auc", "observed": auc, "wanted": 0.6},
            "sentence": "as it was said in English",
        }
        document = {"accepted": accepted, "reasons": [reason], "champion": None}
        return self.artifact(ArtifactKind.VERDICT, verdict_json=document)

    def finished(
        self, run: Run, state: RunState = RunState.SUCCEEDED, reason: Reason | None = None
    ) -> Run:
        failed = "train" if state is RunState.FAILED else None
        return self.ledger.runs.finish(run.run_id, state, reason, failed)

    def released(self, run: Run, actor: str = "zhang") -> Champion:
        """The run's model is the champion of service `fruit`, and healthy."""
        version = self.version_of(run)
        row = self.ledger.nodes.get(run.run_id, "package")
        assert row is not None
        package = row.outputs["package"]
        assert version.verdict_reference is not None
        self.ledger.services.ensure(PROJECT, "fruit", "fruit")
        revision = self.ledger.revisions.add(PROJECT, "fruit", package, "fruit", version.version)
        self.ledger.revisions.report(
            PROJECT, "fruit", revision.number, RevisionState.HEALTHY, "127.0.0.1:9"
        )
        now = self.ledger.champions.get(PROJECT, "fruit")
        champion = self.ledger.champions.compare_and_set(
            PROJECT,
            "fruit",
            now.fence if now else None,
            version=version.version,
            model_reference=version.reference,
            package_reference=package,
            verdict_reference=version.verdict_reference,
            service="fruit",
            revision=revision.number,
            run_id=run.run_id,
            actor=actor,
        )
        self.ledger.routes.set(PROJECT, "fruit", {revision.number: 100}, champion.fence)
        return champion

    def revision(self) -> Revision:
        return self.ledger.revisions.list(PROJECT, "fruit")[-1]

    def version_of(self, run: Run) -> ModelVersion:
        found = [v for v in self.ledger.models.list(PROJECT) if v.run_id == run.run_id]
        return found[0]

    def asking(self, airflow_run: str) -> Run:
        """A run that waits for a person; the lifecycle asks one from now on."""
        self.workspace.edit("fruit", "gate:", "approve: true\ngate:")
        self.forget_plan()
        run = self.trained(airflow_run)
        self.ledger.nodes.begin(run.run_id, "approve", "deploy.approve", "key")
        return run

    def dataset_version(self, number: int, rows: Mapping[str, tuple[str, str]]) -> None:
        """Version `number` of dataset `fruit`; rows are id -> (content, label)."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        folder = self.settings.home / "drafts" / str(next(self._folders))
        (folder / "table").mkdir(parents=True)
        ids, contents = list(rows), [content for content, _ in rows.values()]
        samples = pa.table({"sample_id": ids})
        pq.write_table(samples, folder / "samples.parquet")
        labels = [label for _, label in rows.values()]
        table = pa.table({"sample_id": ids, "content": contents, "kind": labels})
        pq.write_table(table, folder / "table" / "part-00000.parquet")
        columns = [{"name": "kind", "type": "category", "role": "target"}]
        columns += [{"name": f"c{number}", "type": "number", "role": "feature"}]
        card = {
            "name": "fruit",
            "task": "classification",
            "modality": "table",
            "target": "kind",
            "schema": columns,
            "counts": {"rows": len(rows)},
        }
        (folder / "card.json").write_text(json.dumps(card))
        reference = self.store.put(ArtifactKind.DATASET, folder)
        digest = reference.digest
        tag = f"{PROJECT}/fruit@v{number}"
        self.ledger.datasets.add(PROJECT, "fruit", number, tag, digest, reference, "c" * 40)

    def token(self, role: str, days: float = 1.0, project: str | None = None) -> str:
        """The secret of a new token; one of negative days has expired."""
        from aileron.core.access import Role

        expires = datetime.now(UTC) + timedelta(days=days)
        return self.ledger.tokens.create(f"a {role}", Role(role), project, expires)[1]

    def _registered(self, run: Run, model: Reference, verdict: Reference) -> ModelVersion:
        version = self.ledger.models.add(
            PROJECT,
            "fruit",
            model.digest,
            model,
            run_id=run.run_id,
            verdict_reference=verdict,
            mlflow_version="7",
        )
        record = {"model": "fruit", "version": version.version, "digest": model.digest}
        kept = self.artifact(ArtifactKind.RECORD, record_json=record)
        self.node(run, "register", "registry.register", {"record": kept})
        return version

    def _packaged(self, run: Run, version: ModelVersion) -> None:
        package = self.artifact(
            ArtifactKind.PACKAGE,
            package_json={"service_contract": "table", "version": version.version},
            golden_json=GOLDEN,
        )
        self.node(run, "package", "package.bento", {"package": package})


@pytest.fixture(scope="session")
def known_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What installations know of the installed code, found out once for all of them."""
    return tmp_path_factory.mktemp("known_code")


@pytest.fixture
def history(
    workspace: Workspace, ledger: Ledger, ledger_url: str, tmp_path: Path, known_code: Path
) -> History:
    home = tmp_path / "home"
    home.mkdir()
    (home / "cache").symlink_to(known_code)
    return History(workspace, ledger, ledger_url, home)


@pytest.fixture
def installation(history: History) -> Iterator[Installation]:
    """The installation that has that history; no server of it runs but the ledger's. Whoever
    asks for an index waits for it, however busy the machine is."""
    made = Installation(history.settings, patience=120.0)
    yield made
    made.close()
