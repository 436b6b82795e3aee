"""The contract of a store, and what every store does the same way.

An artifact is a directory: its files are blobs named by their digests, and a manifest, named
by its own digest, lists them. The manifest is written last, so an artifact is there as a
whole or not at all; a crash leaves at most blobs that nothing names. Writing what is there
already replaces it by the same bytes, which heals a damaged copy.

Whoever removes what nobody needs is alone (`Store.alone`) and leaves what was written lately.
So nothing is lost to those who write meanwhile: what they publish or claim is new.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, Final

from aileron.core.digest import canonical_json, digest_bytes, digest_file
from aileron.core.errors import InvalidInput, NotFound, Refused, StepFailed, Unavailable
from aileron.core.ports import ArtifactKind, Reference
from aileron.store.manifest import Entry, Manifest

PIECE: Final = 1 << 20
"""Bytes read at a time."""
OBJECTS: Final = "executions/"
"""Below here lie objects that are no artifacts: what executions elsewhere exchange."""
BACKUPS: Final = "backups/"
"""And here, in a store that a backup is made to, what each backup is made of."""
OWNER: Final = "installation"
"""And this one says whose the store is: the name of an installation."""
GRACE_SECONDS: Final = 24 * 3600.0
"""How long a blob may be there before the manifest that names it."""
TRIES: Final = 3
"""So often something is done again because somebody removed meanwhile."""
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Removed:
    """What went from a store, or would go."""

    artifacts: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Stored:
    """One object of a store."""

    key: str
    size: int
    written: float
    """Seconds of the epoch."""


class BlobWriter(AbstractContextManager["BlobWriter"], ABC):
    """Takes a file's bytes in pieces; the blob is there after a clean exit, else it never was."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def digest(self) -> str:
        """SHA-256 of what was written so far."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Append `data`.

        Raises:
            Unavailable: the store is full or cannot be reached.
        """
        self._hash.update(data)
        self.size += len(data)
        self._write(data)

    @abstractmethod
    def _write(self, data: bytes) -> None: ...


class Store(ABC):
    """Artifacts by digest.

    References are relative to the store, so a store that is moved keeps its artifacts.
    """

    prefixes: ClassVar[tuple[str, ...]] = ("manifests/", "blobs/")
    """Where `stock` looks."""
    parallel: ClassVar[int] = 1
    """So many threads read small objects faster than one."""
    tick: ClassVar[float] = 0.0
    """Seconds by which a time of writing may be too early."""

    def __init__(self, root: str) -> None:
        self.root = root

    def put(self, kind: ArtifactKind, folder: Path, *, given: bool = False) -> Reference:
        """Keep the files of `folder`. Empty folders inside are not kept.

        Args:
            given: nobody will write to the files again, which may become the store's own: they
                are read-only then, and not copied where a link can be made.

        Raises:
            InvalidInput: no folder, an empty one, or one that holds links or devices.
            Unavailable: the store is full or cannot be reached; nothing is published.
        """
        files = _plain_files(folder)

        def entries() -> list[Entry]:
            return [self._add(folder, path, given=given) for path in files]

        return self._published(kind, entries)

    def put_json(self, kind: ArtifactKind, name: str, value: Any) -> Reference:
        """Keep a directory with the one file `name`, `value` as canonical JSON."""
        data = canonical_json(value)

        def entries() -> list[Entry]:
            with self.blob() as blob:
                blob.write(data)
            return [Entry(path=name, digest=blob.digest, size=blob.size)]

        return self._published(kind, entries)

    def publish(self, kind: ArtifactKind, entries: Iterable[Entry]) -> Reference:
        """Make an artifact of blobs that are there. Everything else builds on this.

        Raises:
            Refused: a path that could leave the artifact.
            Unavailable: the store is full or cannot be reached, or blobs were removed meanwhile;
                nothing is published.
        """
        reference = self._publish(kind, entries, None)
        if reference is None:
            raise Unavailable("store.swept", where=self.root)
        return reference

    def _published(self, kind: ArtifactKind, entries: Callable[[], list[Entry]]) -> Reference:
        """The artifact of `entries`, which are written again if they were removed meanwhile."""
        for _ in range(TRIES):
            sweeps = self._sweeps()
            reference = self._publish(kind, entries(), sweeps)
            if reference is not None:
                return reference
        raise Unavailable("store.swept", where=self.root)

    def _publish(
        self, kind: ArtifactKind, entries: Iterable[Entry], sweeps: int | None
    ) -> Reference | None:
        """The artifact of blobs that were written when there had been so many `sweeps`.

        None if a part of it was removed meanwhile.
        """
        manifest = Manifest.of(entries)
        self._write_manifest(manifest_key(manifest.digest), manifest.data)
        if self._sweeps() != sweeps and not self._is_whole(manifest):
            return None
        return Reference(
            kind=kind,
            uri=f"artifact:{manifest.digest}",
            digest=manifest.digest,
            size=manifest.size,
        )

    def fetch(self, reference: Reference, target: Path, *, writable: bool = False) -> Path:
        """Lay the artifact out as folder `target`, whole or not at all; every digest is checked.

        Args:
            target: must not exist, or be an empty folder.
            writable: the caller will change the files. Otherwise they are read-only and may
                share their bytes with the store: nobody may write to them, root included.

        Raises:
            NotFound: the store has no such artifact, or lost a file of it.
            StepFailed: a file's bytes are not those of its digest.
            InvalidInput: `target` holds files.
            Unavailable: the disk is full or the store cannot be reached.
        """
        manifest = self.manifest(reference)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        try:
            draft.mkdir()
            for entry in manifest.files:
                self._lay_out(reference, entry, draft / entry.path, writable=writable)
            _move_into_place(draft, target)
        except OSError as error:
            raise said(error, str(target)) from None
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return target

    def fetch_file(self, reference: Reference, name: str, target: Path) -> Path:
        """Lay one file of the artifact out as `target`, read-only, its digest checked.

        Raises:
            NotFound: the artifact has no such file, or the store lost it.
            StepFailed: its bytes are not those of its digest.
            Unavailable: the disk is full or the store cannot be reached.
        """
        entry = self.manifest(reference).entry(name)
        if entry is None:
            raise NotFound("store.no_file", where=reference.uri, file=name)
        try:
            self._lay_out(reference, entry, target, writable=False)
        except OSError as error:
            raise said(error, str(target)) from None
        return target

    def read_bytes(self, reference: Reference, name: str) -> bytes:
        """The bytes of file `name` of the artifact, checked; meant for small files."""
        entry = self.manifest(reference).entry(name)
        if entry is None:
            raise NotFound("store.no_file", where=reference.uri, file=name)
        data = b"".join(self._pieces_of(reference, entry))
        if digest_bytes(data) != entry.digest:
            raise StepFailed("store.damaged", where=reference.uri, file=name)
        return data

    def read_json(self, reference: Reference, name: str) -> Any:
        """The value of JSON file `name` of the artifact, checked."""
        return json.loads(self.read_bytes(reference, name))

    def exists(self, reference: Reference) -> bool:
        """Whether the manifest is whole and every file is there with its size."""
        try:
            manifest = self.manifest(reference)
        except (NotFound, StepFailed):
            return False
        return self._has_files(manifest)

    def claim(self, reference: Reference) -> bool:
        """`exists`, of an artifact that is to be used again: it counts as written now.

        Whoever finds by it that an artifact is there has the grace of a sweep to write down
        that it is needed.

        Raises:
            Unavailable: the store cannot be reached.
        """
        for _ in range(TRIES):
            sweeps = self._sweeps()
            if not self.exists(reference):
                return False
            there = self._renew(manifest_key(reference.digest))
            if there and self._sweeps() == sweeps:
                return True
        return False

    def _is_whole(self, manifest: Manifest) -> bool:
        there = self._size(manifest_key(manifest.digest)) == len(manifest.data)
        return there and self._has_files(manifest)

    def _has_files(self, manifest: Manifest) -> bool:
        return all(self._size(blob_key(file.digest)) == file.size for file in manifest.files)

    def verify(self, reference: Reference, seen: set[str] | None = None) -> None:
        """Read every byte of the artifact.

        Args:
            seen: digests of blobs that were read already and are not read again; it grows.

        Raises:
            NotFound: the artifact or a file of it is not there; names the file.
            StepFailed: the bytes of a file are not those of its digest; names the file.
        """
        seen = set() if seen is None else seen
        for entry in self.manifest(reference).files:
            if entry.digest in seen:
                continue
            content = hashlib.sha256()
            for piece in self._pieces_of(reference, entry):
                content.update(piece)
            if content.hexdigest() != entry.digest:
                raise StepFailed("store.damaged", where=reference.uri, file=entry.path)
            seen.add(entry.digest)

    def artifacts(self) -> Iterator[str]:
        """The digest of each artifact that is there, whole or damaged, in no order."""
        for key in self._keys("manifests/"):
            name = PurePosixPath(key)
            if name.suffix == ".json":
                yield name.stem

    @property
    def is_empty(self) -> bool:
        """Whether there is no artifact, told without listing all of them."""
        return next(self.artifacts(), None) is None

    def has(self, digest: str) -> bool:
        """Whether there is an artifact of that digest, whole or damaged."""
        return self._size(manifest_key(digest)) is not None

    def take(self, source: Store, reference: Reference) -> int:
        """Keep an artifact of another store, too; one that is here as a whole is left as it is.

        Returns:
            Bytes that were not here before.

        Raises:
            NotFound: `source` has no such artifact, or lost a file of it.
            StepFailed: a file's bytes are not those of its digest.
            Unavailable: a store is full or cannot be reached; nothing is published.
        """
        if self.exists(reference):
            return 0
        manifest, taken = source.manifest(reference), 0
        for entry in manifest.files:
            if self._size(blob_key(entry.digest)) == entry.size:
                continue
            with self.blob() as blob:
                for piece in source.pieces(reference, entry):
                    blob.write(piece)
                if blob.digest != entry.digest:
                    raise StepFailed("store.damaged", where=reference.uri, file=entry.path)
            taken += entry.size
        self._write_manifest(manifest_key(reference.digest), manifest.data)
        return taken

    def add_file(self, path: Path, name: str) -> Entry:
        """Keep the bytes of `path` as a blob, for an artifact that has them as file `name`.

        What is here already is not written again.

        Raises:
            FileNotFoundError: there is no such file.
            Unavailable: the store is full or cannot be reached.
        """
        digest, size = digest_file(path), path.stat().st_size
        if self._size(blob_key(digest)) != size:
            with self.blob() as blob, path.open("rb") as file:
                while piece := file.read(PIECE):
                    blob.write(piece)
            digest, size = blob.digest, blob.size  # somebody may be writing to it
        return Entry(path=name, digest=digest, size=size, executable=os.access(path, os.X_OK))

    def pieces(self, reference: Reference, entry: Entry) -> Iterator[bytes]:
        """The bytes of one file of an artifact, in pieces, as they are; `NotFound` if lost."""
        return self._pieces_of(reference, entry)

    def remove(
        self, references: Iterable[Reference], *, before: float, dry_run: bool = False
    ) -> Removed:
        """Delete artifacts, and the blobs that no other artifact has; what is gone is no error.

        The caller knows that nobody needs them. A blob that was written lately stays: it may
        belong to an artifact whose manifest is not there yet.

        Args:
            before: when the caller began to ask who needs them, in seconds of the epoch. What
                was written or claimed since stays: somebody may need it now.

        Raises:
            StepFailed: another artifact's manifest is damaged, so its blobs are not known.
            Unavailable: the store cannot be reached.
        """
        with nullcontext() if dry_run else self.alone():
            return self._removed(references, before, dry_run=dry_run)

    def _removed(self, references: Iterable[Reference], before: float, *, dry_run: bool) -> Removed:
        known = dict(self._known(references))
        going = {key: one for key, one in known.items() if self._is_older(key, before)}
        gone = {file.digest: file.size for one in going.values() for file in one.files}
        for key in self._keys("manifests/"):
            if gone and key not in going:
                data = b"".join(self._pieces(key))
                for file in Manifest.read(data, f"{self.root}/{key}").files:
                    gone.pop(file.digest, None)
        lately = time.time() - GRACE_SECONDS
        old = [digest for digest in gone if (self._written(blob_key(digest)) or lately) < lately]
        if not dry_run:
            self.discard([*going, *map(blob_key, old)])
        return Removed(len(going), sum(gone[digest] for digest in old))

    def _is_older(self, key: str, moment: float) -> bool:
        written = self._written(key)
        return written is not None and written + self.tick <= moment

    def stock(self) -> Iterator[Stored]:
        """All manifests and blobs, and what writers that broke off have left."""
        for prefix in self.prefixes:
            yield from self._listed(prefix)

    def files_of(self, digest: str) -> list[tuple[str, int]]:
        """Digest and size of each file of artifact `digest`, read as fast as can be.

        Raises:
            FileNotFoundError: there is no such artifact.
            StepFailed: its manifest is damaged.
        """
        data = b"".join(self._pieces(manifest_key(digest)))
        if digest_bytes(data) != digest:
            raise StepFailed("store.damaged", where=f"artifact:{digest}", file="manifest")
        return [(file["digest"], file["size"]) for file in json.loads(data)["files"]]

    def discard(self, keys: Sequence[str]) -> None:
        """Delete objects that `stock` told of. The caller is `alone`, and nobody needs them."""
        for key in keys:
            self._remove(key)

    def clear(self) -> None:
        """Delete all artifacts, and whose they are. Nobody else may be using the store."""
        for one in list(self.stock()):
            self._remove(one.key)
        self._remove(OWNER)

    def _known(self, references: Iterable[Reference]) -> Iterator[tuple[str, Manifest]]:
        """Key -> manifest of those that are there."""
        for reference in references:
            with contextlib.suppress(NotFound):
                yield manifest_key(reference.digest), self.manifest(reference)

    def manifest(self, reference: Reference) -> Manifest:
        """The artifact's files, checked against its digest.

        Raises:
            InvalidInput: the reference is of another store's form.
            NotFound: the store has no such artifact.
            StepFailed: the manifest's bytes are not those of the digest.
        """
        if reference.uri != f"artifact:{reference.digest}":
            raise InvalidInput("store.foreign_reference", where=reference.uri)
        try:
            data = b"".join(self._pieces(manifest_key(reference.digest)))
        except FileNotFoundError:
            raise NotFound("store.no_artifact", where=reference.uri, root=self.root) from None
        if digest_bytes(data) != reference.digest:
            raise StepFailed("store.damaged", where=reference.uri, file="manifest")
        return Manifest.read(data, reference.uri)

    def write_object(self, key: str, data: bytes | Path) -> None:
        """Keep `data`, or the file's bytes, under `key`, whole or not at all.

        Objects are not artifacts: their bytes may change, and nothing checks them.

        Args:
            key: below ``executions/`` or ``backups/``, or `OWNER`.

        Raises:
            Refused: the key could lead out of there.
            Unavailable: the store is full or cannot be reached.
        """
        _check_object(key)
        if isinstance(data, Path):
            self._write_file(key, data)
        else:
            self._write_manifest(key, data)

    def read_object(self, key: str) -> bytes | None:
        """The bytes of object `key`; None if there is none."""
        _check_object(key)
        try:
            return b"".join(self._pieces(key))
        except FileNotFoundError:
            return None

    def fetch_object(self, key: str, target: Path) -> None:
        """Write the bytes of object `key` to the new file `target`.

        Raises:
            NotFound: there is no such object.
        """
        _check_object(key)
        try:
            with target.open("wb") as file:
                for piece in self._pieces(key):
                    file.write(piece)
        except FileNotFoundError:
            raise NotFound("store.no_object", where=self.root, key=key) from None

    def object_keys(self, prefix: str) -> list[str]:
        """The keys of all objects below `prefix`, which ends with a slash; sorted."""
        _check_object(f"{prefix}-")
        return sorted(self._keys(prefix))

    def object_written(self, key: str) -> float | None:
        """When object `key` was written, in seconds of the epoch; None if there is none."""
        _check_object(key)
        return self._written(key)

    def objects_written(self, prefix: str) -> dict[str, float]:
        """Key -> when it was written, of all objects below `prefix`, which ends with a slash.

        Those that others put there are told too, whatever their names.
        """
        _check_object(f"{prefix}-")
        times = ((key, self._written(key)) for key in self._keys(prefix))
        return {key: written for key, written in times if written is not None}

    def remove_objects(self, prefix: str) -> None:
        """Delete all objects below `prefix`, which ends with a slash."""
        for key in self.object_keys(prefix):
            self._remove(key)

    def direct_folder(self, prefix: str) -> Path | None:  # noqa: ARG002
        """The folder in which the objects below `prefix` are files, made; None without one."""
        return None

    @abstractmethod
    def alone(self) -> AbstractContextManager[None]:
        """As long as the body runs, nobody else removes, and what others write is not lost:
        `publish` and `claim` wait for the end, or find out afterwards.

        Raises:
            Refused: the store is in a place where that cannot be told to others.
            Unavailable: it cannot be reached, or somebody else removes for too long.
        """

    @abstractmethod
    def blob(self) -> BlobWriter:
        """A writer for the bytes of one file, whatever its size."""

    @abstractmethod
    def _write_manifest(self, key: str, data: bytes) -> None:
        """Write a whole object under `key`, at once."""

    @abstractmethod
    def _write_file(self, key: str, path: Path) -> None:
        """Write the bytes of `path` as the whole object `key`."""

    @abstractmethod
    def _pieces(self, key: str) -> Iterator[bytes]:
        """The object's bytes in pieces; `FileNotFoundError` if there is none."""

    @abstractmethod
    def _keys(self, prefix: str) -> Iterator[str]:
        """The keys of all objects below `prefix`, which ends with a slash."""

    @abstractmethod
    def _listed(self, prefix: str) -> Iterator[Stored]:
        """All objects below `prefix`, which ends with a slash."""

    @abstractmethod
    def _renew(self, key: str) -> bool:
        """Make an object count as written now; whether it is there."""

    def _sweeps(self) -> int:
        """How often somebody has been `alone`, now that nobody is.

        0 where `alone` keeps writers waiting instead.
        """
        return 0

    @abstractmethod
    def _written(self, key: str) -> float | None:
        """When the object was written, in seconds of the epoch; None if there is none."""

    @abstractmethod
    def _remove(self, key: str) -> None:
        """Delete the object; nothing happens if it is gone."""

    @abstractmethod
    def _size(self, key: str) -> int | None:
        """The object's size, None if there is none."""

    @abstractmethod
    def _place(self, key: str, target: Path, *, share: bool) -> None:
        """Make `target` a copy of the object, or if `share` allows a link to it.

        Raises:
            FileNotFoundError: there is no such object.
        """

    def _add_file(self, path: Path, *, given: bool) -> tuple[str, int]:  # noqa: ARG002
        """Keep the bytes of `path`, or the file itself if it is `given`; digest and size."""
        with self.blob() as blob, path.open("rb") as file:
            while piece := file.read(PIECE):
                blob.write(piece)
        return blob.digest, blob.size

    def _add(self, folder: Path, path: Path, *, given: bool) -> Entry:
        executable = os.access(path, os.X_OK)  # which a file that is taken over is no more
        digest, size = self._add_file(path, given=given)
        name = path.relative_to(folder).as_posix()
        return Entry(path=name, digest=digest, size=size, executable=executable)

    def _lay_out(self, reference: Reference, entry: Entry, path: Path, *, writable: bool) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        share = not writable and not entry.executable
        try:
            self._place(blob_key(entry.digest), path, share=share)
        except FileNotFoundError:
            raise NotFound("store.lost", where=reference.uri, file=entry.path) from None
        if digest_file(path) != entry.digest:
            raise StepFailed("store.damaged", where=reference.uri, file=entry.path)
        if not share:
            mode = 0o644 if writable else 0o444
            path.chmod(mode | 0o111 if entry.executable else mode)

    def _pieces_of(self, reference: Reference, entry: Entry) -> Iterator[bytes]:
        try:
            yield from self._pieces(blob_key(entry.digest))
        except FileNotFoundError:
            raise NotFound("store.lost", where=reference.uri, file=entry.path) from None


def blob_key(digest: str) -> str:
    return f"blobs/{digest[:2]}/{digest}"


def manifest_key(digest: str) -> str:
    return f"manifests/{digest[:2]}/{digest}.json"


def _check_object(key: str) -> None:
    pure = PurePosixPath(key)
    plain = str(pure) == key and ".." not in pure.parts and key.isprintable()
    if not plain or not (key == OWNER or key.startswith((OBJECTS, BACKUPS))):
        raise Refused("store.no_object_key", key=key, folder=OBJECTS)


def said(error: OSError, where: str) -> Unavailable:
    """A failure of the operating system, in words."""
    if error.errno in _FULL:
        return Unavailable("store.no_space", where=where)
    return Unavailable("store.unavailable", where=where, problem=error.strerror or str(error))


def _plain_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise InvalidInput("store.not_a_folder", where=str(folder))
    files = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise InvalidInput("store.not_a_plain_file", where=str(path))
        if path.is_file():
            files.append(path)
    if not files:
        raise InvalidInput("store.empty_folder", where=str(folder))
    return files


def _move_into_place(draft: Path, target: Path) -> None:
    try:
        draft.rename(target)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise InvalidInput("store.target_in_use", where=str(target)) from None
        raise
