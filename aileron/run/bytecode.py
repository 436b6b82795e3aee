"""Keeps step processes from running a compiled file of code that has changed since.

Python takes a compiled file for good if its source has the same size and was changed in
the same second. Two edits within a second would then run the first one's code under the
second one's cache key. Standard library alone.
"""

from __future__ import annotations

import sysconfig
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import cache_from_source
from pathlib import Path
from types import CodeType
from typing import Any

_get_code: Any = SourceFileLoader.get_code


def distrust_old_bytecode() -> None:
    """Compile project modules anew unless their compiled file is younger than the source."""
    SourceFileLoader.get_code = get_code  # type: ignore[assignment,method-assign]


def get_code(loader: SourceFileLoader, name: str) -> CodeType | None:
    """What `SourceFileLoader.get_code` gives, from the source itself if in doubt."""
    path = str(loader.path)
    if path.startswith(_installed()) or _is_younger(path):
        code: CodeType | None = _get_code(loader, name)
        return code
    return loader.source_to_code(loader.get_data(path), path)


def _is_younger(path: str) -> bool:
    try:
        compiled = Path(cache_from_source(path)).stat().st_mtime_ns
        return compiled > Path(path).stat().st_ctime_ns
    except (FileNotFoundError, NotImplementedError):
        return False


@cache
def _installed() -> tuple[str, ...]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return tuple({sysconfig.get_path(name) + "/" for name in names})
