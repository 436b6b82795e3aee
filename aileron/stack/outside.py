"""What a server's parts need of others before their first start: databases, a bucket.

The embedded stack makes its own (`aileron.stack.daemon`); here they belong to a PostgreSQL and
an S3 store that somebody else runs. Each is made if it is missing and left alone otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from aileron.core.errors import Unavailable

MAINTENANCE: Final = "postgres"
"""The database that every PostgreSQL has."""
POLL: Final = 1.0
FIRST_REGION: Final = "us-east-1"


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

    A key that may use this bucket alone is enough where it is there.

    Raises:
        Unavailable: the store does not answer, or the key may neither use nor make the bucket.
    """
    import botocore.session
    from botocore.exceptions import BotoCoreError, ClientError

    bucket = root.removeprefix("s3://").partition("/")[0]
    client = botocore.session.get_session().create_client("s3")

    def answer() -> bool:
        try:
            if _has(client, bucket):
                return False
            client.create_bucket(Bucket=bucket, **_location(client.meta.region_name))
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("stack.no_bucket", place=root, problem=str(error)) from None
        return True

    return _patiently(answer, seconds)


def _has(client: Any, bucket: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    return True


def _location(region: str) -> Mapping[str, Any]:
    """What the request for a bucket must say of its region; of the first one nothing."""
    if region == FIRST_REGION:
        return {}
    return {"CreateBucketConfiguration": {"LocationConstraint": region}}


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
