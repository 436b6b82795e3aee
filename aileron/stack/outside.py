"""What a server's parts need of others before their first start: databases, a bucket.

The embedded stack makes its own (`aileron.stack.daemon`); here they belong to a PostgreSQL and
an S3 store that somebody else runs. Each is made if it is missing and left alone otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from aileron.core.errors import Unavailable

MAINTENANCE: Final = "postgres"
"""The database that every PostgreSQL has."""
POLL: Final = 1.0


def ensure_database(url: str, seconds: float = 60.0) -> bool:
    """Make the database of this SQLAlchemy URL unless it is there; whether it was made.

    Args:
        seconds: how long to wait for a server that does not answer yet.

    Raises:
        Unavailable: the server does not answer, or its role may make no database.
    """
    from sqlalchemy import NullPool, create_engine, make_url, text
    from sqlalchemy.exc import OperationalError, ProgrammingError

    wanted = make_url(url)
    place = wanted.render_as_string(hide_password=True)
    engine = create_engine(
        wanted.set(database=MAINTENANCE), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    find = text("SELECT 1 FROM pg_database WHERE datname = :name")

    def make() -> bool:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(hashtext('ensure_database'))"))
            if connection.execute(find, {"name": wanted.database}).first() is not None:
                return False
            quoted = engine.dialect.identifier_preparer.quote(wanted.database or "")
            connection.exec_driver_sql(f"CREATE DATABASE {quoted}")
            return True

    def answer() -> bool:
        try:
            return make()
        except (OperationalError, ProgrammingError) as error:
            problem = str(error.orig).strip().splitlines()[0]
            raise Unavailable("stack.no_database", place=place, problem=problem) from None

    return _patiently(answer, seconds)


def ensure_bucket(root: str, seconds: float = 60.0) -> bool:
    """Make the bucket of ``s3://bucket/prefix`` unless it is there; whether it was made.

    Raises:
        Unavailable: the store does not answer, or the key may make no bucket.
    """
    import botocore.session
    from botocore.exceptions import BotoCoreError, ClientError

    bucket = root.removeprefix("s3://").partition("/")[0]
    client = botocore.session.get_session().create_client("s3")

    def answer() -> bool:
        try:
            found = {one["Name"] for one in client.list_buckets()["Buckets"]}
            if bucket not in found:
                client.create_bucket(Bucket=bucket)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("stack.no_bucket", place=root, problem=str(error)) from None
        return bucket not in found

    return _patiently(answer, seconds)


def _patiently(answer: Callable[[], bool], seconds: float) -> bool:
    """What `answer` gives at last: a server that was just started refuses for a while."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return answer()
        except Unavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL)
