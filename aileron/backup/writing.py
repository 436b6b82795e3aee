"""Writing the parts of a backup into its target, each as one artifact.

Bytes that the target has already are not written again. What is named and not there is
noted, and the rest is kept all the same: a backup of a damaged installation is worth having.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from aileron.backup.record import Area, AreaRecord, Backup
from aileron.backup.target import Target
from aileron.core.digest import canonical_json
from aileron.core.errors import AileronError, NotFound, Refused, StepFailed
from aileron.core.ports import ArtifactKind, Reference
from aileron.data.remote import DatasetRemote
from aileron.store import Entry, Store
from aileron.store.manifest import is_safe

KIND: Final = ArtifactKind.EXPORT
ARTIFACTS_FILE: Final = "artifacts.json"
MOST_NAMED: Final = 100
"""So many things that are missing, or were left out, are named one by one."""


class Writer:
    """Puts one backup's parts into a target.

    Args:
        before: the newest backup there, if there is one.
    """

    def __init__(self, target: Target, before: Backup | None) -> None:
        self._store = target.store
        self._before = before
        self._missing: list[str] = []
        self.areas: dict[Area, AreaRecord] = {}

    @property
    def missing(self) -> tuple[str, ...]:
        """What was named and not there."""
        return shortened(self._missing)

    @cached_property
    def _there(self) -> Mapping[str, int]:
        """Digest -> size of each file that the target has, listed once."""
        blobs = (one for one in self._store.stock() if one.key.startswith("blobs/"))
        return {one.key.rpartition("/")[2]: one.size for one in blobs}

    def _is_there(self, entry: Entry) -> bool:
        return self._there.get(entry.digest) == entry.size

    def pieces(self, name: str, pieces: Iterable[bytes]) -> Entry:
        """A file of unknown size, as it comes."""
        with self._store.blob() as blob:
            for piece in pieces:
                blob.write(piece)
        return Entry(path=name, digest=blob.digest, size=blob.size)

    def value(self, name: str, value: object) -> Entry:
        """A file of JSON."""
        return self.pieces(name, [canonical_json(value)])

    def area(self, area: Area, entries: Iterable[Entry]) -> None:
        """One part, of files that are there by now."""
        files = list(entries)
        reference = self._store.publish(KIND, files)
        known = {entry.digest for entry in self._known(area)}
        new = {entry.digest: entry.size for entry in files if entry.digest not in known}
        self.areas[area] = AreaRecord(
            reference=reference,
            files=len(files),
            bytes=reference.size,
            new_bytes=sum(new.values()),
        )

    def files(self, area: Area, root: Path, paths: Iterable[Path]) -> None:
        """Files below `root`; one that goes meanwhile was no part of what the moment shows."""
        self.area(area, self._added(root, self.nameable(root, paths)))

    def _added(self, root: Path, paths: Iterable[Path]) -> Iterator[Entry]:
        for path in paths:
            try:
                yield self._store.add_file(root / path, path.as_posix())
            except FileNotFoundError:
                continue
            except OSError as error:  # of the file: what the target says is an AileronError
                self.note([unreadable(error, root / path)])

    def nameable(self, root: Path, paths: Iterable[Path]) -> Iterator[Path]:
        """Those whose names a backup can have; the others are noted."""
        for path in paths:
            if is_safe(path.as_posix()):
                yield path
            else:
                where = str(root / path).encode(errors="backslashreplace").decode()
                self.note([Refused("backup.unwritable_name", where=where)])

    def remote(self, remote: DatasetRemote, oids: Iterable[str]) -> None:
        """Objects of the DVC remote. One that an earlier backup has, and still has whole, is not
        read again."""
        known = {entry.path: entry for entry in self._known(Area.REMOTE)}
        self.area(Area.REMOTE, self._objects(remote, oids, known))

    def _objects(
        self, remote: DatasetRemote, oids: Iterable[str], known: Mapping[str, Entry]
    ) -> Iterator[Entry]:
        for oid in sorted(oids):
            if oid in known and self._is_there(known[oid]):
                yield known[oid]
                continue
            try:
                yield self.pieces(oid, remote.pieces(oid))
            except NotFound as error:
                self._missing.append(str(error))

    def artifacts(self, store: Store) -> None:
        """Every artifact of `store`, as an artifact of the target, and a list of them."""
        before, kept, new = self._known_artifacts(), {}, 0
        for digest in sorted(store.artifacts()):
            reference = artifact(digest)
            try:
                if not self._has(reference):
                    new += self._store.take(store, reference)
                kept[digest] = before.get(digest) or self._store.manifest(reference).size
            except (NotFound, StepFailed) as error:
                if store.has(digest):  # else somebody removed it, as nobody needed it
                    self._missing.append(str(error))
        self.area(Area.ARTIFACTS, [self.value(ARTIFACTS_FILE, kept)])
        said = self.areas[Area.ARTIFACTS]
        sums = {"bytes": said.bytes + sum(kept.values()), "new_bytes": said.new_bytes + new}
        self.areas[Area.ARTIFACTS] = said.model_copy(update={**sums, "files": len(kept)})

    def _has(self, reference: Reference) -> bool:
        """Whether the target has the artifact whole, without asking for each of its files."""
        try:
            return all(map(self._is_there, self._store.manifest(reference).files))
        except (NotFound, StepFailed):
            return False

    def _known_artifacts(self) -> dict[str, int]:
        """Digest -> size of the artifacts in the backup before."""
        said = self._before and self._before.areas.get(Area.ARTIFACTS)
        if not said:
            return {}
        try:
            return dict(self._store.read_json(said.reference, ARTIFACTS_FILE))
        except (NotFound, StepFailed):
            return {}

    def note(self, errors: Iterable[AileronError]) -> None:
        """Something that is named is not there."""
        self._missing += [str(error) for error in errors]

    def _known(self, area: Area) -> tuple[Entry, ...]:
        """The files of that part in the backup before."""
        said = self._before and self._before.areas.get(area)
        if not said:
            return ()
        try:
            return self._store.manifest(said.reference).files
        except (NotFound, StepFailed):  # `--verify` tells of it; here everything is read anew
            return ()


def unreadable(error: OSError, path: Path) -> StepFailed:
    """A file or folder that its reader may not or cannot read, in words."""
    problem = error.strerror or str(error)
    return StepFailed("backup.unreadable_file", where=str(path), problem=problem)


def shortened(sentences: list[str]) -> tuple[str, ...]:
    """The first of them, and how many more there are."""
    rest = len(sentences) - MOST_NAMED
    more = (f"... ({rest} more)",) if rest > 0 else ()
    return (*sentences[:MOST_NAMED], *more)


def artifact(digest: str) -> Reference:
    """The artifact of that digest, whatever it is."""
    return Reference(kind=KIND, uri=f"artifact:{digest}", digest=digest, size=0)
