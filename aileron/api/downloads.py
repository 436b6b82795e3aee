"""Files that are made for one answer: laid out beside the installation's bytes, gone when sent.

They may be as large as an image, so they are not in ``/tmp``, which may be memory. What a process
left that was killed is swept when the next one starts.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fastapi import Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from aileron.api.ranges import POLICY

FOLDER: Final = ".downloads"
"""In the state directory, where backups leave such names out."""
OLD_SECONDS: Final = 6 * 3600.0
"""Others may send from the same folder: what is younger is perhaps still being made or sent."""


def send(request: Request, name: str, make: Callable[[Path], object]) -> FileResponse:
    """The file that `make` writes at the path it is given, under the name `name`."""
    folder = Path(request.app.state.settings.home) / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=folder))
    try:
        make(work / "file")
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return FileResponse(
        work / "file",
        filename=name,
        media_type="application/octet-stream",
        headers={"Content-Security-Policy": POLICY},
        background=BackgroundTask(shutil.rmtree, work, ignore_errors=True),
    )


def sweep(home: Path) -> None:
    """Remove what was left here long ago."""
    for work in (home / FOLDER).glob("*"):
        try:
            old = work.stat().st_mtime < time.time() - OLD_SECONDS
        except FileNotFoundError:  # another process swept it
            continue
        if old:
            shutil.rmtree(work, ignore_errors=True)
