"""The whole embedded stack, started once for the session in a state directory of its own.

A test that needs a server alone takes `stack` too: a second stack costs more than it isolates.
It is stopped when no test of the group uses it any more, as idle servers take a quarter of a
core from the others; the groups with a stack come first and one after the other.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner
from plugins.sharing import group_of

from aileron.cli import command
from aileron.core.settings import Settings
from aileron.stack.ports import CUSTOMARY, variable
from aileron.stack.stack import Stack

REPOSITORY = Path(__file__).parents[2]
AT_WORK: Final[list[Stack]] = []
"""The stack of this process, while it runs."""


def private_environment(home: Path, workspace: Path = REPOSITORY) -> dict[str, str]:
    """Variables of a stack that shares no port and no folder with another one.

    Distributions in the workspace's folder ``site`` count as installed.
    """
    foreign = {name for name in os.environ if name.startswith("AILERON_")}
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    ports = {variable(server): "0" for server in CUSTOMARY}
    calm = {"AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5"}  # several share two cores
    places = {"AILERON_WORKSPACE": str(workspace), "AILERON_HOME": str(home)}
    places["AILERON_LABELSTUDIO_ENV"] = str(home / "none")  # 300 MB that few tests need
    paths = [str(workspace / "site"), *filter(None, [kept.get("PYTHONPATH")])]
    return {**kept, **ports, **calm, **places, "PYTHONPATH": os.pathsep.join(paths)}


@pytest.fixture(scope="session")
def stack_home() -> Iterator[Path]:
    """The state directory of the session's stack; kept for reading if a test failed in it."""
    folder = Path(tempfile.mkdtemp(prefix="aileron-stack-"))
    yield folder / ".aileron"  # hidden, as users have it: some tools dislike that
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stack_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace as `aileron init` makes it, with the lifecycles of `tests/e2e/workspace`."""
    folder = tmp_path_factory.mktemp("stack") / "workspace"
    done = CliRunner().invoke(command, ["init", str(folder)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    shutil.copytree(REPOSITORY / "tests" / "e2e" / "workspace", folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def stack(stack_home: Path, stack_workspace: Path) -> Iterator[Stack]:
    """The running stack of a workspace of its own; stopped at the end of the session."""
    environ = private_environment(stack_home, stack_workspace)
    running = Stack(Settings.load(environ), environ=environ)
    running.start()
    AT_WORK.append(running)
    try:
        yield running
    finally:
        running.stop()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After the last test of a group that uses it, unless the next group goes on with it."""
    if nextitem is None or not AT_WORK or _uses(nextitem):
        return
    group = group_of(item.nodeid)
    items = item.session.items
    later = items[items.index(item) + 1 :]
    if not any(_uses(one) for one in later if group_of(one.nodeid) == group):
        while AT_WORK:
            AT_WORK.pop().stop()


def _uses(item: pytest.Item) -> bool:
    return "stack" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def stack_settings(stack: Stack) -> Settings:
    """The settings of the running stack: workspace, state directory, all addresses."""
    return stack.settings()
