"""The name of an installation, for what it makes elsewhere: it knows its own there by it."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text, select

from aileron.ledger.database import Database, metadata

installation = Table("installation", metadata, Column("name", Text, primary_key=True))


def installation_name(database: Database) -> str:
    """Twelve hexadecimal digits, drawn when the ledger was made."""
    with database.transaction() as connection:
        return str(connection.execute(select(installation.c.name)).scalar_one())
