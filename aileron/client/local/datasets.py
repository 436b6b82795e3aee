"""One dataset: which versions there are, and what changed between two."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from aileron.client import records as r
from aileron.client.local.dataset_access import allowed, readable
from aileron.client.local.dataset_list import Known, brief, row_count
from aileron.client.local.installation import Scope
from aileron.core.errors import NotFound, StepFailed
from aileron.core.settings import SILENT
from aileron.data.card_base import CARD_FILE
from aileron.ledger import DatasetVersion
from aileron.lifecycle import list_datasets

SHOWN: Final = 200
"""Versions of one answer, the newest."""
DIFF_SECONDS: Final = 120.0
MEDIA: Final = "media/"
"""Pictures' bytes, which no difference needs: samples have the digests of their content."""
_COLUMN: Final = ("type", "role", "categories")


def dataset(scope: Scope, name: str, *, deleted: bool = False) -> r.Dataset:
    """One dataset with its newest versions, and the card of the newest."""
    entry = readable(scope, name)
    known = Known.of(scope, {scope.project}, set(list_datasets(scope.settings)))
    versions = scope.ledger.datasets.list(scope.project, name, limit=SHOWN, deleted=deleted)
    there = entry.deleted is None and known.defines(entry)
    if not there and not versions:
        raise NotFound("client.no_dataset", project=scope.project, name=name)
    newest = known.newest.get((scope.project, name))
    card = scope.documents.once(newest.reference, CARD_FILE) if newest else None
    return r.Dataset(
        **brief(scope, entry, allowed(scope, entry), known),
        history=tuple(version_record(scope, version) for version in versions),
        card=card,
        profiled=tuple(sorted(scope.ledger.lineage.profiled(scope.project, name))),
    )


def diff(scope: Scope, name: str, a: int, b: int) -> r.DatasetDiff:
    """What changed from version `a` to version `b`."""
    before, after = (find(scope, name, number) for number in (a, b))
    old: Mapping[str, Any] = scope.store.read_json(before.reference, CARD_FILE)
    new: Mapping[str, Any] = scope.store.read_json(after.reference, CARD_FILE)
    found = _difference(scope, before, after)
    return r.DatasetDiff(
        dataset=name,
        a=a,
        b=b,
        same=before.digest == after.digest,
        columns=_columns(old, new),
        rows=r.RowChanges.model_validate(found["rows"]),
        classes=tuple(r.ClassChange.model_validate(one) for one in found["classes"]),
    )


def _width(card: Any) -> int | None:
    return len(card["schema"]) if "schema" in card else None


def _refused(card: Any) -> int:
    """What its own import left out; a version that was made from another one has none."""
    return int((card.get("counts") or {}).get("refused", 0)) if card.get("made") is None else 0


def version_record(scope: Scope, version: DatasetVersion) -> r.DatasetVersion:
    """A version with its lock and its deletion."""
    lock = None
    if version.locked_by is not None and version.locked is not None:
        reason = version.lock_reason or ""
        lock = r.Lock(by=version.locked_by, reason=reason, since=version.locked)
    return r.DatasetVersion(
        id=version.id,
        project=version.project,
        dataset=version.name,
        version=version.version,
        tag=version.tag,
        created=version.created,
        digest=version.digest,
        size=version.reference.size,
        rows=scope.documents.find(version.reference, CARD_FILE, row_count),
        columns=scope.documents.find(version.reference, CARD_FILE, _width),
        refused=scope.documents.find(version.reference, CARD_FILE, _refused) or 0,
        locked=lock,
        deleted=version.deleted,
        deleted_by=version.deleted_by,
    )


def by_id(scope: Scope, version_id: int) -> r.DatasetVersion:
    """The version of that id, of any project whose dataset the asker may see."""
    version = scope.ledger.datasets.by_id(version_id)
    if version is None or version.deleted is not None:
        raise NotFound("client.no_version_id", id=version_id)
    entry = scope.ledger.catalogue.get(version.project, version.name)
    if allowed(scope, entry) is None:
        raise NotFound("client.no_version_id", id=version_id)
    return version_record(scope, version)


def find(scope: Scope, name: str, number: int) -> DatasetVersion:
    """A version that is there and that the asker may see.

    Raises:
        NotFound: it is not, or was deleted.
    """
    readable(scope, name)
    version = scope.ledger.datasets.get(scope.project, name, number)
    if version is None or version.deleted is not None:
        raise NotFound(
            "client.no_dataset_version", project=scope.project, name=name, version=number
        )
    return version


def _columns(before: Mapping[str, Any], after: Mapping[str, Any]) -> r.ColumnChanges:
    old, new = (
        {column["name"]: {key: column.get(key) for key in _COLUMN} for column in card["schema"]}
        if "schema" in card
        else {}
        for card in (before, after)
    )
    return r.ColumnChanges(
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed=tuple(_changed(old, new)),
    )


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[r.ColumnChange]:
    for name, column in old.items():
        if name in new and new[name] != column:
            keys = [key for key in column if column[key] != new[name][key]]
            yield r.ColumnChange(
                name=name,
                before={key: column[key] for key in keys},
                after={key: new[name][key] for key in keys},
            )


def _difference(scope: Scope, before: DatasetVersion, after: DatasetVersion) -> Mapping[str, Any]:
    """Rows and labels, counted by a process of its own: see `difference`."""
    with tempfile.TemporaryDirectory(prefix="aileron-diff-") as work:
        folders = [Path(work, side) for side in ("before", "after")]
        for version, folder in zip((before, after), folders, strict=True):
            _lay_out(scope, version, folder)
        command = [sys.executable, "-P", "-m", "aileron.client.local.difference"]
        try:
            done = subprocess.run(
                [*command, *map(str, folders)],
                capture_output=True,
                check=False,
                timeout=DIFF_SECONDS,
                env={**SILENT, "PATH": "", "OMP_NUM_THREADS": "1"},
            )
        except subprocess.TimeoutExpired:
            raise StepFailed("client.diff_failed", name=before.name, problem="-") from None
        if done.returncode:
            last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            raise StepFailed("client.diff_failed", name=before.name, problem="".join(last))
        found: Mapping[str, Any] = json.loads(done.stdout)
        return found


def _lay_out(scope: Scope, version: DatasetVersion, folder: Path) -> None:
    for entry in scope.store.manifest(version.reference).files:
        if not entry.path.startswith(MEDIA):
            path = folder / entry.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(scope.store.read_bytes(version.reference, entry.path))
