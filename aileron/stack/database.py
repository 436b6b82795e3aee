"""Two questions to PostgreSQL, asked without SQLAlchemy so that the daemon stays small."""

from __future__ import annotations

from typing import Any

from aileron.stack.postgres import HOST, ROLE


def databases(port: int, password: str) -> set[str]:
    """The names of the server's databases."""
    return {row[0] for row in _query(port, password, "postgres", "SELECT datname FROM pg_database")}


def revision(port: int, password: str, database: str) -> str | None:
    """The Alembic revision that `database` is at, None if it has no tables yet."""
    exists = "SELECT to_regclass('alembic_version') IS NOT NULL"
    if _query(port, password, database, exists) != [(True,)]:
        return None
    rows = _query(port, password, database, "SELECT version_num FROM alembic_version ORDER BY 1")
    return ",".join(row[0] for row in rows)


def _query(port: int, password: str, database: str, sql: str) -> list[tuple[Any, ...]]:
    import psycopg2  # type: ignore[import-untyped]

    connection = psycopg2.connect(
        host=HOST, port=port, user=ROLE, password=password, dbname=database
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())
    finally:
        connection.close()
