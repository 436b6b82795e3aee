"""A launcher that all tests of this folder share, since loading its libraries takes seconds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from plugins.waiting import wait_until

from aileron.run import client


@pytest.fixture(scope="session")
def launcher_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state directory whose launcher has loaded everything."""
    home = tmp_path_factory.mktemp("launcher")
    client.warm_up(home)
    wait_until(lambda: (client.status(home) or {}).get("ready"), seconds=120)
    yield home
    client.stop(home)
