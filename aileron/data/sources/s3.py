"""Objects of S3, or of a server that speaks its protocol (MinIO, Ceph), with botocore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

from aileron.core.errors import InvalidInput, NotFound, Refused, Unavailable
from aileron.data.sources.connections import Connections, Limits, S3Connection
from aileron.data.sources.spec import S3Place
from aileron.data.sources.transfer import Broken, FarFile, Opened, Stamp

GONE: Final = frozenset({"404", "NoSuchKey", "NoSuchBucket", "NotFound"})
REFUSED: Final = frozenset({"403", "401", "AccessDenied", "InvalidAccessKeyId"})
CHANGED: Final = frozenset({"412", "PreconditionFailed", "416", "InvalidRange"})


class Bucket:
    """A bucket, read with the credentials of a connection."""

    def __init__(self, connection: S3Connection, name: str, connections: Connections) -> None:
        self.name = name
        self.client = _client(connection, connections)

    def objects(self, prefix: str) -> Iterator[tuple[str, Stamp]]:
        """(key, state) of each object below `prefix`; folders' own markers are left out."""
        pages = self.client.get_paginator("list_objects_v2")
        with answering(f"s3://{self.name}/{prefix}"):
            for page in pages.paginate(Bucket=self.name, Prefix=prefix):
                for found in page.get("Contents", ()):
                    if not found["Key"].endswith("/"):
                        yield found["Key"], Stamp(found["Size"], found["ETag"])


class S3File(FarFile):
    """One object; of a listing its state is known already."""

    def __init__(self, bucket: Bucket, key: str, listed: Stamp | None = None) -> None:
        self.where = f"s3://{bucket.name}/{key}"
        self._bucket = bucket
        self._key = key
        self._listed = listed

    def stamp(self) -> Stamp:
        listed, self._listed = self._listed, None  # a second try asks again
        if listed is not None:
            return listed
        with answering(self.where):
            found = self._bucket.client.head_object(Bucket=self._bucket.name, Key=self._key)
        return Stamp(found["ContentLength"], found["ETag"])

    @contextmanager
    def open(self, start: int, stamp: Stamp) -> Iterator[Opened]:
        asked: dict[str, Any] = {"Bucket": self._bucket.name, "Key": self._key}
        if start:
            asked |= {"Range": f"bytes={start}-", "IfMatch": stamp.tag}
        with answering(self.where):
            found = self._bucket.client.get_object(**asked)
            size = found["ContentLength"] + start
            with closing(found["Body"]) as body:
                pieces = body.iter_chunks(1 << 20)
                yield Opened(Stamp(size, found["ETag"]), start, pieces)


def sign_of_life(connection: S3Connection, connections: Connections) -> str:
    """The bucket that the connection names, or how many there are."""
    client = _client(connection, connections)
    with answering(connection.endpoint or "s3"):
        if connection.bucket is not None:
            client.head_bucket(Bucket=connection.bucket)
            return f"s3://{connection.bucket}"
        return f"{len(client.list_buckets()['Buckets'])} buckets"


def prefix_of(place: S3Place) -> str:
    """The prefix as a folder: what stands before each object's path inside it."""
    prefix = str(place.prefix)
    return prefix if prefix.endswith("/") else prefix + "/"


@contextmanager
def answering(where: str) -> Iterator[None]:
    """What the server said, as one of our errors or as `Broken`."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        NoCredentialsError,
        ParamValidationError,
    )

    try:
        yield
    except ClientError as error:
        raise _translated(error, where) from error
    except NoCredentialsError as error:
        raise Refused("data.sources.not_allowed_there", where=where, problem=str(error)) from error
    except ParamValidationError as error:
        raise InvalidInput("data.sources.server_said", where=where, problem=str(error)) from error
    except BotoCoreError as error:
        raise Broken(str(error)) from error


def _translated(error: Any, where: str) -> Exception:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in GONE:
        return NotFound("data.sources.not_there", where=where)
    if code in REFUSED or status in (401, 403):
        return Refused("data.sources.not_allowed_there", where=where, problem=code)
    if code in CHANGED:
        return Broken("the object was changed meanwhile")
    if status >= 500:
        return Broken(str(error))
    return Unavailable("data.sources.server_said", where=where, problem=str(error))


def _client(connection: S3Connection, connections: Connections) -> Any:
    try:
        import botocore.session
        from botocore import UNSIGNED
        from botocore.config import Config
    except ImportError:
        raise Unavailable("data.sources.no_driver", what="s3", package="botocore") from None
    limits: Limits = connections.limits
    own = connection.user is not None or connection.endpoint is None
    config = Config(
        connect_timeout=limits.connect_seconds,
        read_timeout=limits.silence_seconds,
        retries={"max_attempts": 2},
        s3={"addressing_style": "path"} if connection.endpoint else {},
        **({} if own else {"signature_version": UNSIGNED}),
    )
    return botocore.session.get_session().create_client(
        "s3",
        endpoint_url=connection.endpoint,
        region_name=connection.region or "us-east-1",
        aws_access_key_id=connection.user,
        aws_secret_access_key=connections.secret(connection.password),
        config=config,
    )
