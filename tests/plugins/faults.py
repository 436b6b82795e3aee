"""Faults on demand, at the seams where the operating system reports them."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def fill_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, int], None]:
    """``fill_disk(folder, room)``: files below `folder` take `room` bytes more, then ENOSPC.

    Only in this process, and only for `os.write`; ``monkeypatch.undo()`` ends it.
    """
    write = os.write

    def fill(folder: Path, room: int) -> None:
        left = [room]

        def limited(descriptor: int, data: bytes) -> int:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            if not path.is_relative_to(folder):
                return write(descriptor, data)
            if left[0] <= 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            written = write(descriptor, memoryview(data)[: left[0]])
            left[0] -= written
            return written

        monkeypatch.setattr(os, "write", limited)

    return fill
