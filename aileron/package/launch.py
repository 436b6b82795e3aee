"""How a package is started: the command, and the environment variables of its process.

Used by the boot check and by the supervisor of services, so that what was checked is what
runs. The process serves at /readyz; SIGTERM drains it (see `aileron.serve.server`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

READY_PATH: Final = "/readyz"
_INHERITED: Final = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ")


def command(
    python: Path,
    package: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    announce: Path | None = None,
    drain_seconds: float = 1.0,
    stop_seconds: float = 30.0,
    report_imports: Path | None = None,
) -> list[str]:
    """The command line that serves `package` with the interpreter `python`.

    Args:
        port: 0 lets the system choose; `announce` then tells which.
        announce: file that gets ``{"host", "port", "pid"}`` once the service is ready.
        drain_seconds: how long it goes on answering after SIGTERM.
        stop_seconds: how long requests in flight may take after that.
        report_imports: file that gets, at exit, what was imported.
    """
    words = [
        *(str(python), "-m", "aileron_service", "--package", str(package)),
        *("--host", host, "--port", str(port)),
        *("--drain-seconds", str(drain_seconds), "--stop-seconds", str(stop_seconds)),
    ]
    if announce is not None:
        words += ["--announce", str(announce)]
    if report_imports is not None:
        words += ["--report-imports", str(report_imports)]
    return words


def environment(package: Path) -> Mapping[str, str]:
    """The whole environment of the process: no credential, one thread per prediction."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | variables(package)


def variables(package: Path) -> dict[str, str]:
    """What a package's process is given on any machine."""
    return {
        "PYTHONPATH": str(package / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
