"""A store in a folder: blobs are read-only files, fetched by hard links where that works.

A root that is setgid and that its group may write to is shared by that group's users, as with
Git's ``core.sharedRepository``: whatever the umask, they can read each other's files, and
write to and delete from each other's folders.
"""

from __future__ import annotations

import errno
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
from typing import ClassVar, Final

from aileron.core.digest import digest_file
from aileron.core.errors import Refused
from aileron.core.ports import Reference
from aileron.store.manifest import Entry
from aileron.store.store import PIECE, BlobWriter, Store, Stored, blob_key, said

LOCK: Final = "lock"
"""Whoever writes shares a lock on this file; whoever removes has it alone."""
_NO_LOCKS: Final = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EBADF)
_LAID_OUT: dict[tuple[int, int], str] = {}
"""(device, inode) -> digest of blobs that this process laid out as links, and checked."""


class LocalStore(Store):
    """Artifacts under one folder, shared by all processes that can see it."""

    prefixes: ClassVar[tuple[str, ...]] = (*Store.prefixes, "drafts/")
    tick: ClassVar[float] = 0.01

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
            if self._is_blob(path, digest) and self._is_renewed(blob_key(digest)):
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

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._answering():
            file = self._lock(fcntl.LOCK_EX)
        try:
            yield
        finally:
            os.close(file)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Nobody removes as long as the body runs, which ought to be short."""
        file = self._lock(fcntl.LOCK_SH)
        try:
            yield
        finally:
            os.close(file)

    def _lock(self, how: int) -> int:
        """The lock file, locked. Where there are no locks nobody can be `alone`."""
        file = self._lock_file(how)
        try:
            fcntl.flock(file, how)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                os.close(file)
                raise
            if how == fcntl.LOCK_EX:
                os.close(file)
                raise Refused("store.no_locks", where=self.root) from None
        return file

    def _lock_file(self, how: int) -> int:
        """Some network file systems let a file be locked alone only if it may be written to."""
        path = self.folder / LOCK
        while True:
            if how == fcntl.LOCK_EX and os.access(path, os.W_OK):
                return os.open(path, os.O_RDWR | os.O_CLOEXEC)
            with suppress(FileNotFoundError):
                return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            with _Draft(self) as draft, suppress(FileExistsError):
                draft.name_it(path)

    def _is_renewed(self, key: str) -> bool:
        """Whether the blob now counts as new; one of another user's has to be written anew."""
        try:
            return self._touched(key)
        except PermissionError:
            return False

    def _renew(self, key: str) -> bool:
        with self._answering():
            try:
                return self._touched(key)
            except PermissionError:  # another user's, on a shared volume
                return self._written_anew(key)

    def _touched(self, key: str) -> bool:
        with self.writing():
            try:
                os.utime(self.folder / key)
            except FileNotFoundError:
                return False
            return True

    def _written_anew(self, key: str) -> bool:
        with self.writing():
            try:
                data = (self.folder / key).read_bytes()
            except FileNotFoundError:
                return False
            self._write_manifest(key, data)
            return True

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

    def _listed(self, prefix: str) -> Iterator[Stored]:
        with self._answering():
            yield from _walked(self.folder / prefix, prefix)

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
            os.utime(self._path)  # as old as the file, it would be a draft that broke off
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
            with self._store.writing():
                os.utime(self._path)
                self._path.replace(path)
            _flush_folder(path.parent)
        except OSError as error:
            raise said(error, self._store.root) from None

    def name_it(self, path: Path) -> None:
        """Make it the file `path`; `FileExistsError` if there is one."""
        try:
            path.hardlink_to(self._path)
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444))


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


def _walked(folder: Path, prefix: str) -> Iterator[Stored]:
    """The files below `folder`; those that go meanwhile are left out."""
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                yield from _walked(Path(entry.path), f"{prefix}{entry.name}/")
                continue
            with suppress(FileNotFoundError):
                facts = entry.stat(follow_symlinks=False)
                yield Stored(f"{prefix}{entry.name}", facts.st_size, facts.st_mtime)


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
