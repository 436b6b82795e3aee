"""What most commands need: a client of the installation, and what is asked for by options.

Most verbs go through `open_client`, so they work against another machine too. What looks
at this machine itself takes `open_session`.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from aileron.core.names import DEFAULT_PROJECT
from aileron.core.settings import Settings

if TYPE_CHECKING:
    from aileron.client.base import Client
    from aileron.ledger import Ledger
    from aileron.store import Store

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


@dataclass(frozen=True)
class Session:
    """One command's view of this machine's installation."""

    settings: Settings
    ledger: Ledger
    store: Store
    actor: str


@contextmanager
def open_session() -> Iterator[Session]:
    """Settings from the environment, a ledger connection closed at the end."""
    from aileron.ledger import Ledger
    from aileron.store import open_store

    settings = Settings.load()
    actor = getpass.getuser()
    ledger = Ledger(settings.require("ledger_url"), actor)
    try:
        yield Session(settings, ledger, open_store(settings.store_root), actor)
    finally:
        ledger.close()


@contextmanager
def open_client(project: str | None) -> Iterator[Client]:
    """The installation that ``AILERON_API_URL`` names, else this machine's."""
    from aileron.client.connect import connect

    with connect(project=project) as client:
        yield client


def project_option(function: FunctionT) -> FunctionT:
    """Add ``--project`` as argument `project`; None is the asker's own."""
    option = click.option(
        "--project",
        envvar="AILERON_PROJECT",
        help=f"Project; default: the token's, else {DEFAULT_PROJECT}.",
    )
    return option(function)
