"""Acts on datasets as a whole and on their versions, in the asker's name.

The ledger decides; the tags of the data repository follow it, so that an act that was
interrupted between the two is completed by doing it again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Any, Final

from aileron.client import records as r
from aileron.client.local.dataset_access import allowed, readable, writable
from aileron.client.local.dataset_list import Known, brief
from aileron.client.local.datasets import find, version_record
from aileron.client.local.installation import Scope
from aileron.client.records.catalogue import GRANTEE_LENGTH, MOST_TAGS, REASON_LENGTH, TAG_LENGTH
from aileron.core.access import Role, authorize
from aileron.core.errors import InvalidInput, NotFound, Refused
from aileron.core.names import check_name, parse_tag
from aileron.data.card_base import CARD_FILE
from aileron.data.deletion import Hidden
from aileron.data.versions import Versions
from aileron.ledger import DatasetEntry, Grant, GranteeKind, Right, Visibility
from aileron.ledger.deletion import Expired
from aileron.lifecycle import list_datasets
from aileron.retention.alone import alone

EDIT: Final = "dataset.edit"
SHARE: Final = "dataset.share"
DELETE: Final = "dataset.delete"
GENERATIONS: Final = 100
"""Ancestors of one answer."""


def change(
    scope: Scope,
    name: str,
    visibility: r.Visibility | None,
    online: bool | None,
    tags: Sequence[str] | None,
) -> r.DatasetBrief:
    """Set visibility, whether it is online, or its tags."""
    entry = _known(scope, name, EDIT if visibility is None else SHARE)
    if Visibility.PRESET in (visibility, entry.visibility):
        _refuse_preset(scope, entry)
    given = r.ChangeDataset(visibility=visibility, online=online, tags=_tags(tags))
    values = given.model_dump(mode="json", exclude_none=True)
    scope.ledger.catalogue.change(scope.project, name, **values)
    return _brief(scope, name)


def favour(scope: Scope, name: str, *, favourite: bool) -> r.DatasetBrief:
    """Put it on the asker's list, or take it off."""
    _known(scope, name, "dataset.favourite")
    scope.ledger.catalogue.favour(scope.project, name, favourite=favourite)
    return _brief(scope, name)


def lock(scope: Scope, name: str, version: int, reason: str) -> r.DatasetVersion:
    """Keep a version from being deleted."""
    writable(scope, name, EDIT)
    find(scope, name, version)
    if len(reason) > REASON_LENGTH:
        raise InvalidInput("client.long_reason", length=REASON_LENGTH)
    locked = scope.ledger.deletion.lock(scope.project, name, version, reason)
    return version_record(scope, locked)


def unlock(scope: Scope, name: str, version: int) -> r.DatasetVersion:
    """Take a lock off; an administrator takes off anybody's."""
    writable(scope, name, EDIT)
    find(scope, name, version)
    anybodys = scope.actor.role is Role.ADMIN
    free = scope.ledger.deletion.unlock(scope.project, name, version, anybodys=anybodys)
    return version_record(scope, free)


def delete(scope: Scope, name: str, version: int | None) -> r.DatasetBrief:
    """Hide a version, or all of them with the dataset."""
    _known(scope, name, DELETE)
    deletion = scope.ledger.deletion
    if version is None:
        gone = deletion.delete_all(scope.project, name)
        gone += [v for v in _deleted(scope, name) if v not in gone]
    else:
        gone = [deletion.delete(scope.project, name, version)]
    hidden = Hidden(Versions.of(scope.settings))
    for one in gone:
        hidden.hide(scope.project, name, one.version)
    return _brief(scope, name)


def restore(scope: Scope, name: str, version: int | None) -> r.DatasetBrief:
    """Bring a version back, or the dataset with what was deleted together with it."""
    _known(scope, name, DELETE)
    deletion = scope.ledger.deletion
    if version is None:
        deletion.restore_all(scope.project, name)
    else:
        deletion.restore(scope.project, name, version)
    hidden = Hidden(Versions.of(scope.settings))
    for one in scope.ledger.datasets.list(scope.project, name):
        hidden.show(scope.project, name, one.version)
    return _brief(scope, name)


def purge(scope: Scope, name: str | None, *, dry_run: bool) -> r.Purge:
    """Remove for good what was deleted long enough ago and nothing refers to."""
    authorize(scope.actor, "dataset.purge", scope.project)
    if name is not None:
        check_name(name)
    with nullcontext() if dry_run else alone(scope.ledger, "purge"):
        return _purge(scope, name, dry_run=dry_run)


def _purge(scope: Scope, name: str | None, *, dry_run: bool) -> r.Purge:
    expired = scope.ledger.deletion.expired(scope.project, name)
    hidden = Hidden(Versions.of(scope.settings))
    going = [one for one in expired if not one.kept_by]
    if not dry_run:
        going = [one for one in going if _forget(scope, one)]
    asked = time.time()
    unneeded = scope.ledger.deletion.unneeded([one.version for one in going])
    stored = scope.store.remove(unneeded, before=asked, dry_run=dry_run)
    tags = [one.version.tag for one in going] + _leftovers(scope, hidden, name)
    removed = hidden.purge(tags, dry_run=dry_run)
    return r.Purge(
        dry_run=dry_run,
        purged=tuple(_purged(scope, one) for one in going),
        kept=tuple(_purged(scope, one) for one in expired if one.kept_by),
        objects=removed.objects,
        bytes=removed.bytes,
        artifacts=stored.artifacts,
        artifact_bytes=stored.bytes,
    )


def shares(scope: Scope, name: str) -> tuple[r.Share, ...]:
    """To whom it was granted."""
    _known(scope, name, SHARE)
    return tuple(map(_share, scope.ledger.catalogue.grants(scope.project, name)))


def share(
    scope: Scope, name: str, grantee: str, kind: r.GranteeKind, right: r.Right
) -> tuple[r.Share, ...]:
    """Let a login or a project use it."""
    _known(scope, name, SHARE)
    grantee = _grantee(scope, grantee, kind)
    scope.ledger.catalogue.grant(scope.project, name, GranteeKind(kind), grantee, Right(right))
    return shares(scope, name)


def unshare(scope: Scope, name: str, grantee: str, kind: r.GranteeKind) -> tuple[r.Share, ...]:
    """Take a share back."""
    _known(scope, name, SHARE)
    scope.ledger.catalogue.revoke(scope.project, name, GranteeKind(kind), grantee)
    return shares(scope, name)


def lineage(scope: Scope, name: str, number: int) -> r.Lineage:
    """Where a version comes from and what came of it; deleted versions have one too."""
    readable(scope, name)
    version = scope.ledger.datasets.get(scope.project, name, number)
    if version is None:
        find(scope, name, number)
    uses = scope.ledger.lineage.uses(scope.project, name, number)
    seen = [run for run in uses.runs if _sees(scope, run.project)]
    return r.Lineage(
        dataset=name,
        version=number,
        ancestors=tuple(_ancestors(scope, name, number)),
        runs=tuple(r.LineageRun.model_validate(run.model_dump(mode="json")) for run in seen),
        models=tuple(
            r.LineageModel(**model.model_dump())
            for model in uses.models
            if _sees(scope, model.project)
        ),
        revisions=tuple(
            r.LineageRevision(**revision.model_dump())
            for revision in uses.revisions
            if _sees(scope, revision.project)
        ),
        lifecycles=tuple(sorted({f"{run.project}/{run.lifecycle}" for run in seen})),
    )


def _known(scope: Scope, name: str, verb: str) -> DatasetEntry:
    """The dataset's entry, if there is such a dataset and the asker may do `verb` with it."""
    entry = writable(scope, name, verb)
    defined = name in list_datasets(scope.settings)
    if not (defined or scope.ledger.datasets.list(scope.project, name, limit=1, deleted=True)):
        raise NotFound("client.no_dataset", project=scope.project, name=name)
    return entry


def _brief(scope: Scope, name: str) -> r.DatasetBrief:
    entry = scope.ledger.catalogue.get(scope.project, name)
    known = Known.of(scope, {scope.project}, list_datasets(scope.settings))
    return r.DatasetBrief(**brief(scope, entry, allowed(scope, entry), known))


def _refuse_preset(scope: Scope, entry: DatasetEntry) -> None:
    if scope.actor.role is not Role.ADMIN:
        raise Refused(
            "client.preset_is_for_admins",
            name=f"{entry.project}/{entry.name}",
            actor=scope.actor.name,
        )


def _tags(tags: Sequence[str] | None) -> tuple[str, ...] | None:
    """The tags without repeats, in order.

    Raises:
        InvalidInput: one is empty or too long, or there are too many.
    """
    if tags is None:
        return None
    found = tuple(dict.fromkeys(tag.strip() for tag in tags))
    if len(found) > MOST_TAGS or any(not 0 < len(tag) <= TAG_LENGTH for tag in found):
        raise InvalidInput("client.bad_tags", most=MOST_TAGS, length=TAG_LENGTH)
    return found


def _grantee(scope: Scope, grantee: str, kind: r.GranteeKind) -> str:
    grantee = grantee.strip()
    if kind == "project":
        check_name(grantee)
        if grantee == scope.project:
            raise InvalidInput("client.shared_with_itself", project=grantee)
    elif not 0 < len(grantee) <= GRANTEE_LENGTH:
        raise InvalidInput("client.no_grantee", length=GRANTEE_LENGTH)
    return grantee


def _share(grant: Grant) -> r.Share:
    return r.Share(**grant.model_dump(mode="json", exclude={"project", "name"}))


def _deleted(scope: Scope, name: str) -> list[Any]:
    versions = scope.ledger.datasets.list(scope.project, name, deleted=True)
    return [version for version in versions if version.deleted is not None]


def _forget(scope: Scope, expired: Expired) -> bool:
    version = expired.version
    return scope.ledger.deletion.purge(version.project, version.name, version.version)


def _leftovers(scope: Scope, hidden: Hidden, name: str | None) -> list[str]:
    """Tags of versions that the ledger forgot before a purge was interrupted."""
    rows = scope.ledger.datasets.list(scope.project, name, limit=1_000_000, deleted=True)
    known = {row.tag for row in rows}
    return [tag for tag in hidden.tags(scope.project, name) if tag not in known]


def _purged(scope: Scope, expired: Expired) -> r.PurgedVersion:
    version = expired.version
    return r.PurgedVersion(
        dataset=version.name,
        version=version.version,
        tag=version.tag,
        deleted=version.deleted,
        kept_because=tuple(one.render(scope.language) for one in expired.kept_by),
    )


def _sees(scope: Scope, project: str) -> bool:
    return scope.actor.project in (None, project)


def _ancestors(scope: Scope, name: str, number: int) -> Iterator[r.Ancestor]:
    """The parent, its parent and so on, as far as cards name them."""
    project = scope.project
    for _ in range(GENERATIONS):
        version = scope.ledger.datasets.get(project, name, number)
        if version is None:
            return
        origin = scope.documents.find(version.reference, CARD_FILE, _origin) or {}
        parent = parse_tag(origin.get("parent"))
        if parent is None:
            return
        project, name, number = parent
        there = scope.ledger.datasets.get(project, name, number)
        yield r.Ancestor(
            tag=str(origin["parent"]),
            operation=origin.get("made"),
            there=there is not None and there.deleted is None,
        )


def _origin(card: Any) -> dict[str, Any]:
    return {field: card.get(field) for field in ("parent", "made")}
