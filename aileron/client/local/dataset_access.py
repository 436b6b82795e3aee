"""Who may see and change which dataset: project, visibility and grants decide, in this order.

Of one's own projects: a private dataset is its owner's and the administrators', a preset one
is changed by administrators alone, all others are everybody's. Of other projects one sees
what is public or preset and online, and what was granted. A grant to write lets its holder change a
dataset, not share or delete it.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from aileron.client.local.installation import Scope
from aileron.core.access import NEEDS, Actor, Permission, Role
from aileron.core.errors import NotFound, Refused
from aileron.ledger import DatasetEntry, Right, Visibility

EVERYBODYS: Final = (Visibility.PUBLIC, Visibility.PRESET)


class Allowed(IntEnum):
    """How much somebody may do with a dataset; each has what is before it."""

    READ = 1
    WRITE = 2
    OWN = 3
    """Also say who else may, and delete it: what no grant gives."""


NEEDED: Final = {
    "dataset.favourite": Allowed.READ,
    "dataset.edit": Allowed.WRITE,
    "dataset.share": Allowed.OWN,
    "dataset.delete": Allowed.OWN,
    "dataset.purge": Allowed.OWN,
}


def allowed_to(actor: Actor, entry: DatasetEntry, granted: Right | None) -> Allowed | None:
    """The most that `actor` may do with the dataset, whatever their role."""
    own = actor.project in (None, entry.project)
    given = {Right.READ: Allowed.READ, Right.WRITE: Allowed.WRITE}.get(granted) if granted else None
    if own and actor.role is Role.ADMIN:
        return Allowed.OWN
    if own and entry.visibility is Visibility.PRIVATE:
        return Allowed.OWN if entry.owner == actor.name else given
    if own and entry.visibility is not Visibility.PRESET:
        return Allowed.OWN
    if own or (entry.visibility in EVERYBODYS and entry.online):
        return given or Allowed.READ
    return given if entry.online else None


def allowed(scope: Scope, entry: DatasetEntry) -> Allowed | None:
    """`allowed_to` the asker."""
    rights = scope.ledger.catalogue.rights(scope.actor.project, scope.actor.name)
    return allowed_to(scope.actor, entry, rights.get((entry.project, entry.name)))


def is_readable(scope: Scope, name: str) -> bool:
    """Whether dataset `name` is for the asker, be it purged or only defined."""
    if _owns_all(scope):
        return True
    entry = scope.ledger.catalogue.get(scope.project, name)
    if entry.id is None and name in scope.ledger.events.last_private(scope.project):
        return False
    return allowed_to(scope.actor, entry, None) is not None or allowed(scope, entry) is not None


def hidden(scope: Scope) -> set[str]:
    """Names of the project's datasets that are not for the asker; what was purged is as it was."""
    if _owns_all(scope):
        return set()
    entries = {one.name: one for one in scope.ledger.catalogue.list(scope.project)}
    rights = scope.ledger.catalogue.rights(scope.actor.project, scope.actor.name)
    closed = {
        name
        for name, entry in entries.items()
        if allowed_to(scope.actor, entry, rights.get((entry.project, name))) is None
    }
    return closed | (scope.ledger.events.last_private(scope.project) - entries.keys())


def readable(scope: Scope, name: str) -> DatasetEntry:
    """What the catalogue has of dataset `name`, if the asker may see it.

    Raises:
        NotFound: there is no such dataset, or it is not for the asker.
    """
    entry = scope.ledger.catalogue.get(scope.project, name)
    if allowed(scope, entry) is None:
        raise NotFound("client.no_dataset", project=scope.project, name=name)
    return entry


def writable(scope: Scope, name: str, verb: str) -> DatasetEntry:
    """`readable`, if the asker may do `verb` with it.

    Raises:
        NotFound: there is no such dataset, or it is not for the asker.
        Refused: the asker may only read it, or the role is too low.
    """
    entry = readable(scope, name)
    if _permission(scope.actor, verb, allowed(scope, entry)).allowed:
        return entry
    if not scope.actor.role.includes(NEEDS[verb]):
        raise Refused(
            "core.role_too_low",
            actor=scope.actor.name,
            role=scope.actor.role.value,
            verb=verb,
            needs=NEEDS[verb].value,
        )
    raise Refused(
        "client.dataset_read_only",
        name=f"{entry.project}/{name}",
        actor=scope.actor.name,
        verb=verb,
        owner=entry.owner or "-",
    )


def permissions_of(actor: Actor, most: Allowed | None) -> dict[str, Permission]:
    """Verb -> whether `actor`, who may do `most` with the dataset, may do it."""
    return {verb: _permission(actor, verb, most) for verb in NEEDED}


def _owns_all(scope: Scope) -> bool:
    """Whether every dataset of the project is the asker's."""
    return scope.actor.role is Role.ADMIN and scope.actor.project in (None, scope.project)


def _permission(actor: Actor, verb: str, most: Allowed | None) -> Permission:
    enough = most is not None and most >= NEEDED[verb]
    return Permission(allowed=enough and actor.role.includes(NEEDS[verb]), needs=NEEDS[verb])
