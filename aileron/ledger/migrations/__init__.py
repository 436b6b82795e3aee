"""Alembic's migrations of the ledger, applied by `aileron.ledger.migrate`.

A migration never imports the tables of the package, which show only the newest state; a test
compares both.
"""
