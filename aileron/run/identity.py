"""What a launcher is made of and where it listens; client and launcher must agree.

Standard library alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

IDLE_SECONDS: Final = 3600.0
"""How long a launcher stays without being asked for anything."""
_SOURCES: Final = (
    "launcher.py", "jobs.py", "zygote.py", "zygote_link.py", "identity.py", "bytecode.py",
    "tree.py", "cgroup.py",
)  # fmt: skip


def identity() -> str:
    """Digest of the launcher's code, the interpreter and the installed distributions.

    Installing, removing or upgrading a distribution changes its folder's time stamp.
    """
    parts: list[Any] = [sys.executable, sys.version]
    parts += [Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _SOURCES]
    folders = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    parts += [(folder, Path(folder).stat().st_mtime_ns) for folder in folders]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@contextlib.contextmanager
def socket_address(folder: Path) -> Iterator[str]:
    """The address of the launcher's socket, short however long the folder's path is."""
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/launcher.sock"
    finally:
        os.close(handle)
