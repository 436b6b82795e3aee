"""A ledger and a store with a past, whose things can be made as old as a test wants them."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from aileron.core.ports import ArtifactKind, Reference
from aileron.core.settings import Settings
from aileron.graph.plan import PLAN_FILE
from aileron.ledger import Champion, Ledger, NodeState, RunState
from aileron.retention import Findings, Retention, RetentionSpec
from aileron.store import Store, open_store
from aileron.store.owner import give

DAY = 24 * 3600.0
SPEC = RetentionSpec.model_validate(
    {
        "keep": {"runs": 2, "run_days": 3, "log_days": 3, "model_versions": 1, "champions": 2},
        "grace_hours": 24,
    }
)
"""Less is kept than anybody would want."""


class Past:
    """Writes a past as the engine would have written it."""

    def __init__(self, ledger: Ledger, settings: Settings, folder: Path) -> None:
        self.ledger = ledger
        self.settings = settings
        self.store: Store = open_store(settings.store_root)
        give(self.store, ledger.installation)
        self._folder = folder
        self._numbers = itertools.count(1)

    def artifact(self, *contents: str, kind: ArtifactKind = ArtifactKind.MODEL) -> Reference:
        """An artifact of one file for each content; equal contents share their bytes."""
        folder = self._folder / str(next(self._numbers))
        folder.mkdir(parents=True)
        for content in contents:
            (folder / content).write_text(content)
        return self.store.put(kind, folder)

    def run(
        self,
        outputs: Iterable[Reference] = (),
        *,
        days: float | None = 60,
        workflow: str = "pumps",
        project: str = "default",
        state: RunState = RunState.SUCCEEDED,
        sources: Iterable[Reference] = (),
        log: Reference | None = None,
        key: str | None = None,
        step: str = "sample.any",
    ) -> str:
        """A run that ended so many days ago, with one node; None is still open."""
        number = next(self._numbers)
        run_id = f"{project}/{workflow}/past{number}"
        self.ledger.runs.start(run_id, project, workflow, "ann", str(number))
        named = {str(i): one.model_dump(mode="json") for i, one in enumerate(sources)}
        plan = {"run_id": run_id, "sources": named}
        self.ledger.runs.set_plan(run_id, self.store.put_json(ArtifactKind.RECORD, PLAN_FILE, plan))
        made = {f"port{i}": one for i, one in enumerate(outputs)}
        self.ledger.nodes.begin(run_id, "node", step, key or f"key{number}")
        self.ledger.nodes.finish(
            run_id, "node", NodeState.SUCCEEDED, made, log=log.uri if log else None
        )
        if days is not None:
            self.ledger.runs.finish(run_id, state)
        ended = None if days is None else _ago(days)
        started = _ago(61) if days is None else _ago(days + 0.01)
        self.sql(
            "UPDATE runs SET started = :started, ended = :ended WHERE run_id = :run_id",
            run_id=run_id, started=started, ended=ended,
        )  # fmt: skip
        return run_id

    def cached(self, key: str, outputs: Mapping[str, Reference], project: str = "default") -> None:
        lease = self.ledger.leases.acquire(f"component/{key}", "somebody", 60, project)
        assert lease is not None
        self.ledger.cache.put(project, key, outputs, "a/run", lease)
        self.ledger.leases.release(lease)

    def version(self, reference: Reference, *, days: float = 60, run_id: str | None = None) -> int:
        """The next version of model `pumps`."""
        made = self.ledger.models.add(
            "default", "pumps", reference.digest, reference, run_id=run_id
        )
        self.sql(
            "UPDATE model_versions SET created = :at WHERE version = :number",
            at=_ago(days), number=made.version,
        )  # fmt: skip
        return made.version

    def champion(
        self, version: int, model: Reference, package: Reference, *, days: float = 60
    ) -> Champion:
        """The next champion of model `pumps`, served by a revision that then is stopped."""
        self.ledger.services.ensure("default", "pumps", "pumps")
        revision = self.ledger.revisions.add("default", "pumps", package, "pumps", version)
        now = self.ledger.champions.get("default", "pumps")
        champion = self.ledger.champions.compare_and_set(
            "default", "pumps", now.fence if now else None, version=version,
            model_reference=model, package_reference=package, service="pumps",
            revision=revision.number,
        )  # fmt: skip
        self.sql("UPDATE revisions SET desired = 'stopped', state = 'removed'")
        self.sql("UPDATE revisions SET updated = :at", at=_ago(days))
        self.sql(
            "UPDATE champions SET since = :at WHERE fence = :fence",
            at=_ago(days), fence=champion.fence,
        )  # fmt: skip
        return champion

    def dataset_version(self, number: int, reference: Reference) -> None:
        tag = f"default/pumps@v{number}"
        self.ledger.datasets.add(
            "default", "pumps", number, tag, reference.digest, reference, "c" * 40
        )

    def sql(self, statement: str, **values: Any) -> None:
        """Change rows as nobody may: without triggers, which keep the past as it was."""
        with self.ledger._database.transaction() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(statement), values)

    def grow_old(self, days: float = 60, keys: Iterable[str] | None = None) -> None:
        """Everything in the store, or the objects `keys`, was written so many days ago."""
        then = time.time() - days * DAY
        for key in keys or [one.key for one in self.store.stock()]:
            os.utime(Path(self.store.root, key), (then, then))

    def retention(self, project: str | None = None, spec: RetentionSpec = SPEC) -> Retention:
        return Retention(self.settings, self.ledger, self.store, spec, project)

    def sweep(self, project: str | None = None, *, dry_run: bool = False) -> Findings:
        return self.retention(project).sweep(dry_run=dry_run)


def _ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def whys(findings: Findings) -> dict[tuple[str, str], int]:
    """(kind, why) -> how many."""
    return {(one.kind, one.why): one.count for one in findings.going}


@pytest.fixture
def past(ledger: Ledger, ledger_url: str, tmp_path: Path) -> Past:
    (tmp_path / "home").mkdir()
    settings = Settings(
        workspace=tmp_path, home=tmp_path / "home", ledger_url=SecretStr(ledger_url)
    )
    return Past(ledger, settings, tmp_path / "made")
