"""What this machine can do: disk space, and how memory limits are kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Final

from aileron.core.errors import Unavailable
from aileron.core.settings import Settings
from aileron.doctor.finding import Finding, look
from aileron.run.cgroup import memory_enforcement

FREE_MB: Final = 1024
"""Less free space than this is told."""


def examine_machine(settings: Settings) -> Iterator[Finding]:
    """Look at the machine under ``AILERON_HOME``."""
    yield look("machine", "disk", lambda: _disk(settings))
    yield look("machine", "memory limits", lambda: f"kept by {memory_enforcement()}")


def _disk(settings: Settings) -> str:
    free_mb = shutil.disk_usage(settings.home).free // 2**20
    if free_mb < FREE_MB:
        raise Unavailable("doctor.disk_full", folder=str(settings.home), free_mb=free_mb)
    return f"{free_mb} MB free"
