"""``configs/connections.yaml``: the servers that data may come from, and what is allowed.

An administrator writes it; definitions name its connections. It holds no secret, only where
one is. Without the file there are no connections and every private address is refused.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from aileron.core.documents import Document, check, read_document, suggestion
from aileron.core.errors import InvalidInput, NotFound
from aileron.core.names import Name
from aileron.core.secrets import LocalSecrets, SecretRef, SecretResolver
from aileron.data.sources.spec import FarPath, RemoteKind, RemoteSource

FILE: Final = Path("configs") / "connections.yaml"
GIB: Final = 1 << 30


def _check_network(text: str) -> str:
    return str(ipaddress.ip_network(text))


Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9:_.\-]{1,253}$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Network = Annotated[str, AfterValidator(_check_network)]


class _Connection(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    display_name: str | None = Field(None, description="free name for people")


class _Server(_Connection):
    host: Host
    user: str | None = None
    password: SecretRef | None = Field(None, description="{env: NAME} or {file: PATH}")


class PostgresConnection(_Server):
    """A PostgreSQL database."""

    kind: Literal["postgresql"]
    port: Port = 5432
    database: str
    tls: Literal["disable", "prefer", "require", "verify-full"] = "prefer"


class MysqlConnection(_Server):
    """A MySQL or MariaDB database."""

    kind: Literal["mysql"]
    port: Port = 3306
    database: str
    tls: bool = Field(False, description="encrypt, and verify the server's certificate")


class SqliteConnection(_Connection):
    """A SQLite file of the server, below one of the `allowed_paths`."""

    kind: Literal["sqlite"]
    database: FarPath


class S3Connection(_Connection):
    """S3, or a server that speaks its protocol."""

    kind: Literal["s3"]
    endpoint: str | None = Field(
        None, pattern=r"^https?://[^/\s@]+/?$", description="address of the server; default: AWS"
    )
    region: str | None = None
    bucket: str | None = Field(None, description="what a test of the connection asks for")
    user: str | None = Field(
        None,
        description="access key id; default: this machine's own at AWS, nobody at an `endpoint`",
    )
    password: SecretRef | None = Field(None, description="secret access key")


class FtpConnection(_Server):
    """An FTP server."""

    kind: Literal["ftp"]
    port: Port = 21
    tls: bool = Field(False, description="FTPS: encrypt, and verify the server's certificate")


class WebHdfsConnection(_Connection):
    """The name node of a Hadoop file system, over HTTP."""

    kind: Literal["webhdfs"]
    host: Host
    port: Port = 9870
    tls: bool = Field(False, description="swebhdfs: https")
    user: str | None = Field(None, description="sent as user.name")
    password: SecretRef | None = Field(None, description="a delegation token")


class GitConnection(_Connection):
    """A server of Git repositories, and the token that reads them."""

    kind: Literal["git"]
    url: str = Field(
        pattern=r"^https?://[^/\s@]+(/[^\s@?#]*)?$",
        description="what the addresses of its repositories begin with: https://git.example.org/team",
    )
    user: str | None = Field(None, description="beside the token; default: oauth2")
    password: SecretRef | None = Field(None, description="an access token")


Connection = Annotated[
    PostgresConnection
    | MysqlConnection
    | SqliteConnection
    | S3Connection
    | FtpConnection
    | WebHdfsConnection
    | GitConnection,
    Field(discriminator="kind"),
]
Database = PostgresConnection | MysqlConnection | SqliteConnection
DATABASES: Final = ("postgresql", "mysql", "sqlite")
KINDS: Final[Mapping[RemoteKind, tuple[str, ...]]] = {
    "s3": ("s3",),
    "ftp": ("ftp",),
    "webhdfs": ("webhdfs",),
    "sql": DATABASES,
}
"""Kind of source -> kinds of connection that fit it."""


class Limits(BaseModel):
    """How much may come from elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    download_bytes: int = Field(100 * GIB, gt=0, description="of one source, all files together")
    download_files: int = Field(1_000_000, gt=0, description="of one source")
    connect_seconds: float = Field(10.0, gt=0, le=600)
    silence_seconds: float = Field(
        60.0, gt=0, le=3600, description="a server that sends nothing for so long is given up"
    )
    attempts: int = Field(5, ge=1, le=100, description="how often a broken transfer goes on")
    statement_seconds: float = Field(3600.0, gt=0, description="of a SELECT that is imported")
    preview_seconds: float = Field(15.0, gt=0, le=600, description="of a SELECT that is looked at")
    upload_bytes: int = Field(20 * GIB, gt=0, description="of one upload")
    upload_hours: float = Field(
        24.0, gt=0, description="an upload that nobody continued for so long is removed"
    )
    project_bytes: int = Field(
        200 * GIB, gt=0, description="of a project's uploads and added samples, all together"
    )
    upload_days: float = Field(
        30.0, gt=0, description="a finished upload that nothing named for so long is removed"
    )
    download_days: float = Field(
        30.0, gt=0, description="a copy of a source elsewhere, not read for so long, is removed"
    )
    draft_minutes: float = Field(
        5.0, ge=0, le=1440, description="from a first added sample to the import of all"
    )


class ConnectionsSpec(BaseModel):
    """``configs/connections.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_version: Literal["aileron/v1"] = Field(alias="apiVersion")
    kind: Literal["Connections"]
    allowed_hosts: tuple[str, ...] = Field(
        (), description="names whose private addresses a `url` may have: data.example.org, or *.lan"
    )
    allowed_networks: tuple[Network, ...] = Field(
        (), description="private networks that a `url` may lead to: 10.1.0.0/16"
    )
    allowed_paths: tuple[FarPath, ...] = Field(
        (), description="folders of the server that a `path` may lie below: /mnt/data"
    )
    limits: Limits = Limits()
    connections: Mapping[Name, Connection] = Field({}, description="name -> server")


@dataclass(frozen=True)
class Connections:
    """The connections of a workspace, and who finds their secrets."""

    path: Path
    spec: ConnectionsSpec
    secrets: SecretResolver

    @property
    def limits(self) -> Limits:
        return self.spec.limits

    @cached_property
    def networks(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """The private networks that a URL may lead to."""
        return tuple(ipaddress.ip_network(text) for text in self.spec.allowed_networks)

    def get(self, name: str) -> Connection:
        """The connection of that name.

        Raises:
            NotFound: there is none; says which there are.
        """
        if name not in self.spec.connections:
            hint = suggestion(name, list(self.spec.connections))
            raise NotFound("data.sources.no_connection", path=str(self.path), name=name, hint=hint)
        return self.spec.connections[name]

    def of(self, source: RemoteSource) -> Any:
        """The connection that `source` names.

        Raises:
            NotFound: there is none.
            InvalidInput: it is of another kind.
        """
        name = str(source.connection)
        found, fitting = self.get(name), KINDS[source.kind]
        if found.kind not in fitting:
            raise InvalidInput(
                "data.sources.other_kind",
                name=name,
                kind=found.kind,
                source=source.kind,
                fitting=", ".join(fitting),
            )
        return found

    def secret(self, reference: SecretRef | None) -> str | None:
        """The secret itself; None without a reference."""
        if reference is None:
            return None
        return self.secrets.resolve(reference).get_secret_value()


def load_connections(workspace: Path, secrets: SecretResolver | None = None) -> Connections:
    """Read ``configs/connections.yaml`` of `workspace`; without the file nothing is allowed.

    Raises:
        InvalidInput: the first thing wrong with it, with file, line and field.
    """
    path = workspace / FILE
    secrets = secrets or LocalSecrets(workspace)
    if not path.is_file():
        empty = {"apiVersion": "aileron/v1", "kind": "Connections"}
        return Connections(path, TypeAdapter(ConnectionsSpec).validate_python(empty), secrets)
    document = read_document(path)
    _refuse_plain_secrets(document)
    return Connections(path, check(ConnectionsSpec, document), secrets)


def _refuse_plain_secrets(document: Document) -> None:
    """Before anything else is said of the file, and repeated with it."""
    found = document.values.get("connections")
    for name, server in found.items() if isinstance(found, dict) else ():
        if isinstance(server, dict) and isinstance(server.get("password"), str | int):
            where = document.where(("connections", name, "password"))
            raise InvalidInput("data.sources.plain_secret", where=where, name=name)
