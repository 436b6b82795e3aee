"""A store in a folder: blobs are read-only files, fetched by hard links where that works.

A root that is setgid and that its group may write to is shared by that group's users, as with
Git's ``core.sharedRepository``: whatever the umask, they can read each other's files, and
write to and delete from each other's folders.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType

from aileron.core.digest import digest_file
from aileron.core.ports import Reference
from aileron.store.manifest import Entry
from aileron.store.store import PIECE, BlobWriter, Store, blob_key, said

_LAID_OUT: dict[tuple[int, int], str] = {}
"""(device, inode) -> digest of blobs that this process laid out as links, and checked."""


class LocalStore(Store):
    """Artifacts under one folder, shared by all processes that can see it."""

    def __init__(self, root: str) -> None:
        super().__init__(str(Path(root).absolute()))
        self.folder = Path(self.root)

    @cached_property
    def _group(self) -> int | None:
        """The group that shares this store; None if nobody does.

        A root that is not there yet is shared if the folder is in which it will be made.
        """
        folders = (self.folder, *self.folder.parents)
        facts = next(folder for folder in folders if folder.exists()).stat()
        shared = facts.st_mode & stat.S_ISGID and facts.st_mode & stat.S_IWGRP
        return facts.st_gid if shared else None

    def make_folder(self, folder: Path) -> None:
        """Make `folder` of the store and those above it, for all who share the store."""
        if self._group is None:
            folder.mkdir(parents=True, exist_ok=True)
        elif not folder.is_dir():
            self.make_folder(folder.parent)
            draft = folder.with_name(f".{uuid.uuid4().hex}")
            draft.mkdir()
            draft.chmod(0o2770)
            try:
                draft.rename(folder)
            except OSError:  # another was quicker and uses it
                draft.rmdir()

    def share(self, file: int) -> None:
        """Let all who share the store read the file that is open as `file`."""
        if self._group is None:
            return
        facts = os.fstat(file)
        if facts.st_gid != self._group:
            os.fchown(file, -1, self._group)
        os.fchmod(file, stat.S_IMODE(facts.st_mode) | stat.S_IRGRP)

    def _lay_out(self, reference: Reference, entry: Entry, path: Path, *, writable: bool) -> None:
        super()._lay_out(reference, entry, path, writable=writable)
        facts = path.stat()
        if facts.st_nlink > 1:
            _LAID_OUT[facts.st_dev, facts.st_ino] = entry.digest

    def _add_file(self, path: Path, *, given: bool) -> tuple[str, int]:
        """A file that is a blob of this store already, since a step hands it through, stays."""
        facts = path.stat()
        if facts.st_nlink > 1:
            digest = _LAID_OUT.get((facts.st_dev, facts.st_ino)) or digest_file(path)
            if self._is_blob(path, digest):
                return digest, facts.st_size
        elif given and (taken := self._take(path)) is not None:
            return taken
        return super()._add_file(path, given=given)

    def _take(self, path: Path) -> tuple[str, int] | None:
        """Make the file itself a blob; None where that cannot be, and it has to be copied."""
        try:
            with _Draft(self, path) as draft:
                if not draft.is_settled():
                    return None
                digest = digest_file(path)
                draft.move_to(blob_key(digest))
        except _NoLink:
            return None
        return digest, path.stat().st_size

    def _is_blob(self, path: Path, digest: str) -> bool:
        try:
            return path.samefile(self.folder / blob_key(digest))
        except OSError:  # there is no such blob yet
            return False

    def blob(self) -> BlobWriter:
        return _LocalBlob(self)

    def _write_manifest(self, key: str, data: bytes) -> None:
        with _Draft(self) as draft:
            draft.write(data)
            draft.move_to(key)

    def _write_file(self, key: str, path: Path) -> None:
        with _Draft(self) as draft, path.open("rb") as file:
            while piece := file.read(PIECE):
                draft.write(piece)
            draft.move_to(key)

    def _pieces(self, key: str) -> Iterator[bytes]:
        with self._answering(), (self.folder / key).open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def _size(self, key: str) -> int | None:
        facts = self._facts(key)
        return None if facts is None else facts.st_size

    def _written(self, key: str) -> float | None:
        facts = self._facts(key)
        return None if facts is None else facts.st_mtime

    def _facts(self, key: str) -> os.stat_result | None:
        with self._answering():
            try:
                return (self.folder / key).stat()
            except FileNotFoundError:
                return None

    def _keys(self, prefix: str) -> Iterator[str]:
        with self._answering():
            for parent, _, names in os.walk(self.folder / prefix, onerror=_raise_unless_gone):
                for name in names:
                    yield Path(parent, name).relative_to(self.folder).as_posix()

    def _remove(self, key: str) -> None:
        with self._answering():
            (self.folder / key).unlink(missing_ok=True)

    def remove_objects(self, prefix: str) -> None:
        """Their folders too."""
        super().remove_objects(prefix)
        for parent, _, _ in os.walk(self.folder / prefix, topdown=False):
            with suppress(OSError):  # it is in use, or gone
                Path(parent).rmdir()

    def direct_folder(self, prefix: str) -> Path | None:
        folder = self.folder / prefix
        with self._answering():
            self.make_folder(folder)
        return folder

    def _place(self, key: str, target: Path, *, share: bool) -> None:
        source = self.folder / key
        if share:
            try:
                target.hardlink_to(source)
            except FileNotFoundError:
                raise
            except OSError:  # another file system, or one without links: copy instead
                share = False
        if not share:
            shutil.copyfile(source, target)
            target.chmod(0o444)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            raise said(error, self.root) from None


class _NoLink(Exception):
    """The file lies where no link of the store can lead, or is somebody else's."""


class _Draft:
    """A file in the making, in the store's own folder so that a rename publishes it.

    It is new, or a link to a whole file that exists.
    """

    def __init__(self, store: LocalStore, whole: Path | None = None) -> None:
        self._store = store
        self._path = store.folder / "drafts" / uuid.uuid4().hex
        try:
            store.make_folder(self._path.parent)
            if whole is not None:
                self._file = self._linked(whole)
            else:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
                self._file = os.open(self._path, flags, 0o444)
                store.share(self._file)
        except OSError as error:
            raise said(error, store.root) from None

    def _linked(self, whole: Path) -> int:
        try:
            self._path.hardlink_to(whole)
        except OSError:  # another file system, or one without links
            raise _NoLink from None
        try:
            self._path.chmod(0o444)
            file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            self._store.share(file)
        except OSError:
            self._path.unlink()
            raise _NoLink from None
        return file

    def is_settled(self) -> bool:
        """Whether no process has the file open for writing, as far as the system can say."""
        try:
            fcntl.fcntl(self._file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except OSError:
            return False
        fcntl.fcntl(self._file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return True

    def __enter__(self) -> _Draft:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)
        self._path.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            raise said(error, self._store.root) from None

    def move_to(self, key: str) -> None:
        """Publish under `key`, the bytes and then the name safe on disk."""
        path = self._store.folder / key
        try:
            os.fsync(self._file)
            self._store.make_folder(path.parent)
            self._path.replace(path)
            _flush_folder(path.parent)
        except OSError as error:
            raise said(error, self._store.root) from None


class _LocalBlob(BlobWriter):
    def __init__(self, store: LocalStore) -> None:
        super().__init__()
        self._draft = _Draft(store)

    def _write(self, data: bytes) -> None:
        self._draft.write(data)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._draft as draft:
            if kind is None:
                draft.move_to(blob_key(self.digest))


def _raise_unless_gone(error: OSError) -> None:
    """A folder that cannot be read is not an empty one."""
    if not isinstance(error, FileNotFoundError):
        raise error


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
