"""Drafts of this machine: samples go into a folder, and an import is asked for some minutes on."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aileron.client import records as r
from aileron.client.drafts import DraftVerbs
from aileron.client.local.dataset_access import readable, writable
from aileron.client.local.installation import Scope
from aileron.client.local.lifecycles import start
from aileron.client.local.quota import check_room
from aileron.core.errors import AileronError, Conflict, NotFound
from aileron.core.names import import_name
from aileron.data.draft_samples import GivenLabel, Rules, import_values, takes_samples
from aileron.data.sources.connections import load_connections
from aileron.data.sources.drafts import DraftFolder
from aileron.ledger import DatasetVersion, Draft
from aileron.lifecycle import list_datasets, load_dataset

EDIT = "dataset.edit"
VERSIONS = 100_000
"""Versions of one dataset that are looked at."""


class LocalDrafts(DraftVerbs):
    """What `LocalClient` inherits."""

    _scope: Scope

    def begin_draft(
        self,
        dataset: str,
        *,
        joins: bool = False,
        kind: str | None = None,
        description: str = "",
    ) -> r.Draft:
        scope = self._scope
        _check_usable(scope, dataset)
        _refuse_while_importing(scope, dataset)
        folder = _folder_of(scope, dataset)
        made = scope.ledger.drafts.begin(
            scope.project, dataset, folder, joins=joins, kind=kind, description=description
        )
        if folder is not None:
            DraftFolder(scope.settings.home, folder, made.number).begin()
        return _record(scope, made)

    def drafts(self, dataset: str | None = None) -> tuple[r.Draft, ...]:
        scope = self._scope
        if dataset is not None:
            readable(scope, dataset)
        found = scope.ledger.drafts.list(scope.project, dataset)
        names = {draft.name for draft in found if _seen(scope, draft.name)}
        owned = {name: _Owned(scope, name) for name in names}
        return tuple(owned[one.name].record(one) for one in found if one.name in names)

    def draft(self, number: int) -> r.Draft:
        return _record(self._scope, _find(self._scope, number))

    def add_sample(
        self,
        number: int,
        content: str,
        labels: Iterable[r.SampleLabel] = (),
        *,
        replace: bool = False,
    ) -> r.Draft:
        scope = self._scope
        draft = _open(scope, _find(scope, number))
        if draft.folder is None:
            raise Conflict("data.sources.no_single_samples", name=draft.name)
        loaded = load_dataset(scope.settings, draft.name)
        rules = Rules.of(loaded.definition, loaded.limits)
        sample = rules.sample(content, [GivenLabel(**one.model_dump()) for one in labels])
        check_room(scope, len(content))
        folder = DraftFolder(scope.settings.home, draft.folder, number)
        folder.begin()
        with scope.ledger.drafts.filling(number) as filling:
            before = folder.labels(sample)
            if before is None:
                rules.check_count(filling.draft.samples)
                filling.samples = 1
            elif not replace:
                sample = rules.joined(before, sample)
            filling.bytes = folder.put(sample)
        values = import_values(loaded.definition, draft.folder, joins=draft.joins)
        _let_import(scope, draft, values)
        return self.draft(number)

    def delete_draft(self, number: int) -> None:
        scope = self._scope
        draft = _find(scope, number)
        writable(scope, draft.name, "dataset.delete")
        scope.ledger.drafts.delete(number)
        if draft.folder is not None:
            DraftFolder(scope.settings.home, draft.folder, number).remove()
        scope.ledger.drafts.emptied(number)


class _Owned:
    """The versions of a dataset, by the draft that they were made of."""

    def __init__(self, scope: Scope, name: str) -> None:
        every = scope.ledger.drafts.list(scope.project, name, deleted=True)
        versions = scope.ledger.datasets.list(scope.project, name, limit=VERSIONS)
        self._newest = next((one.number for one in every if one.deleted is None), None)
        self._of = {one.number: _made(every, one, versions) for one in every}

    def record(self, draft: Draft) -> r.Draft:
        return r.Draft(
            dataset=draft.name,
            size=draft.bytes,
            open=draft.number == self._newest,
            versions=self._of[draft.number],
            **draft.model_dump(exclude={"name", "bytes"}),
        )


def _made(
    every: Sequence[Draft], draft: Draft, versions: Iterable[DatasetVersion]
) -> tuple[int, ...]:
    """Numbers of the versions after which no newer draft was begun; deleted drafts count."""
    newer = [one.after for one in every if one.number > draft.number]
    numbers = (one.version for one in versions if one.version > draft.after)
    return tuple(number for number in numbers if all(number <= last for last in newer))


def _record(scope: Scope, draft: Draft) -> r.Draft:
    return _Owned(scope, draft.name).record(draft)


def _find(scope: Scope, number: int) -> Draft:
    """The draft, if it is of the project and the asker may see its dataset.

    Raises:
        NotFound: it is not.
    """
    draft = scope.ledger.drafts.get(number)
    if draft.project != scope.project:
        raise NotFound("ledger.no_draft", number=number)
    readable(scope, draft.name)
    return draft


def _seen(scope: Scope, name: str) -> bool:
    try:
        readable(scope, name)
    except NotFound:
        return False
    return True


def _check_usable(scope: Scope, name: str) -> None:
    """Raise unless there is such a dataset, the asker may change it, and it was not deleted."""
    entry = writable(scope, name, EDIT)
    if entry.deleted is not None:
        raise Conflict("lifecycle.dataset_deleted", name=name, by=entry.deleted_by)
    if entry.id is None and name not in list_datasets(scope.settings):
        raise NotFound("client.no_dataset", project=scope.project, name=name)


def _folder_of(scope: Scope, name: str) -> str | None:
    """Where samples of the draft are to lie; None if the dataset takes none one at a time."""
    if name not in list_datasets(scope.settings):
        return None
    definition = load_dataset(scope.settings, name).definition
    if not takes_samples(definition):
        return None
    return definition.source.draft or uuid.uuid4().hex


def _open(scope: Scope, draft: Draft) -> Draft:
    """The draft, if samples may be added to it.

    Raises:
        Conflict: they may not.
    """
    _check_usable(scope, draft.name)
    newest = scope.ledger.drafts.list(scope.project, draft.name)[0]
    if newest.number != draft.number:
        raise Conflict("client.draft_closed", number=draft.number, newest=newest.number)
    return draft


def _refuse_while_importing(scope: Scope, name: str) -> None:
    """What is being imported becomes a version of the draft that there is.

    Raises:
        Conflict: an import waits or runs.
    """
    drafts = scope.ledger.drafts.list(scope.project, name)
    runs = scope.ledger.runs.list(scope.project, import_name(name), limit=1)
    waits = any(one.due is not None and one.due > datetime.now(UTC) for one in drafts)
    if waits or any(not run.state.final for run in runs):
        raise Conflict("client.import_under_way", name=name)


def _let_import(scope: Scope, draft: Draft, values: Mapping[str, Any]) -> None:
    """Ask for an import some minutes from now, unless one is waiting."""
    limits = load_connections(scope.settings.workspace).limits
    due = scope.ledger.drafts.claim(draft.number, timedelta(minutes=limits.draft_minutes))
    if due is None:
        return
    try:
        start(scope, import_name(draft.name), values, force=False, after=due)
    except AileronError:
        scope.ledger.drafts.release(draft.number)
        raise
