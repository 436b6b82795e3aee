"""Dataset bytes in a DVC remote, in DVC's own object format.

Directories are pushed and restored with DVC's library but without a DVC workspace, so that
nothing is written beside the remote and no lock is shared.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Self

from pydantic import BaseModel, ConfigDict

from aileron.core.errors import AileronError, NotFound, StepFailed, Unavailable

if TYPE_CHECKING:
    from dvc_data.hashfile.db import HashFileDB
    from dvc_data.hashfile.tree import Tree
    from dvc_objects.fs.base import FileSystem

OBJECT: Final = re.compile(r"[0-9a-f]{32}(\.dir)?")
"""The id of an object."""


class RemoteDirectory(BaseModel):
    """A directory as a ``.dvc`` file names it."""

    model_config = ConfigDict(frozen=True)

    md5: str
    """DVC's id: the MD5 of the listing, then ``.dir``."""
    size: int
    nfiles: int


class DatasetRemote:
    """One DVC remote: a path or a URL that DVC knows."""

    def __init__(self, url: str) -> None:
        self.url = url if "://" in url else str(Path(url).resolve())

    @cached_property
    def objects(self) -> HashFileDB:
        """DVC's object database at the remote."""
        from dvc.cachemgr import CacheManager
        from dvc.config import RemoteConfigError
        from dvc.fs import get_cloud_fs
        from dvc_data.hashfile.db import get_odb

        try:
            make, config, path = get_cloud_fs({}, url=self.url)
            filesystem = make(**config)
            folder = filesystem.join(path, CacheManager.FILES_DIR, "md5")
            objects: HashFileDB = get_odb(  # type: ignore[no-untyped-call]
                filesystem, folder, hash_name="md5"
            )
        except (RemoteConfigError, ImportError) as error:
            raise Unavailable("data.remote_failed", where=self.url, problem=str(error)) from error
        return objects

    def push(self, folder: Path, known: Mapping[str, str] | None = None) -> RemoteDirectory:
        """Store the files under `folder`; what is there already is not sent again.

        Args:
            known: path below `folder` -> the object that it is if it has its size, of files
                whose names follow from their content; they are not read.

        Raises:
            Unavailable: the remote cannot be written, because it is full for instance.
        """
        from dvc_data.hashfile.build import build
        from dvc_data.hashfile.transfer import transfer
        from dvc_objects.fs.local import localfs

        with _translated(self.url):
            if self.objects.fs.protocol == "local":
                Path(self.objects.path).mkdir(parents=True, exist_ok=True)
            with self._knowing(folder, known or {}):
                staging, meta, tree = build(self.objects, str(folder), localfs, "md5")
            with _Failures() as failures:
                result = transfer(staging, self.objects, {tree.hash_info}, shallow=False)
        if result.failed:
            raise Unavailable("data.remote_failed", where=self.url, problem=failures.first)
        return RemoteDirectory(md5=tree.hash_info.value, size=meta.size, nfiles=meta.nfiles)

    @contextmanager
    def _knowing(self, folder: Path, known: Mapping[str, str]) -> Iterator[None]:
        """Let DVC ask for the hash of a file before it reads it."""
        from dvc_data.hashfile.hash_info import HashInfo
        from dvc_data.hashfile.meta import Meta
        from dvc_data.hashfile.state import StateNoop

        objects = {str(folder / path): oid for path, oid in known.items()}
        size_of = self.size

        class Known(StateNoop):
            def get_many(
                self,
                items: Iterable[str],
                fs: FileSystem,  # noqa: ARG002
                infos: dict[str, dict[Any, Any]],
            ) -> Iterator[tuple[str, None, None] | tuple[str, Meta, HashInfo]]:
                for path in items:
                    size, oid = infos[path]["size"], objects.get(path)
                    if oid is not None and size_of(oid) == size:
                        yield path, Meta(size=size), HashInfo("md5", oid)
                    else:
                        yield path, None, None

        before = self.objects.state
        self.objects.state = Known()
        try:
            yield
        finally:
            self.objects.state = before

    def files(self, md5: str) -> list[tuple[str, str]]:
        """(path, object id) of each file of directory `md5`.

        Raises:
            NotFound: its listing is not in the remote.
            StepFailed: the listing does not have the digest in its name.
        """
        from dvc_data.hashfile.hash_info import HashInfo
        from dvc_data.hashfile.tree import Tree

        self._check_object(md5, "(listing)")
        with _translated(self.url):
            tree: Tree = Tree.load(self.objects, HashInfo("md5", md5))
        return [("/".join(key), found.value) for key, _, found in tree if found]

    def fetch(self, md5: str, target: Path) -> None:
        """Write the files of directory `md5` under the new directory `target`, verified."""
        for relative, oid in self.files(md5):
            path = target / relative
            if not path.resolve().is_relative_to(target.resolve()):
                raise StepFailed("data.object_corrupt", where=self.url, path=relative, oid=oid)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as out:
                found = hashlib.md5(usedforsecurity=False)
                for piece in self._pieces(oid, relative):
                    found.update(piece)
                    out.write(piece)
            if found.hexdigest() != oid:
                raise StepFailed("data.object_corrupt", where=self.url, path=relative, oid=oid)

    def check(self, md5: str) -> list[AileronError]:
        """What is missing or corrupt of directory `md5`; every byte is read."""
        try:
            files = self.files(md5)
        except AileronError as error:
            return [error]
        broken: list[AileronError] = []
        for relative, oid in files:
            try:
                self._check_object(oid, relative)
            except AileronError as error:
                broken.append(error)
        return broken

    def size(self, oid: str) -> int:
        """Bytes of an object; 0 if it is not there."""
        with _translated(self.url):
            path = self.objects.oid_to_path(oid)
            return int(self.objects.fs.size(path) or 0) if self.objects.fs.exists(path) else 0

    def stock(self) -> Iterator[tuple[str, int, float]]:
        """Id, bytes and time of writing, in seconds of the epoch, of every object there."""
        with _translated(self.url):
            filesystem, root = self.objects.fs, self.objects.path
            if not filesystem.exists(root):
                return
            if filesystem.protocol == "local":
                found = ((path, filesystem.info(path)) for path in filesystem.find(root))
            else:
                found = filesystem.fs.find(root, detail=True).items()
            for path, facts in found:
                oid = "".join(PurePosixPath(path).parts[-2:])
                if not OBJECT.fullmatch(oid):  # what a writer left that broke off
                    continue
                written = facts["mtime"] if "mtime" in facts else facts["LastModified"].timestamp()
                yield oid, int(facts["size"]), float(written)

    def remove(self, oid: str) -> None:
        """Remove an object; nothing happens if it is gone."""
        with _translated(self.url):
            path = self.objects.oid_to_path(oid)
            if self.objects.fs.exists(path):
                self.objects.fs.remove(path)

    def pieces(self, oid: str) -> Iterator[bytes]:
        """The bytes of an object, in pieces, as they are; `NotFound` if it is not there."""
        return self._pieces(oid, "-")

    def add(self, oid: str, path: Path) -> None:
        """Make the file at `path`, whose bytes have that id, an object; one that is there stays.

        Raises:
            Unavailable: the remote cannot be written.
        """
        from dvc_objects.fs.local import localfs

        with _translated(self.url):
            if self.objects.fs.protocol == "local":
                Path(self.objects.path).mkdir(parents=True, exist_ok=True)
            self.objects.add(str(path), localfs, oid)

    def _check_object(self, oid: str, relative: str) -> None:
        found = hashlib.md5(usedforsecurity=False)
        for piece in self._pieces(oid, relative):
            found.update(piece)
        if found.hexdigest() != oid.removesuffix(".dir"):
            raise StepFailed("data.object_corrupt", where=self.url, path=relative, oid=oid)

    def _pieces(self, oid: str, relative: str) -> Iterator[bytes]:
        with _translated(self.url):
            try:
                with self.objects.fs.open(self.objects.oid_to_path(oid), "rb") as file:
                    while piece := file.read(1 << 20):
                        yield piece
            except FileNotFoundError:
                raise NotFound(
                    "data.object_missing", where=self.url, path=relative, oid=oid
                ) from None


class _Failures(logging.Handler):
    """DVC only logs why an object was not transferred; this keeps the first reason."""

    def __init__(self) -> None:
        super().__init__()
        self.first = "unknown"
        self._logger = logging.getLogger("dvc_data.hashfile.transfer")

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and self.first == "unknown":
            self.first = _reason(error)

    def __enter__(self) -> Self:
        self._propagate, self._logger.propagate = self._logger.propagate, False
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
        self._logger.propagate = self._propagate


def _reason(error: BaseException) -> str:
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number) if number else str(error)


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Turn what a remote's file system raises into `Unavailable`."""
    try:
        yield
    except (AileronError, GeneratorExit):
        raise
    except Exception as error:  # each kind of remote has errors of its own
        raise Unavailable("data.remote_failed", where=url, problem=_reason(error)) from error
