"""Servers of other people on loopback: HTTP with ranges, WebHDFS, FTP, S3, MariaDB.

The first two are small and can be told to break off after so many bytes, which real ones do
rarely when asked. FTP is pyftpdlib, S3 is moto's server, MariaDB is Debian's.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from plugins.postgres import free_port
from plugins.waiting import wait_until


@dataclass
class Far:
    """What a server has, and how it is to misbehave."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    """Each answer with a body takes one of these away and ends after so many bytes."""
    tagged: bool = True
    """Whether it tells ETags."""
    ranges: bool = True
    """Whether it knows byte ranges."""
    asked: list[str] = field(default_factory=list)
    """Method, path and range of each request."""

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def bodies(self) -> list[str]:
        """The requests that asked for bytes."""
        return [one for one in self.asked if one.startswith("GET")]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    far: Far

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "")
        self.far.asked.append(f"{self.command} {self.path} {asked}".strip())
        path = urlsplit(self.path).path
        if path in self.far.redirects:
            self.answer(302, b"", {"Location": self.far.redirects[path]})
        elif path not in self.far.files:
            self.answer(404, b"no such file")
        else:
            self.send(self.far.files[path], asked)

    def send(self, content: bytes, asked: str) -> None:
        tag = '"' + hashlib.sha256(content).hexdigest()[:16] + '"'
        headers = {"ETag": tag} if self.far.tagged else {}
        if asked and self.far.ranges and self.headers.get("If-Range", tag) == tag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(content):
                self.answer(416, b"")
                return
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self.answer(206, content[start:], headers)
        else:
            self.answer(200, content, headers)

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if status < 300 and self.far.cuts and body:
            cut = self.far.cuts.pop(0)
            self.wfile.write(body[:cut])
            self.close_connection = cut < len(body)
        else:
            self.wfile.write(body)


class _HdfsHandler(_Handler):
    """A name node and, below ``/datanode``, a data node; as Hadoop's WebHDFS answers."""

    def do_GET(self) -> None:
        parts = urlsplit(unquote(self.path))
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        operation = query.get("op", "")
        self.far.asked.append(f"{operation} {parts.path} {query.get('offset', '')}".strip())
        if parts.path.startswith("/datanode/"):
            content = self.far.files[parts.path.removeprefix("/datanode")]
            self.answer(200, content[int(query.get("offset", "0")) :])
            return
        path = parts.path.removeprefix("/webhdfs/v1")
        below = [name for name in self.far.files if name.startswith(path.rstrip("/") + "/")]
        if query.get("user.name") != "li":
            self.fail(403, "AccessControlException", "Permission denied")
        elif path not in self.far.files and not below:
            self.fail(404, "FileNotFoundException", f"File does not exist: {path}")
        elif operation == "GETFILESTATUS":
            self.tell({"FileStatus": self.status(path, "")})
        elif operation == "LISTSTATUS":
            names = sorted(
                {name.removeprefix(path.rstrip("/") + "/").split("/")[0] for name in below}
            )
            found = [self.status(f"{path.rstrip('/')}/{name}", name) for name in names]
            self.tell({"FileStatuses": {"FileStatus": found}})
        else:
            where = f"{self.far.url}/datanode{quote(path)}?offset={query.get('offset', '0')}"
            self.answer(307, b"", {"Location": where})

    def status(self, path: str, name: str) -> dict[str, Any]:
        content = self.far.files.get(path)
        changed = int(hashlib.sha256(content or b"").hexdigest()[:10], 16)
        return {
            "pathSuffix": name,
            "type": "FILE" if content is not None else "DIRECTORY",
            "length": len(content or b""),
            "modificationTime": changed,
        }

    def tell(self, document: dict[str, Any]) -> None:
        self.answer(200, json.dumps(document).encode(), {"Content-Type": "application/json"})

    def fail(self, status: int, exception: str, message: str) -> None:
        said = {"RemoteException": {"exception": exception, "message": message}}
        self.answer(status, json.dumps(said).encode(), {"Content-Type": "application/json"})


def _serving(handler: type[_Handler]) -> Iterator[Far]:
    far = Far()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (handler,), {"far": far}))
    server.daemon_threads = True
    far.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield far
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def far_web() -> Iterator[Far]:
    """An HTTP server with ranges."""
    yield from _serving(_Handler)


@pytest.fixture
def far_hdfs() -> Iterator[Far]:
    """A WebHDFS server; user li may read."""
    yield from _serving(_HdfsHandler)


@dataclass
class FarFtp:
    """An FTP server and the folder that it shows; user li, password ``secret``."""

    port: int
    folder: Path
    cuts: list[int]
    """Each transfer takes one of these away and ends after so many bytes."""


@pytest.fixture
def far_ftp(tmp_path: Path) -> Iterator[FarFtp]:
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import DTPHandler, FTPHandler
    from pyftpdlib.servers import FTPServer

    folder = tmp_path / "ftp"
    folder.mkdir()
    authorizer = DummyAuthorizer()
    authorizer.add_user("li", "secret", str(folder), perm="elr")
    far = FarFtp(0, folder, [])

    class Cutting(DTPHandler):
        ac_out_buffer_size = 4096

        def send(self, data: bytes) -> int:
            if far.cuts and self.get_transmitted_bytes() >= far.cuts[0]:
                far.cuts.pop(0)
                self.close()
                return 0
            return int(super().send(data))

    class Handler(FTPHandler):
        dtp_handler = Cutting
        use_sendfile = False
        auth_failed_timeout = 0

    Handler.authorizer = authorizer
    server = FTPServer(("127.0.0.1", 0), Handler)
    far.port = server.socket.getsockname()[1]
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            server.serve_forever(timeout=0.02, blocking=False, handle_exit=False)

    thread = threading.Thread(target=serve)
    thread.start()
    yield far
    stop.set()
    thread.join()
    server.close_all()


@pytest.fixture(scope="session")
def far_s3() -> Iterator[str]:
    """moto's server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", free_port(), verbose=False)
    server.start()
    yield f"http://127.0.0.1:{server._port}"
    server.stop()


@dataclass(frozen=True)
class MariaDb:
    """A running server: user ``reader`` with password ``se:cr@t`` may read database `farm`."""

    port: int
    run: Any
    """``run("SQL")`` as its administrator."""


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    """Debian's MariaDB, made and stopped by this session."""
    programs = [shutil.which(name) for name in ("mariadbd", "mariadb-install-db", "mariadb")]
    if not all(programs):
        pytest.skip("no mariadbd here: apt-get install mariadb-server")
    server, install, shell = map(str, programs)
    folder = tmp_path_factory.mktemp("mariadb")
    data, socket, port = folder / "data", f"/tmp/aileron-mariadb-{os.getpid()}.sock", free_port()
    user = ["--user=root"] if os.geteuid() == 0 else []
    made = [install, "--no-defaults", f"--datadir={data}", "--skip-test-db", *user]
    subprocess.run(made, check=True, capture_output=True)
    words = [server, "--no-defaults", f"--datadir={data}", f"--socket={socket}", *user]
    words += [f"--port={port}", "--bind-address=127.0.0.1", "--innodb-buffer-pool-size=16M"]
    words += ["--innodb-flush-log-at-trx-commit=0", f"--pid-file={folder}/pid"]

    def run(statement: str, database: str = "mysql") -> str:
        asked = [shell, "--no-defaults", f"--socket={socket}", "-N", database, "-e", statement]
        return subprocess.run(asked, check=True, capture_output=True, text=True).stdout

    def answers() -> bool:
        try:
            return run("SELECT 1").strip() == "1"
        except subprocess.CalledProcessError:
            return False

    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log)
    try:
        wait_until(answers, 180)
        run("CREATE DATABASE farm CHARACTER SET utf8mb4")
        run("CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'se:cr@t'")
        run("GRANT SELECT ON farm.* TO reader@'127.0.0.1'")
        yield MariaDb(port, run)
    finally:
        process.terminate()
        process.wait(30)
