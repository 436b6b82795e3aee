"""Look at a file that a test writes: `look(content, target="y", ...)`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from aileron.data.inspection import Asked, Inspection, inspect_table

Look = Callable[..., Inspection]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Inspects a file of the given content; `test` is the content of a test file."""
    numbers = count()

    def inspect(
        content: str | bytes,
        *,
        file: str = "data.csv",
        test: str | bytes | None = None,
        target: str | None = "y",
        **asked: Any,
    ) -> Inspection:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        data = _written(folder / file, content)
        second = None if test is None else _written(folder / f"test_{file}", test)
        return inspect_table(data, Asked(target=target, **asked), second)

    return inspect


def _written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
