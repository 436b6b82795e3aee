"""Datasets: what the workspace defines, which versions there are, what changed between two."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from aileron.client import records as r
from aileron.client.local.installation import Scope
from aileron.core.errors import AileronError, NotFound, StepFailed
from aileron.core.settings import SILENT
from aileron.data.card_base import CARD_FILE
from aileron.ledger import DatasetVersion
from aileron.lifecycle import list_datasets, load_dataset

SHOWN: Final = 200
"""Versions of one answer, the newest."""
DIFF_SECONDS: Final = 120.0
MEDIA: Final = "media/"
"""Pictures' bytes, which no difference needs: rows have the digests of their content."""
_COLUMN: Final = ("type", "role", "categories")


def datasets(scope: Scope) -> tuple[r.DatasetBrief, ...]:
    """Those that are defined or have versions."""
    defined = list_datasets(scope.settings)
    newest = {version.name: version for version in scope.ledger.datasets.newest(scope.project)}
    counts = scope.ledger.datasets.counts(scope.project)
    names = sorted({*defined, *newest})
    return tuple(
        r.DatasetBrief(
            **_brief(scope, name, newest.get(name), counts.get(name, 0), defined=name in defined)
        )
        for name in names
    )


def dataset(scope: Scope, name: str) -> r.Dataset:
    """One dataset with its newest versions, and the card of the newest."""
    defined = name in list_datasets(scope.settings)
    versions = scope.ledger.datasets.list(scope.project, name, limit=SHOWN)
    if not defined and not versions:
        raise NotFound("client.no_dataset", project=scope.project, name=name)
    newest = versions[0] if versions else None
    counts = scope.ledger.datasets.counts(scope.project)
    card = scope.documents.once(newest.reference, CARD_FILE) if newest else None
    return r.Dataset(
        **_brief(scope, name, newest, counts.get(name, 0), defined=defined),
        history=tuple(_version(scope, version) for version in versions),
        card=card,
    )


def diff(scope: Scope, name: str, a: int, b: int) -> r.DatasetDiff:
    """What changed from version `a` to version `b`."""
    before, after = (_find(scope, name, number) for number in (a, b))
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


def _brief(
    scope: Scope, name: str, newest: DatasetVersion | None, count: int, *, defined: bool
) -> dict[str, Any]:
    facts: dict[str, Any] = {"name": name, "project": scope.project}
    if defined:
        try:
            definition = load_dataset(scope.settings, name).definition
            for field in ("display_name", "modality", "task"):
                facts[field] = getattr(definition, field, None)
        except AileronError as error:
            facts["problem"] = scope.told(error)
    if newest is not None:
        card = scope.documents.find(newest.reference, CARD_FILE, _identity) or {}
        facts |= {field: value for field, value in card.items() if facts.get(field) is None}
        facts |= {"latest": newest.version, "versions": count, "updated": newest.created}
    return facts


def _identity(card: Any) -> Mapping[str, Any]:
    return {field: card.get(field) for field in ("display_name", "modality", "task")}


def _rows(card: Any) -> int | None:
    counts = card.get("counts") or {}
    found = counts.get("rows", counts.get("samples"))
    return int(found) if found is not None else None


def _version(scope: Scope, version: DatasetVersion) -> r.DatasetVersion:
    return r.DatasetVersion(
        dataset=version.name,
        version=version.version,
        tag=version.tag,
        created=version.created,
        digest=version.digest,
        size=version.reference.size,
        rows=scope.documents.find(version.reference, CARD_FILE, _rows),
    )


def _find(scope: Scope, name: str, number: int) -> DatasetVersion:
    version = scope.ledger.datasets.get(scope.project, name, number)
    if version is None:
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
