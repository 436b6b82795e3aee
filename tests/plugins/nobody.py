"""Programs as a user who is not root, as the platform's containers have it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import aileron

NOBODY = 65534


def as_user(user: int) -> dict[str, Any]:
    """Arguments of `subprocess` for that user; none if this process is that user's."""
    if os.geteuid() == user:
        return {}
    return {"user": user, "group": user, "extra_groups": []}


def unprivileged() -> int:
    """A user who is not root: this process's own, or nobody."""
    return os.geteuid() or NOBODY


@cache
def _python() -> str | None:
    same = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for path in (sys.executable, f"/usr/bin/{same}", f"/usr/local/bin/{same}"):
        try:
            done = subprocess.run([path, "-c", ""], **as_user(unprivileged()), check=False)
        except OSError:
            continue
        if done.returncode == 0:
            return path
    return None


def run_python(user: int, *words: str, also: str = "") -> str:
    """What Python says with these words, run by `user` with this checkout and its libraries.

    Args:
        also: a further folder of modules.
    """
    python = _python()
    if python is None:
        pytest.skip("no Python of this version that others than root may start")
    source = str(Path(aileron.__file__).parents[1])
    folders = [source, sysconfig.get_path("purelib"), also]
    done = subprocess.run(
        [python, *words],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(filter(None, folders))},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        **as_user(user),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
