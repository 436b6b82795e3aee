"""A store in a bucket of S3, or of a server that speaks its protocol.

A bucket has no locks. Whoever removes counts that up in one object, before and after, and
whoever wrote meanwhile sees by the count that it has to look whether all is there still.
"""

from __future__ import annotations

import json
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Final

from aileron.core.digest import digest_file
from aileron.core.errors import StepFailed, Unavailable
from aileron.store.store import PIECE, BlobWriter, Store, Stored, blob_key, said

PATIENCE: Final = {"connect_timeout": 5, "read_timeout": 60, "retries": {"max_attempts": 3}}
SWEEPS: Final = "sweeps.json"
"""How often somebody has removed, and who does now."""
SETTLE_SECONDS: Final = 1.0
"""After so long, of those who wanted to be alone at once, the last one alone is."""
DEAD_SECONDS: Final = 900.0
"""Who has been alone for so long without a word has died. Clocks may differ by minutes."""
LONGEST_SILENCE: Final = 300.0
"""Who removes says so again within this time, or stops."""
PAUSE: Final = 0.5
BATCH: Final = 1000
"""Objects of one request."""


class S3Store(Store):
    """Artifacts under ``s3://bucket/prefix``. An instance is not for use after a fork."""

    parallel: ClassVar[int] = 16
    tick: ClassVar[float] = 1.0

    def __init__(self, root: str) -> None:
        super().__init__(root.rstrip("/"))
        self._alone: _Sweep | None = None

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

    @contextmanager
    def alone(self) -> Iterator[None]:
        sweep = _Sweep(uuid.uuid4().hex, self._sweeps() + 1)
        self._tell(sweep)
        time.sleep(SETTLE_SECONDS)
        if self._told().by != sweep.by:
            raise Unavailable("store.not_alone", where=self.root)
        self._alone = sweep
        try:
            yield
        finally:
            self._alone = None
            if self._told().by == sweep.by:  # else another took this one for dead, and is at work
                self._tell(_Sweep(None, sweep.number))

    def discard(self, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), BATCH):
            self._still_alone()
            batch = [f"{self.root}/{key}" for key in keys[start : start + BATCH]]
            with self._answering():
                self._bucket.rm(batch)
            if self._size(keys[start]) is not None:
                problem = "an object was not deleted; the account may lack the right to"
                raise Unavailable("store.unavailable", where=self.root, problem=problem)

    @property
    def is_empty(self) -> bool:
        with self._answering():
            try:
                return not self._bucket.ls(f"{self.root}/manifests")
            except FileNotFoundError:
                return True

    def _sweeps(self) -> int:
        while True:
            told = self._told()
            if told.by is None or time.time() - told.at > DEAD_SECONDS:
                return told.number
            time.sleep(PAUSE)

    def _told(self) -> _Sweep:
        """What was last said of removing."""
        with self._answering():
            try:
                data = self._bucket.cat_file(f"{self.root}/{SWEEPS}")
            except FileNotFoundError:
                return _Sweep(None, 0)
        return _Sweep(**json.loads(data))

    def _tell(self, sweep: _Sweep) -> None:
        sweep.at = time.time()
        self._write_manifest(SWEEPS, json.dumps(asdict(sweep)).encode())

    def _still_alone(self) -> None:
        """Say again who removes; one who was asleep for too long, or was replaced, stops."""
        sweep = self._alone
        asleep = sweep is None or time.time() - sweep.at > LONGEST_SILENCE
        if sweep is None or asleep or self._told().by != sweep.by:
            raise Unavailable("store.not_alone", where=self.root)
        self._tell(sweep)

    def _renew(self, key: str) -> bool:
        try:
            data = b"".join(self._pieces(key))
        except FileNotFoundError:
            return False
        self._write_manifest(key, data)
        return True

    def _listed(self, prefix: str) -> Iterator[Stored]:
        root = self.root.removeprefix("s3://")
        with self._answering():
            try:
                found = self._bucket.find(f"{self.root}/{prefix}", detail=True)
            except FileNotFoundError:
                return
            for path, facts in found.items():
                key = str(path).removeprefix(f"{root}/")
                yield Stored(key, int(facts["size"]), facts["LastModified"].timestamp())

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


@dataclass
class _Sweep:
    """Who removes, None after the end, and the number of the time."""

    by: str | None
    number: int
    at: float = 0.0
    """When that was said, in seconds of the epoch by the clock of who removes."""


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
