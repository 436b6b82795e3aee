"""Tests on the real Label Studio, whose first start takes minutes where much else runs."""

from __future__ import annotations

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """The first of them waits for it."""
    item.add_marker(pytest.mark.timeout(1200))
