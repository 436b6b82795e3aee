"""Sweeping the artifact store: manifests that nobody needs, then files that no manifest names.

What is to go is found out twice: first to show it, then again by whoever removes it and is
alone. In between somebody may have come to need it, and what was written lately stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from aileron.core.errors import StepFailed
from aileron.ledger.keeping import Snapshot
from aileron.retention.findings import Because, Going, Kept, Tally, Why, kept_of
from aileron.store import Store, Stored

Files = list[tuple[str, int]]
"""Digest and size of each file of an artifact."""
FILE: Final = "file"
Mark = Callable[[], Snapshot]


@dataclass
class StoreSweep:
    """One sweep of one store.

    Args:
        before: nothing goes that was written since, in seconds of the epoch.
    """

    store: Store
    before: float
    _files: dict[str, Files | None] = field(default_factory=dict)
    """By manifest; None of one that is damaged. What has a digest never changes."""

    def run(self, mark: Mark, *, dry_run: bool) -> tuple[tuple[Going, ...], tuple[Kept, ...]]:
        """Remove what nobody needs, or say what that is, and what stays.

        Raises:
            StepFailed: the manifest of an artifact that stays is damaged, so that its files are
                not known; nothing was removed.
            Refused: the store is in a place where nothing can be removed safely.
            Unavailable: the store cannot be reached, or somebody else removes.
        """
        if not dry_run:
            self._look(mark())  # all that takes long, while others write
        with nullcontext() if dry_run else self.store.alone():
            found = self._look(mark())
            if not dry_run:
                self.store.discard(found.keys)
        return found.tally.going, kept_of(found.kept)

    def _look(self, snapshot: Snapshot) -> _Found:
        stock = _Stock.of(self.store.stock())
        young = {d for d, one in stock.manifests.items() if one.written >= self.before}
        live = [d for d in stock.manifests if d in snapshot.held or d in young]
        dead = [d for d in stock.manifests if d not in snapshot.held and d not in young]
        self._read(stock.manifests)
        found = _Found()
        needed = {digest for one in live for digest, _ in self._files_of(one)}
        for one in live:
            because: Because = snapshot.held.get(one, "lately")
            found.kept.append((because, sum(size for _, size in self._files_of(one))))
        files = {
            digest: one
            for digest, one in stock.files.items()
            if digest not in needed and one.written < self.before
        }
        for one in dead:
            mine = {digest for digest, _ in self._files.get(one) or ()}
            own = [files.pop(digest) for digest in mine if digest in files]
            retired = snapshot.retired.get(one)
            kind: str = retired[0] if retired else "artifact"
            why: Why = retired[1] if retired else "unknown"
            found.tally.add(kind, why, sum(file.size for file in own))
            found.manifests.append(stock.manifests[one].key)
            found.files += [file.key for file in own]
        for file in files.values():
            found.tally.add(FILE, "unnamed", file.size)
            found.files.append(file.key)
        for draft in stock.drafts:
            if draft.written < self.before:
                found.tally.add(FILE, "unfinished", draft.size)
                found.files.append(draft.key)
        return found

    def _files_of(self, digest: str) -> Files:
        """Of an artifact that stays."""
        files = self._files.get(digest)
        if files is None:
            raise StepFailed("store.damaged", where=f"artifact:{digest}", file="manifest")
        return files

    def _read(self, digests: Iterable[str]) -> None:
        """Read the manifests that are not known yet; those of S3 many at a time."""
        new = [digest for digest in digests if digest not in self._files]
        if self.store.parallel == 1:
            self._files.update(map(self._one, new))
        else:
            with ThreadPoolExecutor(self.store.parallel) as pool:
                self._files.update(pool.map(self._one, new))

    def _one(self, digest: str) -> tuple[str, Files | None]:
        try:
            return digest, self.store.files_of(digest)
        except FileNotFoundError:  # somebody removed it since it was listed
            return digest, []
        except (StepFailed, ValueError, KeyError):
            return digest, None


@dataclass
class _Found:
    """What goes, and what stays."""

    tally: Tally = field(default_factory=lambda: Tally("store"))
    kept: list[tuple[Because, int]] = field(default_factory=list)
    manifests: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """Manifests first: one without its files would be an artifact that is broken."""
        return [*self.manifests, *self.files]


@dataclass
class _Stock:
    """The objects of a store: manifests and files by digest, and drafts."""

    manifests: dict[str, Stored] = field(default_factory=dict)
    files: dict[str, Stored] = field(default_factory=dict)
    drafts: list[Stored] = field(default_factory=list)

    @classmethod
    def of(cls, objects: Iterator[Stored]) -> _Stock:
        stock = cls()
        for one in objects:
            folder, _, rest = one.key.partition("/")
            name = PurePosixPath(rest).name
            if folder == "manifests":
                stock.manifests[name.removesuffix(".json")] = one
            elif folder == "blobs":
                stock.files[name] = one
            else:
                stock.drafts.append(one)
        return stock
