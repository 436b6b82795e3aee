"""Files that runs hand back: what an export wrote, and what an import left out."""

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
from aileron.data.export_step import FACTS_FILE, ExportDataset


def export_of(scope: Scope, run_id: str) -> r.ExportFile:
    """What run `run_id` exported."""
    return _facts(scope, run_id, _export(scope, run_id))


def download(scope: Scope, run_id: str, target: Path) -> r.ExportFile:
    """Lay the file out as `target`, which is new."""
    return _fetch(scope, run_id, _export(scope, run_id), target)


def refused_of(scope: Scope, run_id: str) -> r.ExportFile:
    """What run `run_id` left out."""
    return _facts(scope, run_id, refused_artifact(scope, run_id))


def download_refused(scope: Scope, run_id: str, target: Path) -> r.ExportFile:
    """Lay the zip of what was left out out as `target`, which is new."""
    return _fetch(scope, run_id, refused_artifact(scope, run_id), target)


def _facts(scope: Scope, run_id: str, artifact: Reference) -> r.ExportFile:
    facts: Mapping[str, Any] = scope.documents.read(artifact, FACTS_FILE)
    return r.ExportFile(run_id=run_id, **facts)


def _fetch(scope: Scope, run_id: str, artifact: Reference, target: Path) -> r.ExportFile:
    if target.exists():
        raise InvalidInput("client.target_exists", where=str(target))
    facts = _facts(scope, run_id, artifact)
    scope.store.fetch_file(artifact, facts.file, target)
    return facts


def _export(scope: Scope, run_id: str) -> Reference:
    """The run's export, if the asker may see the dataset that it is of.

    Raises:
        NotFound: there is no such run, it exported nothing, or the dataset is not for the asker.
    """
    run = runs.find(scope, run_id)
    dataset = (runs.plan_of(scope, run).get("values") or {}).get("dataset")
    if isinstance(dataset, str):
        readable(replace(scope, project=run.project), dataset)
    for row in scope.ledger.nodes.list(run_id):
        if row.step == ExportDataset.name and "export" in row.outputs:
            return row.outputs["export"]
    raise NotFound("client.no_export", run=run_id)


def refused_artifact(scope: Scope, run_id: str) -> Reference:
    """What the run's import left out, of a failed one too, if the asker may see the dataset.

    Raises:
        NotFound: there is no such run, it left nothing out, or the dataset is not for the asker.
    """
    run = runs.find(scope, run_id)
    row = runs.refused_of(scope.ledger.nodes.list(run_id))
    if row is None:
        raise NotFound("client.nothing_refused", run=run_id)
    graph = runs.plan_of(scope, run).get("graph", {"nodes": ()})
    imported = {node["name"]: node["config"].get("name") for node in graph["nodes"]}
    if imported.get(row.node) in _known(scope, run.project):
        readable(replace(scope, project=run.project), imported[row.node])
    return row.outputs["refused"]


def _known(scope: Scope, project: str) -> set[str]:
    """The datasets of `project` that have an owner: one that never came in has none yet."""
    return {entry.name for entry in scope.ledger.catalogue.list(project)}
