"""Connections tried and looked into, before anything is imported by them."""

from __future__ import annotations

from aileron.core.errors import InvalidInput, Unavailable
from aileron.data.sources import databases, git, s3, tables
from aileron.data.sources.connections import (
    Connection,
    Connections,
    FtpConnection,
    GitConnection,
    S3Connection,
    WebHdfsConnection,
)
from aileron.data.sources.ftp import FtpServer
from aileron.data.sources.spec import SqlPlace
from aileron.data.sources.transfer import Broken
from aileron.data.sources.webhdfs import WebHdfs


def test(name: str, connections: Connections) -> str:
    """What the server says of itself, which proves that address and login are right.

    Raises:
        NotFound: there is no such connection.
        Refused: the server does not let us in.
        Unavailable: it does not answer, or a secret is not there.
    """
    connection = connections.get(name)
    try:
        return _asked(connection, connections)
    except Broken as error:
        raise Unavailable(
            "data.sources.server_said", where=place_of(connection), problem=str(error)
        ) from error


def preview(name: str, place: SqlPlace, connections: Connections, limit: int) -> tables.Preview:
    """The first rows of a table or of one SELECT, read-only and within `preview_seconds`.

    Raises:
        InvalidInput: not a database, or not one SELECT.
        Unavailable: it does not answer in time.
    """
    connection = connections.get(name)
    if isinstance(connection, FtpConnection | GitConnection | S3Connection | WebHdfsConnection):
        raise InvalidInput("data.sources.not_a_database", name=name, kind=connection.kind)
    return tables.preview(connection, place, connections, limit)


def place_of(connection: Connection) -> str:
    """Where the server is, for people; without user and password."""
    if isinstance(connection, S3Connection):
        return connection.endpoint or "https://s3.amazonaws.com"
    if isinstance(connection, FtpConnection):
        return f"{'ftps' if connection.tls else 'ftp'}://{connection.host}:{connection.port}"
    if isinstance(connection, WebHdfsConnection):
        return f"{'https' if connection.tls else 'http'}://{connection.host}:{connection.port}"
    if isinstance(connection, GitConnection):
        return connection.url
    return databases.where_of(connection)


def _asked(connection: Connection, connections: Connections) -> str:
    if isinstance(connection, S3Connection):
        return s3.sign_of_life(connection, connections)
    if isinstance(connection, FtpConnection):
        with FtpServer(connection, connections) as server, server.session(server.where) as session:
            return session.getwelcome() or session.voidcmd("NOOP")
    if isinstance(connection, WebHdfsConnection):
        with WebHdfs(connection, connections) as system:
            found = system.status("/")
            return f"/ {found.get('owner', '-')}:{found.get('group', '-')}"
    if isinstance(connection, GitConnection):
        return git.sign_of_life(connection, connections.limits)
    return tables.ping(connection, connections)
