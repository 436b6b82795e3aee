"""A system account for a server that refuses to run as root.

PostgreSQL will not start as root. When the caller is root, the server runs under an account
of its own, which owns the server's data and can enter the folders above it: where these are
closed to others (``/root``), an access control entry lets this one account pass through, and
nobody's mode bits change. For any other caller everything here does nothing.
"""

from __future__ import annotations

import errno
import os
import pwd
import stat
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aileron.core.errors import Unavailable

ACCOUNT: Final = "aileron_db"

_ACL: Final = "system.posix_acl_access"
_ACL_VERSION: Final = struct.pack("<I", 2)
_ACL_ENTRY: Final = struct.Struct("<HHI")
_OWNER, _USER, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
_NO_ID: Final = 0xFFFFFFFF
_ENTER: Final = 1


@dataclass(frozen=True)
class Account:
    """A user and group that a child process is started under."""

    user: int
    group: int


def server_account() -> Account | None:
    """The account to start a server under: None for the caller's own, unless that is root.

    Raises:
        Unavailable: the account is missing and cannot be made.
    """
    if os.geteuid() != 0:
        return None
    entry = _find_account() or _make_account()
    return Account(entry.pw_uid, entry.pw_gid)


def give(path: Path, account: Account) -> None:
    """Make `account` the owner of `path` and everything in it."""
    for folder, _, files in os.walk(path):
        os.chown(folder, account.user, account.group)
        for file in files:
            os.chown(Path(folder) / file, account.user, account.group, follow_symlinks=False)


def let_pass(path: Path, account: Account) -> None:
    """Let `account` enter each folder above `path` that is closed to others.

    Raises:
        Unavailable: the file system has no access control lists.
    """
    for folder in path.resolve().parents:
        status = folder.stat()
        if status.st_uid != account.user and not status.st_mode & stat.S_IXOTH:
            _let_enter(folder, account)


def _find_account() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        return None


def _make_account() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
    try:
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        problem = made.stderr.strip()
    except FileNotFoundError:
        problem = "there is no useradd here"
    entry = _find_account()  # also when another process was first
    if entry is None:
        raise Unavailable("stack.no_account", account=ACCOUNT, problem=problem)
    return entry


def _let_enter(folder: Path, account: Account) -> None:
    entries = [
        (tag, mode | _ENTER if tag == _MASK else mode, ident)
        for tag, mode, ident in _entries(folder)
        if (tag, ident) != (_USER, account.user)
    ]
    entries.append((_USER, _ENTER, account.user))
    packed = b"".join(_ACL_ENTRY.pack(*entry) for entry in sorted(entries))
    try:
        os.setxattr(folder, _ACL, _ACL_VERSION + packed)
    except OSError:
        raise Unavailable("stack.closed_folder", folder=str(folder), account=ACCOUNT) from None


def _entries(folder: Path) -> Iterator[tuple[int, int, int]]:
    """The folder's access control list, always with a mask; see acl(5)."""
    try:
        packed = os.getxattr(folder, _ACL)[len(_ACL_VERSION) :]
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.EOPNOTSUPP):
            raise
        mode = folder.stat().st_mode
        yield _OWNER, mode >> 6 & 7, _NO_ID
        yield _GROUP, mode >> 3 & 7, _NO_ID
        yield _MASK, mode >> 3 & 7, _NO_ID
        yield _OTHER, mode & 7, _NO_ID
        return
    yield from _ACL_ENTRY.iter_unpack(packed)
