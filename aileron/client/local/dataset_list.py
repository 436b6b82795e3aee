"""The list of datasets: the project's own, others' that are shared, and which are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aileron.client import records as r
from aileron.client.local.dataset_access import Allowed, allowed_to, permissions_of
from aileron.client.local.installation import Scope
from aileron.client.local.runs import brief as run_brief
from aileron.core.errors import AileronError
from aileron.core.names import IMPORT
from aileron.data.card_base import CARD_FILE
from aileron.ledger import DatasetEntry, DatasetVersion, Right, Run
from aileron.lifecycle import list_datasets, load_dataset


@dataclass(frozen=True)
class Wanted:
    """Which datasets of the catalogue are asked for; None asks for all."""

    word: str | None = None
    modality: str | None = None
    task: str | None = None
    tag: str | None = None
    favourite: bool = False
    mine: bool = False
    deleted: bool = False
    id: int | None = None

    def fits(self, one: r.DatasetBrief, actor: str) -> bool:
        """Whether the dataset is one of those; the deleted are asked for by themselves."""
        said = " ".join(filter(None, (one.name, one.display_name, *one.tags))).casefold()
        return (
            (one.deleted is not None) == self.deleted
            and self.id in (None, one.id)
            and (self.word is None or all(w in said for w in self.word.casefold().split()))
            and self.modality in (None, one.modality)
            and self.task in (None, one.task)
            and (self.tag is None or self.tag in one.tags)
            and (one.favourite or not self.favourite)
            and (one.owner == actor or not self.mine)
        )


def datasets(scope: Scope, wanted: Wanted) -> tuple[r.DatasetBrief, ...]:
    """Those of the project that are defined or have versions; and others' that are shared."""
    defined = set(list_datasets(scope.settings))
    known = Known.of(scope, {scope.project}, defined)
    own = _own(scope, defined, known.newest)
    others = scope.ledger.catalogue.elsewhere(scope.project, scope.actor.name)
    known = known.with_projects(scope, {entry.project for entry in others})
    seen = _seen(scope, [*own, *others])
    briefs = (r.DatasetBrief(**brief(scope, entry, allowed, known)) for entry, allowed in seen)
    return tuple(one for one in briefs if wanted.fits(one, scope.actor.name))


def of_project(scope: Scope) -> tuple[r.DatasetBrief, ...]:
    """The project's own that are there, without what is the asker's alone: two questions."""
    defined = frozenset(list_datasets(scope.settings))
    newest = _newest(scope, scope.project)
    known = Known(scope.project, defined, newest, {}, frozenset(), {})
    seen = _seen(scope, _own(scope, defined, newest))
    return tuple(
        r.DatasetBrief(**brief(scope, entry, allowed, known))
        for entry, allowed in seen
        if entry.deleted is None
    )


@dataclass(frozen=True)
class Known:
    """What the ledger and the workspace say of the datasets of some projects."""

    project: str
    """The one whose definitions are in the workspace, as far as the asker is concerned."""
    defined: frozenset[str]
    newest: Mapping[tuple[str, str], DatasetVersion]
    counts: Mapping[tuple[str, str], int]
    favourites: frozenset[tuple[str, str]]
    imports: Mapping[str, Run]
    """Dataset of the project -> the last run of its import."""

    @classmethod
    def of(cls, scope: Scope, projects: Iterable[str], defined: Iterable[str]) -> Known:
        favourites = scope.ledger.catalogue.favourites(scope.actor.name)
        runs = scope.ledger.runs.latest(scope.project)
        imports = {
            run.lifecycle.removeprefix(IMPORT): run
            for run in runs
            if run.lifecycle.startswith(IMPORT)
        }
        nothing = cls(scope.project, frozenset(defined), {}, {}, frozenset(favourites), imports)
        return nothing.with_projects(scope, projects)

    def with_projects(self, scope: Scope, projects: Iterable[str]) -> Known:
        """With the versions of these projects, too."""
        newest, counts = dict(self.newest), dict(self.counts)
        for project in projects:
            newest |= _newest(scope, project)
            for name, count in scope.ledger.datasets.counts(project).items():
                counts[project, name] = count
        return replace(self, newest=newest, counts=counts)

    def defines(self, entry: DatasetEntry) -> bool:
        return entry.project == self.project and entry.name in self.defined


def brief(
    scope: Scope, entry: DatasetEntry, allowed: Allowed | None, known: Known
) -> dict[str, Any]:
    """The fields of a `DatasetBrief`."""
    key = (entry.project, entry.name)
    facts: dict[str, Any] = entry.model_dump(mode="json", exclude={"deleted_by"})
    facts |= {
        "favourite": key in known.favourites,
        "permissions": permissions_of(scope.actor, allowed),
    }
    if known.defines(entry):
        try:
            definition = load_dataset(scope.settings, entry.name).definition
            for field in ("display_name", "modality", "task"):
                facts[field] = getattr(definition, field, None)
        except AileronError as error:
            facts["problem"] = scope.told(error)
        last = known.imports.get(entry.name)
        facts["last_import"] = run_brief(scope, last) if last else None
    newest = known.newest.get(key)
    if newest is not None:
        card = scope.documents.find(newest.reference, CARD_FILE, _identity) or {}
        facts |= {field: value for field, value in card.items() if facts.get(field) is None}
        facts |= {"latest": newest.version, "versions": known.counts.get(key, 0)}
        facts |= {"updated": newest.created, "size": newest.reference.size}
    return facts


def _own(
    scope: Scope, defined: Iterable[str], newest: Mapping[tuple[str, str], DatasetVersion]
) -> list[DatasetEntry]:
    entries = {entry.name: entry for entry in scope.ledger.catalogue.list(scope.project)}
    for name in {*defined, *(name for _, name in newest)}:
        entries.setdefault(name, DatasetEntry(project=scope.project, name=name))
    return [entries[name] for name in sorted(entries)]


def _seen(scope: Scope, entries: list[DatasetEntry]) -> list[tuple[DatasetEntry, Allowed]]:
    """Those that the asker may see; grants are asked for only if one could matter."""
    own = scope.actor.project in (None, scope.project)
    granted: Mapping[tuple[str, str], Right] = {}
    if not own or any(entry.project != scope.project or entry.closed for entry in entries):
        granted = scope.ledger.catalogue.rights(scope.actor.project, scope.actor.name)
    found = (
        (entry, allowed_to(scope.actor, entry, granted.get((entry.project, entry.name))))
        for entry in entries
    )
    return [(entry, allowed) for entry, allowed in found if allowed is not None]


def _newest(scope: Scope, project: str) -> dict[tuple[str, str], DatasetVersion]:
    versions = scope.ledger.datasets.newest(project)
    return {(project, version.name): version for version in versions}


def _identity(card: Any) -> Mapping[str, Any]:
    known = {field: card.get(field) for field in ("display_name", "modality", "task")}
    return {**known, "rows": row_count(card), "balance": _balance(card)}


def _balance(card: Any) -> float | None:
    """Samples of the rarest class as a share of those of the most frequent one."""
    counts = (card.get("class_counts") or {}).values()
    return round(min(counts) / max(counts), 4) if counts and max(counts) else None


def row_count(card: Any) -> int | None:
    counts = card.get("counts") or {}
    found = counts.get("rows", counts.get("samples"))
    return int(found) if found is not None else None
