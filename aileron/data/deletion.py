"""Deleted dataset versions in the data repository, and removing their bytes in the end.

A deleted version's reference stands under ``refs/deleted/`` instead of ``refs/tags/``, so
that nothing finds it by accident and its number is not given again. Purging removes the
objects that no other version has, on the remote that the versions of all projects share.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import yaml

from aileron.core.errors import NotFound
from aileron.core.names import NAME_PATTERN, parse_tag
from aileron.data.remote import DatasetRemote
from aileron.data.repository import DataRepository
from aileron.data.versions import DELETED, TAGS, UNDONE, Versions

_TAG = rf"({NAME_PATTERN})/({NAME_PATTERN})@v[1-9]\d*"


@dataclass(frozen=True)
class Removed:
    """What went from the remote, or would go."""

    objects: int = 0
    bytes: int = 0


class Hidden:
    """The deleted versions of one installation."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self._repository = versions.repository
        self._remote = versions.remote

    def hide(self, project: str, dataset: str, version: int) -> None:
        """Take the tag away; nothing happens if it is not there."""
        self._move(project, dataset, version, TAGS, DELETED)

    def show(self, project: str, dataset: str, version: int) -> None:
        """Give the tag back; nothing happens if the version is not hidden."""
        self._move(project, dataset, version, DELETED, TAGS)

    def tags(self, project: str, dataset: str | None = None) -> list[str]:
        """Tags of the hidden versions, sorted."""
        prefix = f"{DELETED}{project}/{f'{dataset}@' if dataset else ''}"
        return sorted(name.removeprefix(DELETED) for name in self._repository.references(prefix))

    def purge(self, tags: Sequence[str], *, dry_run: bool) -> Removed:
        """Remove the hidden versions `tags` and the objects that only they have.

        An interrupted purge is completed by another one of the same tags.

        Raises:
            Unavailable: the remote does not answer.
            NotFound, StepFailed: the listing of a version that stays is missing or damaged.
        """
        if not tags or not self._repository.exists:
            return Removed()
        with self._removing(dry_run=dry_run):
            going = listings(
                self._repository, {f"{DELETED}{tag}": f"{DELETED}{tag}" for tag in tags}
            )
            there = self._repository.references(TAGS, DELETED)
            left = listings(self._repository, {n: c for n, c in there.items() if n not in going})
            kept = objects_of(self._remote, left.values(), strict=True)
            gone = objects_of(self._remote, going.values(), strict=False) - kept
            removed = Removed(len(gone), sum(map(self._remote.size, gone)))
            if not dry_run:
                # Listings last: without its listing the rest of a version could not be found.
                for oid in sorted(gone, key=lambda oid: (oid.endswith(".dir"), oid)):
                    self._remote.remove(oid)
                for reference in going:
                    self._forget(reference.removeprefix(DELETED))
            return removed

    def sweep(self, before: float, *, ours: bool, dry_run: bool) -> Removed:
        """Remove objects of no version that is there or can be restored.

        Args:
            before: only those that were written before, in seconds of the epoch.
            ours: whether the remote holds nothing but this repository's objects; else only
                those of versions that were taken back are looked at.

        Raises:
            Unavailable: the remote does not answer.
            NotFound, StepFailed: the listing of a version that stays is missing or damaged.
        """
        if not self._repository.exists:
            return Removed()
        with self._removing(dry_run=dry_run):
            stays = listings(self._repository, self._repository.references(TAGS, DELETED))
            kept = objects_of(self._remote, stays.values(), strict=True)
            stock = {oid: size for oid, size, written in self._remote.stock() if written < before}
            if not ours:
                undone = listings(self._repository, self._repository.references(UNDONE))
                mine = objects_of(self._remote, undone.values(), strict=False)
                stock = {oid: size for oid, size in stock.items() if oid in mine}
            gone = {oid: size for oid, size in stock.items() if oid not in kept}
            if not dry_run:
                for oid in sorted(gone, key=lambda oid: (oid.endswith(".dir"), oid)):
                    self._remote.remove(oid)
            return Removed(len(gone), sum(gone.values()))

    def _removing(self, *, dry_run: bool) -> AbstractContextManager[None]:
        """Who only looks waits for nobody: a backup uses the objects for hours."""
        return nullcontext() if dry_run else self._repository.using_objects(alone=True)

    def _forget(self, tag: str) -> None:
        """The number stays taken."""
        parsed = parse_tag(tag)
        if parsed is not None:
            self._move(*parsed, DELETED, UNDONE)

    def _move(self, project: str, dataset: str, version: int, source: str, target: str) -> None:
        if self._repository.exists:
            self._versions.patiently(
                lambda: self._versions.shift(project, dataset, version, source, target)
            )


def listings(repository: DataRepository, commits: Mapping[str, str]) -> dict[str, str]:
    """Reference -> the id of its listing on the remote, of those that are dataset versions.

    Args:
        commits: reference -> where it leads, which may be the reference itself.
    """
    paths = {}
    for reference, commit in commits.items():
        found = re.search(rf"{_TAG}$", reference)
        if found:
            paths[reference] = f"{commit}:{found[1]}/{found[2]}/data.dvc"
    if not paths:
        return {}
    contents = zip(paths, repository.read(list(paths.values())), strict=True)
    return {
        reference: str(yaml.safe_load(text)["outs"][0]["md5"])
        for reference, text in contents
        if text is not None
    }


def objects_of(remote: DatasetRemote, directories: Iterable[str], *, strict: bool) -> set[str]:
    """The listings `directories` and all objects that they list.

    Raises:
        NotFound: a listing is missing; passed over unless `strict`.
        StepFailed: a listing is damaged.
    """
    found: set[str] = set()
    for directory in sorted(set(directories)):
        try:
            files = remote.files(directory)
        except NotFound:
            if strict:
                raise
            continue
        found |= {directory, *(oid for _, oid in files)}
    return found
