"""How tests are shared out among several processes, of which `make test` starts some.

The tests of one file stay together, for fixtures of a module. So do those that need the same
servers or environments, which every process would otherwise start for itself.
"""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

GROUPS = {
    "documentation": ("tests/e2e/test_docs.py", "tests/chaos/stack", "tests/integration/stack"),
    "cluster": (
        "tests/chaos/cluster",
        "tests/contract/run/test_kubernetes_runner.py",
        "tests/integration/cluster",
        "tests/integration/container/test_builder.py",
    ),
    "stack": ("tests/e2e",),
    "label": (
        "tests/e2e/test_labelling_acceptance.py",
        "tests/e2e/test_labelling_pages.py",
        "tests/integration/label",
    ),
    "bundle": ("tests/integration/bundle",),
    "server": ("tests/integration/docker",),
    "releases": ("tests/chaos/deploy", "tests/contract/deploy", "tests/integration/deploy"),
    "airflow": ("tests/integration/operators",),
    "packages": ("tests/contract/package", "tests/integration/package", "tests/integration/serve"),
}
"""Files and folders whose tests share what is dear to start or to make, the longest group first.
A file that is named is of that group, wherever its folder belongs.
There are three embedded stacks, side by side, one of them with a cluster: a run mostly waits."""


class Sharing(LoadFileScheduling):
    """Hands out groups and files in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid) or super()._split_scope(nodeid)


def group_of(nodeid: str) -> str | None:
    """The group of a test; None if its file is handed out alone."""
    file = PurePosixPath(nodeid.partition("::")[0])
    for places in ({str(file)}, {str(folder) for folder in file.parents}):
        for name, members in GROUPS.items():
            if places & {*members}:
                return name
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups come first: what is long and began last would be waited for."""
    order = [*GROUPS, None]
    items.sort(key=lambda item: order.index(group_of(item.nodeid)))


def pytest_configure() -> None:
    """No example of Hypothesis has a deadline: other processes are at work beside it."""
    settings.register_profile("shared", deadline=None)
    settings.load_profile("shared")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """A process that dies ends the run, which has failed: xdist 3.8 may wait for ever for the
    tests of one that took its place (its issues 1323 and 1327)."""
    config.option.maxworkerrestart = "0"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Sharing:
    config.option.loadscopereorder = False
    return Sharing(config, log)
