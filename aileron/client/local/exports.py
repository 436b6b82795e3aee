"""What an export's run wrote: its facts, and the file itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from aileron.client import records as r
from aileron.client.local import runs
from aileron.client.local.dataset_access import readable
from aileron.client.local.installation import Scope
from aileron.core.errors import InvalidInput, NotFound
from aileron.core.ports import Reference
from aileron.data.export_step import FACTS_FILE


def export_of(scope: Scope, run_id: str) -> r.ExportFile:
    """What run `run_id` exported."""
    facts: Mapping[str, Any] = scope.documents.read(_artifact(scope, run_id), FACTS_FILE)
    return r.ExportFile(run_id=run_id, **facts)


def download(scope: Scope, run_id: str, target: Path) -> r.ExportFile:
    """Lay the file out as `target`, which is new."""
    if target.exists():
        raise InvalidInput("client.target_exists", where=str(target))
    facts = export_of(scope, run_id)
    scope.store.fetch_file(_artifact(scope, run_id), facts.file, target)
    return facts


def _artifact(scope: Scope, run_id: str) -> Reference:
    """The run's export, if the asker may see the dataset that it is of.

    Raises:
        NotFound: there is no such run, it exported nothing, or the dataset is not for the asker.
    """
    run = runs.find(scope, run_id)
    dataset = (runs.plan_of(scope, run).get("values") or {}).get("dataset")
    if isinstance(dataset, str):
        readable(replace(scope, project=run.project), dataset)
    for row in scope.ledger.nodes.list(run_id):
        if row.step == "data.export" and "export" in row.outputs:
            return row.outputs["export"]
    raise NotFound("client.no_export", run=run_id)
