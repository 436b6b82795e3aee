"""What a definition says about data that lies elsewhere. Pydantic only.

`RemoteFields` is what the source of each modality has besides its own files, and
`RemoteSource` is one of them alone. A folder of a server is written with a ``/`` at its end;
it becomes one tar.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, Final, Literal
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from aileron.core.names import Name

RemoteKind = Literal["url", "s3", "ftp", "webhdfs", "path", "sql", "upload", "draft"]
REMOTE: Final[tuple[RemoteKind, ...]] = (
    "url",
    "s3",
    "ftp",
    "webhdfs",
    "path",
    "sql",
    "upload",
    "draft",
)
UPLOAD_ID: Final = r"[0-9a-f]{32}"


def _check_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"not a URL: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError("a URL begins with http:// or https:// and names a host")
    if parts.username or parts.password:
        raise ValueError("no user and password in a URL; they would be read by everybody")
    return url


def _check_far_path(path: str) -> str:
    if not path.startswith("/") or ".." in PurePosixPath(path).parts or "\0" in path:
        raise ValueError("a path on a server begins with / and has no `..`")
    if any(ord(character) < 32 for character in path):
        raise ValueError("a path has no control characters")
    return path


Url = Annotated[str, AfterValidator(_check_url)]
FarPath = Annotated[str, AfterValidator(_check_far_path)]


class _Place(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    connection: Name = Field(description="name of a connection of configs/connections.yaml")


class S3Place(_Place):
    """An object, or all objects below a prefix."""

    bucket: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$")
    key: str | None = Field(None, min_length=1, description="of one object")
    prefix: str | None = Field(None, min_length=1, description="of many, such as pictures/")

    @model_validator(mode="after")
    def _one(self) -> S3Place:
        if (self.key is None) == (self.prefix is None):
            raise ValueError("give either `key` or `prefix`")
        return self


class FtpPlace(_Place):
    """A file of an FTP server, or a folder, whose path ends with ``/``."""

    path: FarPath


class WebHdfsPlace(_Place):
    """A file of a Hadoop file system, or a folder, whose path ends with ``/``."""

    path: FarPath


class SqlPlace(_Place):
    """A table of a database, or the rows of one SELECT."""

    table: str | None = Field(
        None,
        pattern=r'^[^\s."`;\x00]{1,128}(\.[^\s."`;\x00]{1,128})?$',
        description="table or view, or schema.table",
    )
    select: str | None = Field(None, min_length=1, description="one SELECT")

    @model_validator(mode="after")
    def _one(self) -> SqlPlace:
        if (self.table is None) == (self.select is None):
            raise ValueError("give either `table` or `select`")
        return self


class RemoteFields(BaseModel):
    """The places elsewhere that a source may name; at most one of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Url | None = Field(None, description="http or https address of a file")
    s3: S3Place | None = Field(None, description="in a bucket of S3 or of what speaks like it")
    ftp: FtpPlace | None = Field(None, description="on an FTP server")
    webhdfs: WebHdfsPlace | None = Field(None, description="in a Hadoop file system")
    path: FarPath | None = Field(
        None, description="file or folder of the server, below one of the `allowed_paths`"
    )
    sql: SqlPlace | None = Field(None, description="a table or one SELECT of a database")
    upload: str | None = Field(
        None, pattern=f"^{UPLOAD_ID}$", description="id of a finished upload"
    )
    draft: str | None = Field(
        None,
        pattern=f"^{UPLOAD_ID}$",
        description="samples that are added one at a time; the API gives it",
    )

    @property
    def remote(self) -> RemoteSource | None:
        """The place elsewhere, None if the source is a file or a sample."""
        given = {kind: getattr(self, kind) for kind in REMOTE}
        given = {kind: value for kind, value in given.items() if value is not None}
        return RemoteSource.model_validate(given) if given else None


class RemoteSource(RemoteFields):
    """Exactly one place elsewhere."""

    @model_validator(mode="after")
    def _one(self) -> RemoteSource:
        if sum(getattr(self, kind) is not None for kind in REMOTE) != 1:
            raise ValueError(f"give one of {', '.join(REMOTE)}")
        return self

    @property
    def kind(self) -> RemoteKind:
        return next(kind for kind in REMOTE if getattr(self, kind) is not None)

    @property
    def connection(self) -> str | None:
        """The connection that it needs."""
        place = getattr(self, self.kind)
        return place.connection if isinstance(place, _Place) else None


def check_one_source(source: RemoteFields, own: tuple[str, ...]) -> None:
    """That `source` names exactly one of its `own` places and those elsewhere.

    Raises:
        ValueError: for a model's validator.
    """
    given = [name for name in (*own, *REMOTE) if getattr(source, name) is not None]
    if len(given) != 1:
        kept = ", ".join(f"`{name}`" for name in own)
        found = f", not {' and '.join(given)}" if given else ""
        raise ValueError(f"give one of {kept} and {', '.join(REMOTE)}{found}")


def remote_file_name(source: Mapping[str, Any]) -> str | None:
    """The name of the file that a source, as written in YAML, names elsewhere; None if unsaid."""
    if isinstance(source.get("sql"), dict):
        return "rows.parquet"
    for kind, field in (("s3", "key"), ("ftp", "path"), ("webhdfs", "path")):
        place = source.get(kind)
        if isinstance(place, dict) and isinstance(place.get(field), str):
            return PurePosixPath(place[field]).name
    if isinstance(source.get("url"), str):
        return PurePosixPath(unquote(urlsplit(source["url"]).path)).name
    if isinstance(source.get("path"), str):
        return PurePosixPath(source["path"]).name
    return None
