"""Bringing the tables up to date, by Alembic's migrations in this package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from aileron.ledger.database import lock_name

VERSION_TABLE: Final = "ledger_version"


def migrate(engine: Engine) -> None:
    """Apply what is missing in one transaction; a second process waits and finds it done."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        lock_name(connection, "ledger.migrate")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
