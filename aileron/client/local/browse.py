"""Samples, media and rows of dataset versions; see `browsing` for how they are found quickly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aileron.client import records as r
from aileron.client.local.browsing.index import Wanted
from aileron.client.local.browsing.kinds import type_of
from aileron.client.local.dataset_access import readable
from aileron.client.local.installation import Installation, Scope
from aileron.client.records.browse import MOST_SAMPLES
from aileron.core.errors import InvalidInput, NotFound
from aileron.core.ports import Reference
from aileron.data.card import parse_card
from aileron.data.card_base import CARD_FILE
from aileron.data.layout import PARTS, TABLE_FOLDER
from aileron.data.media import MEDIA_FOLDER
from aileron.data.operations.modality import modality_of
from aileron.data.quality.frame import opened_in
from aileron.ledger import DatasetVersion


def samples(
    scope: Scope, name: str, version: int | None, wanted: Wanted, offset: int, limit: int
) -> r.SamplePage:
    """Samples of a version from `offset` on."""
    check_page(offset, limit)
    found = find_version(scope, name, version)
    card = _card(scope, found)
    if card["modality"] == "table":
        raise InvalidInput("client.table_has_rows", name=name)
    index = scope.installation.browser.index(scope.store, found.reference)
    page = index.page(wanted, offset, limit)
    facts = index.facts()
    given = [part for part in (*PARTS, "none") if part in facts["parts"]]
    return r.SamplePage(
        dataset=name,
        version=found.version,
        modality=card["modality"],
        task=card["task"],
        total=page.total,
        offset=offset,
        samples=tuple(map(r.DatasetSample.model_validate_json, page.bodies)),
        every=facts["every"],
        waiting=facts["waiting"],
        classes=_counts(card["classes"], facts["labels"]),
        parts=_counts(given, facts["parts"]),
        points=card["points"],
    )


def medium(
    scope: Scope, name: str, version: int | None, sample_id: str, size: r.MediumSize
) -> r.Medium:
    """A sample's picture or recording."""
    return medium_of(scope.installation, find_version(scope, name, version), sample_id, size)


def medium_of(
    installation: Installation, found: DatasetVersion, sample_id: str, size: r.MediumSize
) -> r.Medium:
    """The same, for whoever may see the version."""
    browser, store = installation.browser, installation.store
    place = browser.index(store, found.reference).medium(sample_id)
    if place is None:
        name, version = found.name, found.version
        raise NotFound("client.no_medium", name=name, version=version, sample=sample_id)
    key = f"{place['digest'][:2]}/{place['digest']}.{size}"
    if kept := browser.media.read(key):
        return r.Medium(kept, type_of(kept))
    folder = browser.folder(store, found.reference, f"{MEDIA_FOLDER}/{place['media']}")
    kind, content = browser.worker.ask(
        "medium", folder=str(folder), media=place["media"], row=place["row"], size=size
    )
    browser.media.write(key, content)
    return r.Medium(content, kind)


def rows(scope: Scope, name: str, version: int | None, offset: int, limit: int) -> r.RowPage:
    """Rows of a table from `offset` on."""
    check_page(offset, limit)
    found = find_version(scope, name, version)
    card = _card(scope, found)
    if card["modality"] != "table":
        raise InvalidInput("client.has_samples", name=name)
    files = scope.store.manifest(found.reference).files
    parts = [entry.path for entry in files if entry.path.startswith(f"{TABLE_FOLDER}/")]
    browser = scope.installation.browser
    folder = browser.folder(scope.store, found.reference, *parts)
    columns = [column["name"] for column in card["schema"]]
    _, content = browser.worker.ask(
        "rows", folder=str(folder), columns=columns, offset=offset, limit=limit
    )
    answer = json.loads(content)
    return r.RowPage(
        dataset=name, version=found.version, columns=card["schema"], offset=offset, **answer
    )


def vocabulary(scope: Scope, name: str, version: int | None) -> r.Vocabulary:
    """The names that options of operations on a version may hold."""
    found = find_version(scope, name, version)
    card = parse_card(scope.store.read_bytes(found.reference, CARD_FILE))
    columns = {column.name: column for column in getattr(card, "columns", ())}
    return r.Vocabulary(
        dataset=name,
        version=found.version,
        facts=tuple(
            r.ConditionFact(
                name=fact,
                kind=kind,
                values=(getattr(columns.get(fact), "categories", None) or ())[:MOST_SAMPLES],
            )
            for fact, kind in modality_of(card).columns(card).items()
        ),
        columns=tuple(columns),
        labels=tuple(getattr(card, "classes", None) or ()),
    )


def profile(scope: Scope, name: str, version: int | None) -> Mapping[str, Any]:
    """What the newest run that profiled a version found."""
    found = find_version(scope, name, version)
    document: Mapping[str, Any] = scope.store.read_json(_profile(scope, found), "profile.json")
    return document


def report(scope: Scope, name: str, version: int | None) -> str:
    """The profile as a page, in the asker's language."""
    found = find_version(scope, name, version)
    html = scope.store.read_bytes(_profile(scope, found), "report.html").decode("utf-8")
    return opened_in(html, scope.language)


def _profile(scope: Scope, version: DatasetVersion) -> Reference:
    """The profile of the newest run that has made one of the version.

    A run that adds to it has read it, and profiles another one.
    """
    uses = scope.ledger.lineage.uses(version.project, version.name, version.version)
    mine = (None, scope.documents.find(version.reference, CARD_FILE, _digest))
    for run in uses.runs:
        for row in scope.ledger.nodes.list(run.run_id):
            report = row.outputs.get("report") if row.step == "data.profile" else None
            if report and scope.documents.find(report, "profile.json", _digest) in mine:
                return report
    raise NotFound("client.no_profile", name=version.name, version=version.version)


def _digest(document: Any) -> Any:
    """Of a card, or of the dataset that a profile is of."""
    return document.get("digest")


def check_page(offset: int, limit: int) -> None:
    """Raise `InvalidInput` if nothing can be a page like that."""
    if offset < 0 or not 1 <= limit <= MOST_SAMPLES:
        raise InvalidInput("client.bad_page", most=MOST_SAMPLES)


def find_version(scope: Scope, name: str, version: int | None) -> DatasetVersion:
    """That version, or the newest."""
    readable(scope, name)
    datasets = scope.ledger.datasets
    if version is not None:
        found = datasets.get(scope.project, name, version)
    else:
        found = datasets.latest(scope.project, name)
    if found is None or found.deleted is not None:
        wanted = version if version is not None else "-"
        raise NotFound(
            "client.no_dataset_version", project=scope.project, name=name, version=wanted
        )
    return found


def _card(scope: Scope, version: DatasetVersion) -> Mapping[str, Any]:
    return scope.documents.read(version.reference, CARD_FILE, _shown)


def _shown(card: Mapping[str, Any]) -> Mapping[str, Any]:
    """What pages of samples need of a card."""
    return {
        "modality": card.get("modality", "table"),
        "task": card["task"],
        "classes": card.get("classes") or (),
        "points": card.get("points") or {},
        "schema": card.get("schema") or (),
    }


def _counts(names: Any, counts: Mapping[str, int]) -> tuple[r.SampleCount, ...]:
    """In the order of `names`; what else was counted comes after, by name."""
    more = sorted(name for name in counts if name not in set(names))
    return tuple(r.SampleCount(name=one, samples=counts.get(one, 0)) for one in (*names, *more))
