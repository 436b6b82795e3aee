"""Files that people send in pieces: ``HOME/uploads/ID``, resumed after a break.

An upload belongs to who began it; its id is random. What is sent is on the disk before it is
acknowledged. Names are for people and never a path; nothing is believed of the content.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from aileron.core.errors import AileronError, Conflict, InvalidInput, NotFound, Unavailable
from aileron.data.sources.connections import Limits
from aileron.data.sources.spec import UPLOAD_ID
from aileron.data.sources.transfer import safe_name

FOLDER: Final = "uploads"
ABOUT: Final = "upload.json"
CONTENT: Final = "content"


class TooLarge(AileronError):
    """The upload is larger than the limit."""

    http_status = 413


class About(BaseModel):
    """What is known of an upload when it begins."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    size: int
    owner: str
    project: str
    begun: datetime


@dataclass(frozen=True)
class Upload:
    """An upload as it is now."""

    about: About
    path: Path
    offset: int
    """Bytes that are here."""
    changed: datetime
    """When the last of them came."""
    used: datetime
    """When it was begun, or when a run read it last."""

    @property
    def id(self) -> str:
        return self.about.id

    @property
    def name(self) -> str:
        return self.about.name

    @property
    def size(self) -> int:
        return self.about.size

    @property
    def complete(self) -> bool:
        return self.offset == self.size


class Uploads:
    """The uploads of one installation."""

    def __init__(self, home: Path, limits: Limits) -> None:
        self._folder = home / FOLDER
        self._limits = limits

    def begin(self, name: str, size: int, owner: str, project: str) -> Upload:
        """A new upload without a byte yet; abandoned ones of all are removed.

        Raises:
            TooLarge: `size` is above the limit.
        """
        self.check_size(size)
        self.expire()
        about = About(
            id=uuid.uuid4().hex,
            name=safe_name(name, "upload"),
            size=size,
            owner=owner,
            project=project,
            begun=datetime.now(UTC),
        )
        with _on_disk(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(prefix=".new-", dir=self._folder))
            (made / CONTENT).touch()
            (made / ABOUT).write_text(about.model_dump_json(), encoding="utf-8")
            made.rename(self._folder / about.id)
        return self._read(about.id)

    def check_size(self, size: int) -> None:
        """Raise if one upload may not have so many bytes.

        Raises:
            TooLarge: it may not.
        """
        if size > self._limits.upload_bytes:
            raise TooLarge("data.sources.upload_too_large", limit=self._limits.upload_bytes)

    def get(self, upload_id: str, owner: str, project: str) -> Upload:
        """An upload of `owner`.

        Raises:
            NotFound: there is none, or it is somebody else's.
        """
        found = self._read(upload_id)
        if (found.about.owner, found.about.project) != (owner, project):
            raise NotFound("data.sources.no_upload", id=upload_id)
        return found

    def list(self, owner: str, project: str) -> tuple[Upload, ...]:
        """The uploads of `owner`, the newest first."""
        whose = owner, project
        mine = (one for one in self.all() if (one.about.owner, one.about.project) == whose)
        return tuple(sorted(mine, key=lambda one: one.about.begun, reverse=True))

    def bytes_of(self, project: str) -> int:
        """Bytes that the project's uploads have, or will have when they are finished."""
        return sum(one.size for one in self.all() if one.about.project == project)

    def all(self) -> Iterator[Upload]:
        """Everybody's uploads."""
        if self._folder.is_dir():
            for folder in self._folder.iterdir():
                with contextlib.suppress(NotFound):
                    yield self._read(folder.name)

    @contextmanager
    def appending(self, upload: Upload, offset: int) -> Iterator[Appending]:
        """Add to `upload` from byte `offset` on; one writer at a time.

        Raises:
            Conflict: it does not end there, or somebody else is writing.
        """
        with _on_disk(upload.path), upload.path.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict("data.sources.upload_busy", id=upload.id) from None
            ends = file.seek(0, os.SEEK_END)
            if ends != offset:
                raise Conflict("data.sources.wrong_offset", id=upload.id, offset=ends)
            appending = Appending(file.fileno(), offset, upload.size)
            try:
                yield appending
            finally:
                os.fsync(file.fileno())

    def append(self, upload: Upload, offset: int, pieces: Iterable[bytes]) -> Upload:
        """`appending` for pieces that are at hand; the upload after them."""
        with self.appending(upload, offset) as appending:
            for piece in pieces:
                appending.write(piece)
        return self._read(upload.id)

    def remove(self, upload: Upload) -> None:
        """Delete it, finished or not."""
        shutil.rmtree(upload.path.parent, ignore_errors=True)

    def finished(self, upload_id: str) -> Upload:
        """The upload of that id, of which every byte is here, whoever sent it.

        Raises:
            NotFound: there is none.
            InvalidInput: it is not finished.
        """
        found = self._read(upload_id)
        if not found.complete:
            raise InvalidInput(
                "data.sources.upload_open", id=upload_id, offset=found.offset, size=found.size
            )
        with contextlib.suppress(OSError):  # on a disk that takes no writes its age stays
            os.utime(found.path.parent / ABOUT)
        return found

    def expires(self, upload: Upload) -> datetime:
        """When an unfinished upload that nobody continues is removed."""
        return upload.changed + timedelta(hours=self._limits.upload_hours)

    def expire(self) -> None:
        """Remove what was begun and abandoned."""
        now = datetime.now(UTC)
        for found in self.all():
            if not found.complete and self.expires(found) < now:
                self.remove(found)

    def _read(self, upload_id: str) -> Upload:
        folder = self._folder / upload_id
        if re.fullmatch(UPLOAD_ID, upload_id) is None:
            raise NotFound("data.sources.no_upload", id=upload_id[:64])
        try:
            about = About.model_validate_json((folder / ABOUT).read_bytes())
            found, used = (folder / CONTENT).stat(), (folder / ABOUT).stat().st_mtime
        except FileNotFoundError:
            raise NotFound("data.sources.no_upload", id=upload_id) from None
        changed = datetime.fromtimestamp(found.st_mtime, UTC)
        read = max(changed, datetime.fromtimestamp(used, UTC))
        return Upload(about, folder / CONTENT, found.st_size, changed, read)


class Appending:
    """Writes at the end of an upload, never beyond its size."""

    def __init__(self, descriptor: int, offset: int, size: int) -> None:
        self._descriptor = descriptor
        self._begun = offset
        self.offset = offset
        self._size = size

    def write(self, piece: bytes) -> None:
        """Add `piece`.

        Raises:
            TooLarge: more comes than was said.
        """
        if self.offset + len(piece) > self._size:
            raise TooLarge("data.sources.upload_longer", size=self._size)
        view = memoryview(piece)
        while view:
            view = view[os.write(self._descriptor, view) :]
        self.offset += len(piece)

    def take_back(self) -> None:
        """Forget what was written here: it did not have the checksum that was said."""
        os.ftruncate(self._descriptor, self._begun)
        self.offset = self._begun


@contextmanager
def _on_disk(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise NotFound("data.sources.no_upload", id=path.parent.name) from None
    except OSError as error:
        problem = error.strerror or str(error)
        raise Unavailable("data.sources.disk", where=str(path), problem=problem) from error
