"""What the launcher knows of its clients and of the step processes they ordered.

Standard library alone.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

from aileron.run.cgroup import MemoryGroup

Message = dict[str, Any]


@dataclass(eq=False)
class Client:
    """A connection, and the step process that lives by it."""

    connection: socket.socket
    unread: bytes = b""
    job: Job | None = None


@dataclass(eq=False)
class Job:
    """An ordered step process."""

    client: Client
    order: Message
    ordered: float
    """When, on the monotonic clock."""
    group: MemoryGroup | None = None
    pid: int | None = None
    """None until it is forked."""
    kill_at: float | None = None
    abandoned: bool = False
    """Whether its client went before it was forked."""
