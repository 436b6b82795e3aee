"""What most commands need: the settings, the ledger, the store, and who is asking."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from aileron.core.names import DEFAULT_PROJECT
from aileron.core.settings import Settings
from aileron.ledger import Ledger
from aileron.store import Store, open_store

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


@dataclass(frozen=True)
class Session:
    """One command's view of the installation."""

    settings: Settings
    ledger: Ledger
    store: Store
    actor: str


@contextmanager
def open_session() -> Iterator[Session]:
    """Settings from the environment, a ledger connection closed at the end."""
    settings = Settings.load()
    actor = getpass.getuser()
    ledger = Ledger(settings.require("ledger_url"), actor)
    try:
        yield Session(settings, ledger, open_store(settings.store_root), actor)
    finally:
        ledger.close()


def project_option(function: FunctionT) -> FunctionT:
    """Add ``--project`` as argument `project`."""
    option = click.option(
        "--project",
        default=DEFAULT_PROJECT,
        envvar="AILERON_PROJECT",
        show_default=True,
        help="Project.",
    )
    return option(function)
