"""Where backups are kept: an artifact store, and beside its artifacts what each backup is.

Dumps and files are for the owner of the target alone, or for the group that shares its folder.
Secrets lie in one file per backup that only its owner can read, and never in a bucket.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from aileron.backup.record import FORMAT_VERSION, Backup
from aileron.core.digest import digest_bytes
from aileron.core.errors import AileronError, Conflict, InvalidInput, NotFound, StepFailed
from aileron.stack.record import write_private
from aileron.store import open_store

FOLDER: Final = "backups/"
PARTS: Final = ("backups", "blobs", "drafts", "manifests")
"""The folders of a target."""
OWN: Final = frozenset({"lost+found"})
"""What an empty volume has."""


class Target:
    """The backups at `root`: a folder, or ``s3://BUCKET/PREFIX``."""

    def __init__(self, root: str) -> None:
        self.store = open_store(root if "://" in root else str(Path(root).resolve()))
        self.folder = None if "://" in root else Path(self.store.root)
        """None: a bucket."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One backup to a folder at a time; the folder is made for its owner alone.

        Raises:
            InvalidInput: the folder holds other things.
            Conflict: another backup is being made there.
        """
        if self.folder is None:
            yield
            return
        empty = not _holds_anything(self.folder)
        if not empty and not (self.folder / FOLDER).is_dir():
            raise InvalidInput("backup.not_a_target", where=str(self.folder))
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in PARTS:
            (self.folder / part).mkdir(exist_ok=True, mode=0o700)
        for folder in ([self.folder] if empty else []) + [self.folder / part for part in PARTS]:
            self._close(folder)
        with (self.folder / FOLDER / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict("retention.backup_at_work", where=str(self.folder)) from None
            yield

    def _close(self, folder: Path) -> None:
        """Let nobody else enter, but for the group if it shares the whole target."""
        assert self.folder is not None  # noqa: S101 (a bucket has no folders)
        facts = self.folder.stat()
        shared = facts.st_mode & stat.S_ISGID and facts.st_mode & stat.S_IWGRP
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(0o2770 if shared else 0o700)

    @property
    def is_open(self) -> bool:
        """Whether everybody can read what is in it, for all that was done against it."""
        if self.folder is None:
            return False
        folders = [self.folder, *(self.folder / part for part in PARTS)]
        open_to_all = [folder.stat().st_mode & stat.S_IXOTH for folder in folders]
        return bool(open_to_all[0] and any(open_to_all[1:]))

    def numbers(self) -> list[int]:
        """The numbers of the backups, rising."""
        found = (re.fullmatch(rf"{FOLDER}(\d+)\.json", key) for key in self._keys())
        return sorted(int(match[1]) for match in found if match)

    def _keys(self) -> list[str]:
        if self.folder is not None and not self.folder.is_dir():
            return []
        return self.store.object_keys(FOLDER)

    def list(self) -> list[Backup]:
        """The backups whose records can be read, newest first."""
        return [found for _, found in self._records() if isinstance(found, Backup)]

    def damaged(self) -> dict[int, AileronError]:
        """Why the others cannot be read."""
        return {number: found for number, found in self._records() if not isinstance(found, Backup)}

    def _records(self) -> Iterator[tuple[int, Backup | AileronError]]:
        for number in reversed(self.numbers()):
            try:
                yield number, self.get(number)
            except (InvalidInput, StepFailed) as error:
                yield number, error

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
        """The newest backup whose record can be read, None if there is none."""
        return next((one for _, one in self._records() if isinstance(one, Backup)), None)

    def publish(self, backup: Backup) -> None:
        """Write what `backup` is: from now on it is there."""
        self.store.write_object(_key(backup.number), backup.model_dump_json(indent=1).encode())

    def write_secrets(self, number: int, files: Mapping[str, bytes]) -> str:
        """Keep files that only their owner may read; returns the digest of what was written.

        Raises:
            InvalidInput: the target is a bucket.
        """
        if self.folder is None:
            raise InvalidInput("backup.secrets_in_bucket", where=self.store.root)
        text = {path: base64.b64encode(data).decode() for path, data in files.items()}
        data = json.dumps(text, indent=1).encode()
        write_private(self.folder / _secrets_key(number), data)
        return digest_bytes(data)

    def read_secrets(self, backup: Backup) -> dict[str, bytes]:
        """Path -> content of the files with secrets.

        Raises:
            NotFound: the backup has some, and their file is gone.
            StepFailed: the file is damaged.
        """
        if not backup.secrets:
            return {}
        data = self.store.read_object(_secrets_key(backup.number))
        if data is None:
            raise NotFound("backup.secrets_lost", where=_secrets_key(backup.number))
        try:
            files = {path: base64.b64decode(text) for path, text in json.loads(data).items()}
        except (ValueError, AttributeError, TypeError):
            files = {}
        whole = backup.secrets_digest in (None, digest_bytes(data))
        if not whole or files.keys() != set(backup.secrets):
            raise StepFailed("backup.secrets_damaged", where=_secrets_key(backup.number))
        return files


def _holds_anything(folder: Path) -> bool:
    return folder.is_dir() and any(path.name not in OWN for path in folder.iterdir())


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
