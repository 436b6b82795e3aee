"""A store in a bucket of S3, or of a server that speaks its protocol."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from aileron.core.digest import digest_file
from aileron.core.errors import StepFailed, Unavailable
from aileron.store.store import PIECE, BlobWriter, Store, blob_key, said

PATIENCE: Final = {"connect_timeout": 5, "read_timeout": 60, "retries": {"max_attempts": 3}}


class S3Store(Store):
    """Artifacts under ``s3://bucket/prefix``. An instance is not for use after a fork."""

    def __init__(self, root: str) -> None:
        super().__init__(root.rstrip("/"))

    @cached_property
    def _bucket(self) -> Any:
        import s3fs

        return s3fs.S3FileSystem(
            config_kwargs=dict(PATIENCE), skip_instance_cache=True, use_listings_cache=False
        )

    def blob(self) -> BlobWriter:
        return _SpooledBlob(self)

    def upload(self, path: Path, key: str) -> None:
        """Make the object `key` of the file's bytes; it appears as a whole."""
        with self._answering(writing=True):
            self._bucket.put_file(str(path), f"{self.root}/{key}")

    def _add_file(self, path: Path, *, given: bool) -> tuple[str, int]:  # noqa: ARG002
        before = path.stat()
        digest = digest_file(path)
        self.upload(path, blob_key(digest))
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise StepFailed("store.changed_meanwhile", where=str(path))
        return digest, after.st_size

    def _write_manifest(self, key: str, data: bytes) -> None:
        with self._answering(writing=True):
            self._bucket.pipe_file(f"{self.root}/{key}", data)

    def _write_file(self, key: str, path: Path) -> None:
        self.upload(path, key)

    def _pieces(self, key: str) -> Iterator[bytes]:
        with self._answering(), self._bucket.open(f"{self.root}/{key}", "rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def _size(self, key: str) -> int | None:
        with self._answering():
            try:
                return int(self._bucket.info(f"{self.root}/{key}")["size"])
            except FileNotFoundError:
                return None

    def _written(self, key: str) -> float | None:
        with self._answering():
            try:
                return float(self._bucket.info(f"{self.root}/{key}")["LastModified"].timestamp())
            except FileNotFoundError:
                return None

    def _keys(self, prefix: str) -> Iterator[str]:
        root = self.root.removeprefix("s3://")
        with self._answering():
            try:
                paths = self._bucket.find(f"{self.root}/{prefix}")
            except FileNotFoundError:
                return
            for path in paths:
                yield str(path).removeprefix(f"{root}/")

    def _remove(self, key: str) -> None:
        with self._answering():
            try:
                self._bucket.rm_file(f"{self.root}/{key}")
            except FileNotFoundError:
                return

    def _place(self, key: str, target: Path, *, share: bool) -> None:  # noqa: ARG002
        with target.open("wb") as file:
            for piece in self._pieces(key):
                file.write(piece)
        target.chmod(0o444)

    @contextmanager
    def _answering(self, *, writing: bool = False) -> Iterator[None]:
        """Failures in words; what is missing is told to a reader as `FileNotFoundError`."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not writing:
                raise
            raise said(error, self.root) from None
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("store.unavailable", where=self.root, problem=str(error)) from None


class _SpooledBlob(BlobWriter):
    """Writes to a local file first: the object's name is known only at the end."""

    def __init__(self, store: S3Store) -> None:
        super().__init__()
        self._store = store
        self._spool = tempfile.NamedTemporaryFile(prefix="aileron-blob-")  # noqa: SIM115

    def _write(self, data: bytes) -> None:
        try:
            self._spool.write(data)
        except OSError as error:
            raise said(error, self._spool.name) from None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._spool as spool:
            if kind is None:
                spool.flush()
                self._store.upload(Path(spool.name), blob_key(self.digest))
