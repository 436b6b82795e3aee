"""Hard memory limits by control groups, where this process may make one.

Standard library alone: the launcher imports this. Where no group can be made, the runner
polls resident memory instead; `memory_enforcement` says which it is.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from functools import cache
from pathlib import Path
from typing import Literal

Enforcement = Literal["cgroup", "polling"]
_ROOT = Path("/sys/fs/cgroup")


class MemoryGroup:
    """A control group with a memory limit. The first process joins it by `procs`."""

    def __init__(self, limit_bytes: int) -> None:
        """Raises `OSError` where groups cannot be made or have no memory controller."""
        parent, self._names = _delegated()
        self.folder = parent / f"aileron-{uuid.uuid4().hex[:12]}"
        self.folder.mkdir()
        try:
            (self.folder / self._names["limit"]).write_text(str(limit_bytes))
            swap = self.folder / self._names["swap"]
            if swap.exists():
                swap.write_text("0" if "swap.max" in swap.name else str(limit_bytes))
        except OSError:
            self.folder.rmdir()
            raise

    @property
    def procs(self) -> Path:
        return self.folder / "cgroup.procs"

    def peak_bytes(self) -> int | None:
        """Largest use so far; None if this kernel does not tell."""
        path = self.folder / self._names["peak"]
        return int(path.read_text()) if path.exists() else None

    def killed(self) -> bool:
        """Whether the kernel killed a member because of the limit."""
        text = (self.folder / self._names["events"]).read_text()
        counts = dict(line.split() for line in text.splitlines())
        return int(counts.get("oom_kill", "0")) > 0

    def remove(self) -> None:
        """Remove the group once its members have ended; they are given a moment."""
        for _ in range(50):
            with contextlib.suppress(OSError):
                self.folder.rmdir()
            if not self.folder.exists():
                return
            time.sleep(0.01)


class ContainerMemory:
    """The memory of the container in which this process runs, as its own group tells it.

    It is found at the root of the mounted groups: there a container sees its own.
    """

    def __init__(self, root: Path = _ROOT) -> None:
        old = (root / "memory" / _V1["events"]).exists()
        self._folder, self._names = (root / "memory", _V1) if old else (root, _V2)
        self._kills = self._count()

    @property
    def limit_bytes(self) -> int:
        """What the kernel allows; 0 if it does not say."""
        return self._number("limit")

    @property
    def peak_bytes(self) -> int:
        """Largest use so far; 0 if this kernel does not tell."""
        return self._number("peak")

    def killed(self) -> bool:
        """Whether the kernel has killed a member for the limit since this object was made."""
        return self._count() > self._kills

    def _count(self) -> int:
        """Kills so far; 0 if this kernel does not tell."""
        path = self._folder / self._names["events"]
        lines = path.read_text().splitlines() if path.exists() else []
        return int(dict(line.split() for line in lines).get("oom_kill", "0"))

    def _number(self, name: str) -> int:
        path = self._folder / self._names[name]
        text = path.read_text().strip() if path.exists() else ""
        return int(text) if text.isdigit() else 0


@cache
def memory_enforcement() -> Enforcement:
    """Whether memory limits are hard (``cgroup``) or watched (``polling``)."""
    try:
        MemoryGroup(1 << 30).remove()
    except OSError:
        return "polling"
    return "cgroup"


_V1 = {
    "limit": "memory.limit_in_bytes",
    "swap": "memory.memsw.limit_in_bytes",
    "peak": "memory.max_usage_in_bytes",
    "events": "memory.oom_control",
}
_V2 = {
    "limit": "memory.max",
    "swap": "memory.swap.max",
    "peak": "memory.peak",
    "events": "memory.events",
}


def _delegated() -> tuple[Path, dict[str, str]]:
    """The folder in which this process may make groups, and the file names there."""
    for line in Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            return _writable(_ROOT / "memory" / path.lstrip("/")), _V1
        if not controllers:
            folder = _ROOT / path.lstrip("/")
            enabled = folder / "cgroup.subtree_control"
            if enabled.exists() and "memory" in enabled.read_text().split():
                return _writable(folder), _V2
    raise FileNotFoundError("no memory controller")


def _writable(folder: Path) -> Path:
    if not os.access(folder, os.W_OK):
        raise PermissionError(folder)
    return folder
