"""Real data sets that are not in the repository: ``../shared/data`` or AILERON_TEST_DATA.

A test that needs them is skipped where they are absent, and says so; it reads and never
copies them into the repository.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED_DATA = Path(
    os.environ.get("AILERON_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data"
)


def shared(path: str) -> Path:
    """A file or folder of the shared test data; skips the test where there is none."""
    if not (SHARED_DATA / path).exists():
        pytest.skip(f"{path} is not in {SHARED_DATA}; set AILERON_TEST_DATA")
    return SHARED_DATA / path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the shared test data; skips the test where there is none."""
    return shared("")
