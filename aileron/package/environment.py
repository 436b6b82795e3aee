"""A package's own virtual environment: exactly what it pins, built once per machine.

Environments lie in ``HOME/environments/<digest>``, the digest covering the pins and the
interpreter. One is built beside its place and renamed when complete, under a file lock, so
that nobody ever sees half of one.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from aileron.core.digest import digest_json
from aileron.core.errors import Unavailable

_MARKER: Final = "complete.json"
_SECONDS: Final = 600


def serving_environment(requirements: Path, home: Path) -> Path:
    """The Python executable of the environment that has exactly `requirements`.

    Built with uv if it is not there: from uv's cache if that suffices, else from the index.
    Safe to call from many processes at once.

    Raises:
        Unavailable: uv is missing, or a requirement cannot be found.
    """
    pins = sorted(line for line in requirements.read_text(encoding="utf-8").split() if line)
    folder = home / "environments" / environment_digest(pins)
    python = folder / "bin" / "python"
    if is_complete(folder):
        return python
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.with_suffix(".lock")):
        if not is_complete(folder):
            _build(pins, folder)
    return python


def environment_digest(pins: list[str]) -> str:
    """Name of the environment with these pins under this interpreter."""
    interpreter = [sys.version, sys.base_prefix, platform.machine()]
    return digest_json({"pins": pins, "interpreter": interpreter})[:32]


def is_complete(folder: Path) -> bool:
    """Whether the environment is whole: its interpreter runs, each distribution is there."""
    marker = folder / _MARKER
    if not marker.is_file() or not os.access(folder / "bin" / "python", os.X_OK):
        return False
    records = json.loads(marker.read_text(encoding="utf-8"))["records"]
    return bool(records) and all((folder / record).is_file() for record in records)


def _build(pins: list[str], folder: Path) -> None:
    draft = folder.with_suffix(f".draft{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        _run([_uv(), "venv", "--quiet", "--relocatable", "--python", sys.executable, str(draft)])
        _install(pins, draft)
        _mark(pins, draft)
        shutil.rmtree(folder, ignore_errors=True)
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _install(pins: list[str], draft: Path) -> None:
    listed = draft / "requirements.txt"
    listed.write_text("\n".join(pins) + "\n", encoding="utf-8")
    python = str(draft / "bin" / "python")
    words = [_uv(), "pip", "install", "--quiet", "--no-deps", "--compile-bytecode"]
    words += ["--python", python, "--requirements", str(listed)]
    try:
        _run([*words, "--offline"])
    except Unavailable:  # the cache has not everything
        _run(words)


def _mark(pins: list[str], draft: Path) -> None:
    """Write down which files prove that each pin is installed."""
    records = sorted(
        str(record.relative_to(draft))
        for record in draft.glob("lib/python*/site-packages/*.dist-info/RECORD")
    )
    if len(records) != len(pins):
        detail = f"{len(records)} distributions were installed for {len(pins)} pins"
        raise Unavailable("package.environment_failed", detail=detail)
    (draft / _MARKER).write_text(json.dumps({"records": records}), encoding="utf-8")


def _uv() -> str:
    beside = Path(sys.executable).parent / "uv"
    found = str(beside) if beside.is_file() else shutil.which("uv")
    if found is None:
        raise Unavailable("package.no_uv")
    return found


def _run(words: list[str]) -> None:
    variables = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    variables.setdefault("UV_FIND_LINKS", variables.get("PIP_FIND_LINKS", "").replace(" ", ","))
    done = subprocess.run(
        words, env=variables, capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    if done.returncode != 0:
        detail = " ".join(done.stderr.split())[-600:]
        raise Unavailable("package.environment_failed", detail=detail)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
