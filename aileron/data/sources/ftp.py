"""Files of FTP servers (RFC 959, 2228 with TLS, 3659 for sizes, times and listings)."""

from __future__ import annotations

import ftplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aileron.core.errors import NotFound, Refused, Unavailable
from aileron.data.sources.connections import Connections, FtpConnection
from aileron.data.sources.transfer import Broken, FarFile, Opened, Stamp

PIECE: Final = 1 << 18
LOGIN_REFUSED: Final = "530"
NO_FILE: Final = "550"


class FtpServer:
    """One login, opened when it is needed and again after it broke."""

    def __init__(self, connection: FtpConnection, connections: Connections) -> None:
        self.where = f"ftp://{connection.host}:{connection.port}"
        self._connection = connection
        self._connections = connections
        self._session: ftplib.FTP | None = None

    def __enter__(self) -> FtpServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()

    def drop(self) -> None:
        """Give the login up, whatever state it is in."""
        if self._session is not None:
            self._session.close()
            self._session = None

    @contextmanager
    def session(self, where: str) -> Iterator[ftplib.FTP]:
        """The login; what the server says of `where` as one of our errors or as `Broken`."""
        try:
            if self._session is None:
                self._session = self._log_in()
            yield self._session
        except ftplib.error_perm as error:
            self.drop()
            raise _translated(error, where) from error
        except (ftplib.Error, OSError, EOFError) as error:
            self.drop()
            raise Broken(str(error) or type(error).__name__) from error
        except BaseException:  # in mid-transfer the login is of no more use
            self.drop()
            raise

    def files(self, path: str) -> Iterator[tuple[str, Stamp]]:
        """(path below the folder `path`, state) of each file, folder by folder."""
        waiting = [""]
        while waiting:
            inside = waiting.pop()
            with self.session(f"{self.where}{path}{inside}") as session:
                found = list(session.mlsd(path + inside, ["type", "size", "modify"]))
            for name, facts in sorted(found):
                if facts.get("type") == "dir":
                    waiting.append(f"{inside}{name}/")
                elif facts.get("type") == "file":
                    size = facts.get("size", "")
                    known = int(size) if size.isdecimal() else None
                    yield inside + name, Stamp(known, facts.get("modify"))

    def _log_in(self) -> ftplib.FTP:
        limits = self._connections.limits
        password = self._connections.secret(self._connection.password) or ""
        secure = ssl.create_default_context() if self._connection.tls else None
        session = ftplib.FTP_TLS(context=secure) if secure else ftplib.FTP()  # noqa: S321
        session.encoding = "utf-8"
        session.connect(self._connection.host, self._connection.port, limits.connect_seconds)
        session.login(self._connection.user or "anonymous", password)
        if isinstance(session, ftplib.FTP_TLS):
            session.prot_p()
        session.timeout = limits.silence_seconds
        if session.sock is not None:
            session.sock.settimeout(limits.silence_seconds)
        return session


class FtpFile(FarFile):
    """One file; of a listing its state is known already."""

    def __init__(self, server: FtpServer, path: str, listed: Stamp | None = None) -> None:
        self.where = server.where + path
        self._server = server
        self._path = path
        self._listed = listed

    def stamp(self) -> Stamp:
        listed, self._listed = self._listed, None  # a second try asks again
        if listed is not None:
            return listed
        return self._stamp()

    @contextmanager
    def open(self, start: int, stamp: Stamp) -> Iterator[Opened]:
        with self._server.session(self.where) as session:
            session.voidcmd("TYPE I")  # a listing before left it as text
            channel = session.transfercmd(f"RETR {self._path}", rest=start or None)
            with channel:
                yield Opened(stamp, start, _pieces(channel))
                if isinstance(channel, ssl.SSLSocket):
                    channel.unwrap()
            session.voidresp()
        if self._stamp() != stamp:
            raise Broken("the file was changed meanwhile")

    def _stamp(self) -> Stamp:
        with self._server.session(self.where) as session:
            session.voidcmd("TYPE I")
            size = session.size(self._path)
            return Stamp(size, _time(session, self._path))


def _pieces(channel: socket.socket) -> Iterator[bytes]:
    while piece := channel.recv(PIECE):
        yield piece


def _time(session: ftplib.FTP, path: str) -> str | None:
    """When the file was changed, as listings write it; None of a server that does not say."""
    try:
        return session.voidcmd(f"MDTM {path}").removeprefix("213").strip() or None
    except ftplib.error_perm:
        return None


def _translated(error: ftplib.error_perm, where: str) -> Exception:
    code = str(error)[:3]
    if code == NO_FILE:
        return NotFound("data.sources.not_there", where=where)
    if code == LOGIN_REFUSED:
        return Refused("data.sources.not_allowed_there", where=where, problem=str(error))
    return Unavailable("data.sources.server_said", where=where, problem=str(error))
