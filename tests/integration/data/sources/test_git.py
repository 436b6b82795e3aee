"""Repositories on a server of this machine, by Git's own protocol, and in the workspace."""

from __future__ import annotations

import os
import subprocess
import tarfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from aileron.core.errors import AileronError, InvalidInput, NotFound, Refused
from aileron.data.sources.connections import Limits
from aileron.data.sources.git import Fetched, GitSource, fetch_commit
from aileron.data.sources.tidying import old_downloads, remove_download

HEAD = "apiVersion: aileron/v1\nkind: Connections\n"
ALLOWED = f"{HEAD}allowed_networks: [127.0.0.0/8]\n"


def git(folder: Path, *arguments: str) -> str:
    who = {
        f"GIT_{one}_{what}": "ann" for one in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env={**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@dataclass
class Forge:
    """A repository with two commits, a tag, and a server for it."""

    work: Path
    url: str = ""
    logins: list[str | None] = field(default_factory=list)
    """Authorization of each request."""
    wanted: str | None = None
    """The login without which nothing is answered."""
    moved: str | None = None
    """Where every request is redirected to."""


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    work = tmp_path / "forge" / "repo"
    work.mkdir(parents=True)
    git(work, "init", "-q", "-b", "main")
    (work / "jobs").mkdir()
    (work / "jobs" / "train.py").write_text("one\n")
    git(work, "add", ".")
    git(work, "commit", "-q", "-m", "one")
    git(work, "tag", "v1")
    (work / "jobs" / "train.py").write_text("two\n")
    (work / "README").write_text("read me\n")
    git(work, "add", ".")
    git(work, "commit", "-q", "-m", "two")
    made = Forge(work)
    handler = type("Handler", (_Handler,), {"forge": made})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        made.url = f"http://127.0.0.1:{server.server_address[1]}/repo"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    """Hands requests to ``git http-backend``, as web servers do."""

    forge: Forge

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _answer(self, body: bytes) -> None:
        login = self.headers.get("Authorization")
        self.forge.logins.append(login)
        if self.forge.moved is not None:
            self.send_response(302)
            self.send_header("Location", self.forge.moved + self.path)
            self.end_headers()
            return
        if self.forge.wanted is not None and login != self.forge.wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()
            return
        parts = urlsplit(self.path)
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            check=True,
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(self.forge.work.parent),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": parts.path,
                "QUERY_STRING": parts.query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            },
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


@dataclass(frozen=True)
class Place:
    """A workspace and its state."""

    workspace: Path

    def allow(self, text: str = ALLOWED) -> None:
        path = self.workspace / "configs" / "connections.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def fetch(
        self, url: str, revision: str = "HEAD", path: str | None = None, **more: str
    ) -> Fetched:
        source = GitSource(url, revision, path, **more)
        return fetch_commit(source, self.workspace, self.workspace / ".aileron", "job.yaml:3")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "workspace").mkdir()
    return Place(tmp_path / "workspace")


def contents(found: Fetched) -> dict[str, str]:
    with tarfile.open(found.file) as tar:
        files = {one.name: tar.extractfile(one) for one in tar.getmembers() if one.isfile()}
        return {name: file.read().decode() for name, file in files.items() if file}


def test_branch_tag_and_commit_are_fetched_and_the_commit_is_known(
    forge: Forge, place: Place
) -> None:
    place.allow()
    first, last = git(forge.work, "rev-parse", "v1"), git(forge.work, "rev-parse", "main")
    assert place.fetch(forge.url).commit == last
    assert contents(place.fetch(forge.url, "main")) == {
        "jobs/train.py": "two\n",
        "README": "read me\n",
    }
    tagged = place.fetch(forge.url, "v1")
    assert (tagged.commit, contents(tagged)) == (first, {"jobs/train.py": "one\n"})
    assert place.fetch(forge.url, first).commit == first
    assert place.fetch(forge.url, first[:9]).commit == first
    assert contents(place.fetch(forge.url, "main", "jobs")) == {"train.py": "two\n"}


def test_a_branch_that_moves_is_another_commit_and_equal_ones_are_equal_bytes(
    forge: Forge, place: Place
) -> None:
    place.allow()
    before = place.fetch(forge.url, "main")
    kept = before.file.read_bytes()
    git(forge.work, "commit", "-q", "--allow-empty", "-m", "three")
    assert place.fetch(forge.url, "main").commit != before.commit
    before.file.unlink()
    assert place.fetch(forge.url, before.commit).file.read_bytes() == kept


def test_an_older_commit_is_found_after_only_the_newest_was_fetched(
    forge: Forge, place: Place
) -> None:
    place.allow()
    git(forge.work, "commit", "-q", "--allow-empty", "-m", "three")
    older = git(forge.work, "rev-parse", "main")
    git(forge.work, "commit", "-q", "--allow-empty", "-m", "four")
    place.fetch(forge.url, "main")
    assert place.fetch(forge.url, older[:10]).commit == older


def test_a_private_address_is_refused_unless_it_is_allowed(forge: Forge, place: Place) -> None:
    for url in (forge.url, forge.url.replace("127.0.0.1", "localhost")):
        with pytest.raises(Refused, match=r"127\.0\.0\.1|::1"):
            place.fetch(url)
    assert forge.logins == []


def test_no_redirect_is_followed(forge: Forge, place: Place) -> None:
    place.allow()
    forge.moved = "http://127.0.0.1:9"
    with pytest.raises(AileronError):
        place.fetch(forge.url)


def test_a_token_goes_to_its_own_server_alone(
    forge: Forge, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.allow()
    forge.wanted = "Basic YW5uOnRva2Vu"  # ann:token
    with pytest.raises(Refused, match="connection"):
        place.fetch(forge.url)
    monkeypatch.setenv("FORGE_TOKEN", "token")
    server = forge.url.removesuffix("/repo")
    known = f"url: {server}, user: ann, password: {{env: FORGE_TOKEN}}"
    place.allow(f"{HEAD}connections: {{forge: {{kind: git, {known}}}}}\n")
    assert place.fetch(forge.url, connection="forge").commit
    asked = len(forge.logins)
    for url in (
        server.replace("127.0.0.1", "localhost") + "/repo",
        f"{server.rpartition(':')[0]}:1/repo",
    ):
        with pytest.raises(Refused, match="nowhere else"):
            place.fetch(url, connection="forge")
    narrow = known.replace(server, f"{server}/team")
    place.allow(f"{HEAD}connections: {{forge: {{kind: git, {narrow}}}}}\n")
    for way in ("..", "%2e%2e", "%252e%252e", ".", "..;x"):
        with pytest.raises(InvalidInput, match="no address"):
            place.fetch(f"{server}/team/{way}/repo", connection="forge")
    for end in ("?x=1", "#x"):
        with pytest.raises(InvalidInput, match="no address"):
            place.fetch(f"{server}/team/repo{end}", connection="forge")
    assert len(forge.logins) == asked
    left = [path for path in (place.workspace / ".aileron").rglob("*") if path.is_file()]
    assert not any(b"YW5uOnRva2Vu" in path.read_bytes() for path in left)


def test_what_a_repository_has_not_is_said(forge: Forge, place: Place) -> None:
    place.allow()
    with pytest.raises(NotFound, match="no revision nowhere"):
        place.fetch(forge.url, "nowhere")
    with pytest.raises(NotFound, match="no revision"):
        place.fetch(forge.url, "abcdef1")
    with pytest.raises(NotFound, match="folder"):
        place.fetch(forge.url, "main", "nowhere")


def test_more_than_may_come_from_elsewhere_is_refused(forge: Forge, place: Place) -> None:
    place.allow(f"{ALLOWED}limits: {{download_bytes: 11}}\n")
    assert place.fetch(forge.url, "v1")
    with pytest.raises(InvalidInput, match="more than 11 bytes"):
        place.fetch(forge.url)
    place.allow(f"{ALLOWED}limits: {{download_files: 1}}\n")
    with pytest.raises(InvalidInput, match="more than 1 files"):
        place.fetch(forge.url)


def test_what_was_fetched_goes_when_nobody_asks_for_it(forge: Forge, place: Place) -> None:
    place.allow()
    home, days = place.workspace / ".aileron", 24 * 3600
    first = place.fetch(forge.url, "v1").file
    assert list(old_downloads(home, Limits())) == []
    for path, age in ((first, 2 * days), (first.parent / "lock", 31 * days)):
        os.utime(path, (time.time() - age,) * 2)
    (folder,) = old_downloads(home, Limits())
    assert place.fetch(forge.url).file.is_file()
    assert not first.exists(), "a tar of yesterday that another call does not read any more"
    assert list(old_downloads(home, Limits())) == []
    assert remove_download(folder)
    assert place.fetch(forge.url, "v1").file.is_file()


def test_a_repository_of_the_workspace_is_read_where_it_lies(forge: Forge, place: Place) -> None:
    forge.work.rename(place.workspace / "repo")
    assert contents(place.fetch("repo", "v1")) == {"jobs/train.py": "one\n"}


def test_a_repository_that_leads_out_of_the_workspace_is_not_read(
    forge: Forge, place: Place
) -> None:
    (place.workspace / "linked").symlink_to(forge.work)
    with pytest.raises(InvalidInput, match="linked"):
        place.fetch("linked")
    borrowing = place.workspace / "borrowing"
    subprocess.run(["git", "clone", "-q", "--shared", str(forge.work), str(borrowing)], check=True)
    with pytest.raises(NotFound, match="borrows"):
        place.fetch("borrowing")
    (place.workspace / "pointing").mkdir()
    (place.workspace / "pointing" / ".git").write_text(f"gitdir: {forge.work}/.git\n")
    with pytest.raises(NotFound, match="whole Git repository"):
        place.fetch("pointing")
