"""Files of a Hadoop file system by WebHDFS: the name node answers, data nodes send the bytes.

The form of requests and answers is that of Hadoop's "WebHDFS REST API". The name node sends a
reader on to a data node by one redirect, which is followed only to a host the cluster names.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx

from aileron.core.errors import NotFound, Refused, Unavailable
from aileron.data.sources.connections import Connections, WebHdfsConnection
from aileron.data.sources.network import timeouts
from aileron.data.sources.transfer import Broken, FarFile, Opened, Stamp

GONE: Final = frozenset({"FileNotFoundException"})
REFUSED: Final = frozenset({"AccessControlException", "SecurityException"})


class WebHdfs:
    """A file system, read in the name of a connection's user."""

    def __init__(self, connection: WebHdfsConnection, connections: Connections) -> None:
        scheme = "https" if connection.tls else "http"
        host = f"[{connection.host}]" if ":" in connection.host else connection.host
        self.where = f"{scheme}://{host}:{connection.port}"
        self._query: dict[str, str] = {}
        token = connections.secret(connection.password)
        if token:
            self._query["delegation"] = token
        elif connection.user:
            self._query["user.name"] = connection.user
        self.http = httpx.Client(timeout=timeouts(connections.limits), trust_env=False)

    def __enter__(self) -> WebHdfs:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def status(self, path: str) -> dict[str, Any]:
        """What the name node says of a file or folder."""
        found: dict[str, Any] = self._ask(path, "GETFILESTATUS")["FileStatus"]
        return found

    def files(self, path: str) -> Iterator[tuple[str, Stamp]]:
        """(path below the folder `path`, state) of each file, folder by folder."""
        waiting = [""]
        while waiting:
            inside = waiting.pop()
            listed = self._ask(path + inside, "LISTSTATUS")["FileStatuses"]["FileStatus"]
            for found in sorted(listed, key=lambda one: str(one["pathSuffix"])):
                name = f"{inside}{found['pathSuffix']}"
                if found["type"] == "DIRECTORY":
                    waiting.append(f"{name}/")
                elif found["type"] == "FILE":
                    yield name, _stamp(found)

    @contextmanager
    def opened(self, path: str, start: int) -> Iterator[httpx.Response]:
        """The answer of the data node that sends the file from byte `start` on."""
        where = self.where + path
        try:
            first = self.http.get(self._url(path), params=self._params("OPEN", offset=start))
            if first.status_code == 307:
                target = first.headers.get("location", "")
                if urlsplit(target).scheme not in ("http", "https"):
                    raise Refused("data.sources.bad_redirect", where=where, target=target[:200])
                with self.http.stream("GET", target) as answer:
                    if answer.status_code not in (200, 206):
                        answer.read()
                        raise _translated(answer, where)
                    yield answer
            else:  # a gateway (HttpFS, Knox) may send the bytes itself, but never unasked
                raise _translated(first, where)
        except httpx.HTTPError as error:
            raise Broken(str(error) or type(error).__name__) from error

    def _ask(self, path: str, operation: str) -> dict[str, Any]:
        where = self.where + path
        try:
            answer = self.http.get(self._url(path), params=self._params(operation))
        except httpx.HTTPError as error:
            raise Broken(str(error) or type(error).__name__) from error
        if answer.status_code != 200:
            raise _translated(answer, where)
        try:
            found: dict[str, Any] = answer.json()
        except ValueError:
            raise Unavailable(
                "data.sources.server_said", where=where, problem="no WebHDFS"
            ) from None
        return found

    def _url(self, path: str) -> str:
        return f"{self.where}/webhdfs/v1{quote(path)}"

    def _params(self, operation: str, **more: Any) -> dict[str, Any]:
        return {"op": operation, **self._query, **more}


class WebHdfsFile(FarFile):
    """One file; of a listing its state is known already."""

    def __init__(self, system: WebHdfs, path: str, listed: Stamp | None = None) -> None:
        self.where = system.where + path
        self._system = system
        self._path = path
        self._listed = listed

    def stamp(self) -> Stamp:
        listed, self._listed = self._listed, None  # a second try asks again
        return listed or _stamp(self._system.status(self._path))

    @contextmanager
    def open(self, start: int, stamp: Stamp) -> Iterator[Opened]:
        with self._system.opened(self._path, start) as answer:
            yield Opened(stamp, start, answer.iter_bytes())
        if _stamp(self._system.status(self._path)) != stamp:
            raise Broken("the file was changed meanwhile")


def _stamp(status: dict[str, Any]) -> Stamp:
    return Stamp(int(status["length"]), str(status["modificationTime"]))


def _translated(answer: httpx.Response, where: str) -> Exception:
    """The name node's ``RemoteException`` as one of our errors."""
    try:
        said = answer.json()["RemoteException"]
        kind, problem = str(said["exception"]), str(said["message"]).splitlines()[0][:300]
    except (ValueError, KeyError, TypeError, IndexError):
        kind, problem = "", f"HTTP {answer.status_code}"
    if kind in GONE:
        return NotFound("data.sources.not_there", where=where)
    if kind in REFUSED or answer.status_code in (401, 403):
        return Refused("data.sources.not_allowed_there", where=where, problem=problem)
    if answer.status_code >= 500:
        return Broken(problem)
    return Unavailable("data.sources.server_said", where=where, problem=problem)
