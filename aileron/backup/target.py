"""Where backups are kept: an artifact store, and beside its artifacts what each backup is.

Secrets lie in one file per backup that only its owner can read, and never in a bucket.
"""

from __future__ import annotations

import base64
import fcntl
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from aileron.backup.record import FORMAT_VERSION, Backup
from aileron.core.errors import InvalidInput, NotFound, StepFailed
from aileron.stack.record import write_private
from aileron.store import open_store

FOLDER: Final = "backups/"


class Target:
    """The backups at `root`: a folder, or ``s3://BUCKET/PREFIX``."""

    def __init__(self, root: str) -> None:
        self.store = open_store(root)
        self.folder = None if "://" in root else Path(self.store.root)
        """None: a bucket."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One backup to a folder at a time; the folder is made for its owner alone.

        Raises:
            InvalidInput: the folder holds other things.
        """
        if self.folder is None:
            yield
            return
        own = self.folder / FOLDER
        if self.folder.is_dir() and not own.is_dir() and any(self.folder.iterdir()):
            raise InvalidInput("backup.not_a_target", where=str(self.folder))
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        own.mkdir(exist_ok=True, mode=0o700)
        with (own / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def numbers(self) -> list[int]:
        """The numbers of the backups, rising."""
        found = (re.fullmatch(rf"{FOLDER}(\d+)\.json", key) for key in self._keys())
        return sorted(int(match[1]) for match in found if match)

    def _keys(self) -> list[str]:
        if self.folder is not None and not self.folder.is_dir():
            return []
        return self.store.object_keys(FOLDER)

    def list(self) -> list[Backup]:
        """The backups, newest first."""
        return [self.get(number) for number in reversed(self.numbers())]

    def get(self, number: int | None = None) -> Backup:
        """That backup, or the newest.

        Raises:
            NotFound: there is none; says which there are.
            InvalidInput: another version of Aileron wrote it in a form unknown here.
        """
        numbers = self.numbers()
        if number is None and numbers:
            number = numbers[-1]
        if number not in numbers or number is None:
            known = ", ".join(map(str, numbers)) or "-"
            raise NotFound("backup.none", where=self.store.root, number=number or "-", known=known)
        data = self.store.read_object(_key(number)) or b""
        try:
            return Backup.model_validate_json(data)
        except ValidationError:
            raise _unreadable(data, f"{self.store.root}/{_key(number)}") from None

    def latest(self) -> Backup | None:
        """The newest backup, None if there is none."""
        return self.get() if self.numbers() else None

    def publish(self, backup: Backup) -> None:
        """Write what `backup` is: from now on it is there."""
        self.store.write_object(_key(backup.number), backup.model_dump_json(indent=1).encode())

    def write_secrets(self, number: int, files: Mapping[str, bytes]) -> None:
        """Keep files that only their owner may read.

        Raises:
            InvalidInput: the target is a bucket.
        """
        if self.folder is None:
            raise InvalidInput("backup.secrets_in_bucket", where=self.store.root)
        text = {path: base64.b64encode(data).decode() for path, data in files.items()}
        write_private(self.folder / _secrets_key(number), json.dumps(text, indent=1))

    def read_secrets(self, backup: Backup) -> dict[str, bytes]:
        """Path -> content of the files with secrets.

        Raises:
            NotFound: the backup has some, and their file is gone.
        """
        if not backup.secrets:
            return {}
        data = self.store.read_object(_secrets_key(backup.number))
        if data is None:
            raise NotFound("backup.secrets_lost", where=_secrets_key(backup.number))
        return {path: base64.b64decode(text) for path, text in json.loads(data).items()}


def _key(number: int) -> str:
    return f"{FOLDER}{number:06d}.json"


def _secrets_key(number: int) -> str:
    return f"{FOLDER}{number:06d}.secrets.json"


def _unreadable(data: bytes, where: str) -> InvalidInput | StepFailed:
    """Why a backup's record cannot be read: it is of a later form, or damaged."""
    try:
        found = int(json.loads(data)["format_version"])
    except (ValueError, KeyError, TypeError):
        return StepFailed("backup.damaged_record", where=where)
    if found == FORMAT_VERSION:
        return StepFailed("backup.damaged_record", where=where)
    return InvalidInput("backup.later_format", where=where, found=found, known=FORMAT_VERSION)
