"""The record of changes, without those of what is not for the asker.

Who does not see a dataset does not read of it either, nor of its campaigns and their packages
unless a campaign names them.
"""

from __future__ import annotations

from datetime import UTC, datetime

from aileron.client import records as r
from aileron.client.local import dataset_access
from aileron.client.local.installation import Scope
from aileron.client.local.labelling import rights
from aileron.client.local.labelling.publishing import subject_of
from aileron.core.errors import NotFound


def events(
    scope: Scope,
    limit: int,
    *,
    since: datetime | None,
    until: datetime | None,
    **asked: str | None,
) -> tuple[r.Event, ...]:
    """The newest changes; `asked` are subject, verb and actor."""
    found = scope.ledger.events.list(
        scope.project,
        limit=limit,
        since=_in_utc(since),
        until=_in_utc(until),
        without=_hidden(scope),
        **asked,
    )
    return tuple(r.Event(**event.model_dump(exclude={"project"})) for event in found)


def event(scope: Scope, number: int) -> r.Event:
    """One change of the project."""
    found = scope.ledger.events.get(number)
    if found is None or found.project != scope.project or found.about in _hidden(scope):
        raise NotFound("client.no_event", number=number)
    return r.Event(**found.model_dump(exclude={"project"}))


def _hidden(scope: Scope) -> set[str]:
    """Subjects that are not for the asker, as events say them."""
    closed = dataset_access.hidden(scope)
    if not closed:
        return set()
    found = scope.ledger.labelling.campaigns(scope.project, ended=True)
    theirs = [one for one in found if one.dataset in closed]
    seen = {one.id for one in rights.seen(scope, theirs)}
    hidden = {subject_of(one) for one in theirs if one.id not in seen}
    there = {(subject_of(one), one.dataset) for one in found}
    for subject, dataset in scope.ledger.events.begun_campaigns(scope.project) - there:
        if dataset in closed:  # it was deleted; another one may have its name now
            hidden.add(subject)
    return hidden | {f"dataset:{scope.project}/{name}" for name in closed}


def _in_utc(time: datetime | None) -> datetime | None:
    """`time`, in UTC if it does not say where."""
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time
