"""Steps that are killed while they work."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from aileron.run import client
from aileron.run.tree import members


def kill_steps(launcher_home: Path) -> None:
    """SIGKILL for the leader of each session below the launcher: for steps, not their children."""
    status = client.status(launcher_home)
    assert status is not None
    for pid in members(status["pid"]) - {status["pid"]}:
        with suppress(ProcessLookupError):  # it ended meanwhile
            if os.getsid(pid) == pid:
                os.kill(pid, signal.SIGKILL)
