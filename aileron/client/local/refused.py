"""What an import left out, sample by sample: of a run, and of the version that it made."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any
from zipfile import ZipFile

from aileron.client import records as r
from aileron.client.local.browse import check_page, find_version
from aileron.client.local.exports import refused_artifact
from aileron.client.local.installation import Scope
from aileron.core.errors import NotFound, Refused
from aileron.core.ports import Reference
from aileron.data.card_base import CARD_FILE
from aileron.data.export_step import FACTS_FILE
from aileron.data.refused_file import FILE, REASONS, TABLE, plain
from aileron.ledger import DatasetVersion


def of_run(scope: Scope, run_id: str, offset: int, limit: int) -> r.RefusedPage:
    """What run `run_id` left out, of a failed import too."""
    check_page(offset, limit)
    artifact = refused_artifact(scope, run_id)
    listed = _listed(scope, artifact)
    losses: Mapping[str, str] = scope.documents.read(artifact, FACTS_FILE)["losses"]
    return r.RefusedPage(
        run_id=run_id,
        listed=len(listed),
        complete="problems" not in losses,
        offset=offset,
        samples=tuple(listed[offset : offset + limit]),
    )


def of_version(
    scope: Scope, name: str, version: int | None, offset: int, limit: int
) -> r.RefusedPage:
    """What the import of a version left out; what its card names where the run's file is gone."""
    check_page(offset, limit)
    found = find_version(scope, name, version)
    card = scope.documents.read(found.reference, CARD_FILE, _refused)
    run_id, artifact = _artifact(scope, found) if card["total"] else (None, None)
    listed = _named(card) if artifact is None else _listed(scope, artifact)
    return r.RefusedPage(
        run_id=run_id,
        listed=len(listed),
        complete=len(listed) >= card["total"],
        offset=offset,
        samples=tuple(listed[offset : offset + limit]),
    )


def _artifact(scope: Scope, version: DatasetVersion) -> tuple[str | None, Reference | None]:
    """The run that made the version, and what it left out; the newest one that has it."""
    uses = scope.ledger.lineage.uses(version.project, version.name, version.version)
    for run in sorted(uses.runs, key=lambda run: not run.made):
        try:
            return run.run_id, refused_artifact(scope, run.run_id)
        except (NotFound, Refused):  # that is of a project that is not the asker's
            continue
    return None, None


def _refused(card: Any) -> dict[str, Any]:
    """What this module needs of a card."""
    named = card.get("refused") or ()
    return {"total": (card.get("counts") or {}).get("refused", len(named)), "named": named}


def _named(card: dict[str, Any]) -> list[r.RefusedSample]:
    return [r.RefusedSample(file=one["path"], reason=one["reason"]) for one in card["named"]]


def _listed(scope: Scope, artifact: Reference) -> Sequence[r.RefusedSample]:
    """The rows of the table in the zip, their reasons in the asker's language."""
    folder = scope.installation.browser.folder(scope.store, artifact, FILE)
    with ZipFile(folder / FILE) as archive, archive.open(TABLE) as table:
        rows = csv.DictReader(io.TextIOWrapper(table, "utf-8-sig", newline=""))
        return [_sample(row, REASONS[scope.language]) for row in rows]


def _sample(row: Mapping[str, str], reason: str) -> r.RefusedSample:
    line = int(row["line"]) if row["line"] else None
    said = row.get(reason) or row["reason"]  # of an import of old, in English alone
    return r.RefusedSample(file=plain(row["file"]), line=line, reason=plain(said))
