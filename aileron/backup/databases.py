"""The databases of an installation: those of the embedded server, or of a team's own.

A team's are named by variables: ``AILERON_LEDGER_URL``, and ``AILERON_NAME_DATABASE_URL`` for
each other one, or by ``..._FILE``, a file that holds it. No rights are needed but those of their
owner.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import make_url

from aileron.core.errors import Conflict, InvalidInput, StepFailed
from aileron.core.settings import Settings, with_files
from aileron.ledger.database import Database
from aileron.stack.database import databases
from aileron.stack.lone import lone_postgres

LEDGER: Final = "aileron"
AIRFLOW: Final = "airflow"
MLFLOW: Final = "mlflow"
NEEDED: Final = (LEDGER, AIRFLOW, MLFLOW)
LEDGER_VARIABLE: Final = "AILERON_LEDGER_URL"
REVISIONS: Final[Mapping[str, str]] = {LEDGER: "ledger_version"}
"""Database -> the table with its migration, where that is not Alembic's usual one."""
_OF_SERVER: Final = {"postgres", "template0", "template1"}
_VARIABLE: Final = re.compile(r"AILERON_([A-Z][A-Z0-9_]*)_DATABASE_URL")

_MINE: Final = (
    "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND NOT EXISTS "
    "(SELECT 1 FROM pg_depend d WHERE d.objid = o.oid AND d.deptype = 'e')"
)
"""Of no extension, and not PostgreSQL's own."""
_RELATION: Final = (
    "SELECT o.oid::regclass::text "  # noqa: S608
    "FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace "
    f"WHERE {_MINE} AND o.relkind IN "
)
_OBJECTS: Final[Mapping[str, str]] = {
    "MATERIALIZED VIEW": f"{_RELATION} ('m')",
    "VIEW": f"{_RELATION} ('v')",
    "TABLE": f"{_RELATION} ('r', 'p')",
    "SEQUENCE": f"{_RELATION} ('S')",
    "ROUTINE": "SELECT o.oid::regprocedure::text FROM pg_proc o "  # noqa: S608
    f"JOIN pg_namespace n ON n.oid = o.pronamespace WHERE {_MINE}",
    "TYPE": "SELECT o.oid::regtype::text FROM pg_type o JOIN pg_namespace n "  # noqa: S608
    f"ON n.oid = o.typnamespace WHERE {_MINE} AND o.typtype IN ('e', 'd')",
}
"""Kind of thing -> a query for the names of all of a database."""

Urls = Mapping[str, str]
"""Name of a database -> its SQLAlchemy URL, with the password."""


def is_embedded(settings: Settings) -> bool:
    """Whether the installation's databases are those of the embedded server."""
    return (settings.home / "postgres" / "cluster").is_dir()


@contextmanager
def open_databases(settings: Settings, environ: Mapping[str, str]) -> Iterator[Urls]:
    """All databases of the installation; an embedded server that is down is started meanwhile.

    Raises:
        InvalidInput: a variable is missing.
        Unavailable: the server does not start.
    """
    if not is_embedded(settings):
        yield named_databases(environ)
        return
    with lone_postgres(settings.home) as server:
        password = server.password_file.read_text(encoding="utf-8").strip()
        names = databases(server.port or 0, password) - _OF_SERVER
        yield {name: server.url(name) for name in sorted(names)}


def named_databases(environ: Mapping[str, str]) -> Urls:
    """The databases that variables name.

    Raises:
        InvalidInput: one that an installation needs is not named, or one is named twice.
        Unavailable: a file with a URL cannot be read.
    """
    names = {variable.removesuffix("_FILE") for variable in environ}
    given = with_files(environ, {LEDGER_VARIABLE, *filter(_VARIABLE.fullmatch, names)})
    urls = {LEDGER: given.get(LEDGER_VARIABLE, "")}
    for variable, url in given.items():
        if match := _VARIABLE.fullmatch(variable):
            urls[match[1].lower()] = url
    missing = [variable_of(name) for name in NEEDED if not urls.get(name)]
    if missing:
        raise InvalidInput("backup.no_database_url", variables=", ".join(missing))
    return {name: url for name, url in urls.items() if url}


def names_ledger(environ: Mapping[str, str]) -> bool:
    """Whether a variable says where the ledger is."""
    return any(environ.get(name) for name in (LEDGER_VARIABLE, f"{LEDGER_VARIABLE}_FILE"))


def variable_of(database: str) -> str:
    """The variable that says where a team's own `database` is."""
    return LEDGER_VARIABLE if database == LEDGER else f"AILERON_{database.upper()}_DATABASE_URL"


def connect(url: str) -> Any:
    """A connection of psycopg2 to the database; the caller closes it.

    Raises:
        InvalidInput: the URL names no PostgreSQL database.
        Unavailable: the server does not answer.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":  # whatever driver its own program takes
        parsed = parsed.set(drivername="postgresql+psycopg2")
    return Database(parsed.render_as_string(hide_password=False)).driver_connection()


def query(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    """The rows of `sql`."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def revision_of(connection: Any, database: str) -> str | None:
    """Which migration the tables of `database` are at; None without tables."""
    table = REVISIONS.get(database, "alembic_version")
    if query(connection, f"SELECT to_regclass('{table}') IS NULL") == [(True,)]:
        return None
    rows = query(connection, f"SELECT version_num FROM {table} ORDER BY 1")  # noqa: S608
    return ",".join(row[0] for row in rows) or None


def require_empty(connection: Any, database: str) -> None:
    """Raise `Conflict` if `database` has tables."""
    tables = (
        "SELECT count(*) FROM pg_catalog.pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    (count,) = query(connection, tables)[0]
    if count:
        raise Conflict("backup.database_not_empty", where=database, tables=count)


def empty(url: str) -> None:
    """Drop whatever a restore that failed has made in a database that was empty.

    Raises:
        Unavailable: the server does not answer.
        StepFailed: something cannot be dropped.
    """
    import psycopg2  # type: ignore[import-untyped]

    connection = connect(url)
    try:
        for what, names in _OBJECTS.items():
            for (name,) in query(connection, names):
                with connection.cursor() as cursor:
                    cursor.execute(f"DROP {what} IF EXISTS {name} CASCADE")
        connection.commit()
    except psycopg2.Error as error:
        problem = str(error).strip()
        raise StepFailed("backup.database_failed", where=url_name(url), problem=problem) from None
    finally:
        connection.close()


def url_name(url: str) -> str:
    """The name of the database, without what is secret."""
    return make_url(url).database or "-"
