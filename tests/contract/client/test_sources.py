"""Connections and uploads, from here and over HTTP."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from plugins.allowed import write_connections
from plugins.history import History
from starlette.testclient import TestClient

from aileron.api.app import create_app
from aileron.api.identity import TokenIdentity
from aileron.client import Client, LocalClient, RemoteClient, remote_sources
from aileron.client.local import Installation
from aileron.core.access import Actor, Role
from aileron.core.errors import InvalidInput, NotFound, Refused, Unavailable
from aileron.data.sources.connections import Limits
from aileron.data.sources.uploads import Uploads

ROWS = b"weight,kind\n1,pear\n" * 1000
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def role() -> Role:
    return Role.DEVELOPER


@pytest.fixture
def configured(history: History, tmp_path: Path) -> Path:
    """With a SQLite database and an FTP server that is away."""
    share = tmp_path / "share"
    share.mkdir()
    with sqlite3.connect(share / "farm.db") as made:
        made.execute("CREATE TABLE cows (id INTEGER, name TEXT)")
        made.execute("INSERT INTO cows VALUES (1, '奶牛'), (2, NULL)")
    made.close()
    farm = {"kind": "sqlite", "database": f"{share}/farm.db", "display_name": "农场"}
    away = {"kind": "ftp", "host": "127.0.0.1", "port": 9, "user": "li", "password": {"env": "P"}}
    write_connections(
        history.settings.workspace,
        allowed_paths=[str(share)],
        connections={"farm": farm, "away": away},
    )
    return history.settings.workspace


def test_connections_are_listed_and_their_secrets_only_named(
    client: Client, configured: Path
) -> None:
    away, farm = client.connections()
    assert (away.name, away.kind, away.place) == ("away", "ftp", "ftp://127.0.0.1:9")
    assert (away.user, away.secret, away.database) == ("li", "env P", False)
    assert (farm.display_name, farm.database) == ("农场", True)
    assert farm.permissions["connection.use"].allowed


def test_a_workspace_without_the_file_has_none(client: Client) -> None:
    assert client.connections() == ()


def test_a_server_that_answers_and_one_that_does_not(
    client: Client, configured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.test_connection("farm").ok
    found = client.test_connection("away")
    assert not found.ok
    assert "environment variable P" in found.sentence
    monkeypatch.setenv("P", "hunter2")
    found = client.test_connection("away")
    assert not found.ok
    assert "refused" in found.sentence
    assert "hunter2" not in found.sentence
    with pytest.raises(NotFound, match="did you mean"):
        client.test_connection("fram")


def test_tables_are_looked_into(client: Client, configured: Path) -> None:
    found = client.preview_connection("farm", table="cows", limit=1)
    assert [(one.name, one.type) for one in found.columns] == [("id", "int64"), ("name", "text")]
    assert found.rows == (("1", "奶牛"),)
    assert found.more
    found = client.preview_connection("farm", select="SELECT count(*) AS n FROM cows")
    assert (found.rows, found.more) == ((("2",),), False)


@pytest.mark.parametrize(
    "asked",
    [{"select": "DROP TABLE cows"}, {"select": "SELECT 1; SELECT 2"}, {}, {"table": 'a"; b'}],
)
def test_what_is_not_one_select_is_refused(
    client: Client, configured: Path, asked: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput):
        client.preview_connection("farm", **asked)


def test_a_viewer_may_not(history: History, http: TestClient, configured: Path) -> None:
    viewer = RemoteClient("http://api", history.token("viewer"), language="en", http=http)
    with pytest.raises(Refused, match="needs the role developer"):
        viewer.preview_connection("farm", table="cows")
    with pytest.raises(Refused):
        viewer.upload(configured / "configs" / "connections.yaml")


# Uploads


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(remote_sources, "PIECE", 4096)
    monkeypatch.setattr(remote_sources, "PAUSE_SECONDS", 0.0)
    path = tmp_path / "水果.csv"
    path.write_bytes(ROWS)
    return path


def test_a_file_is_sent_listed_and_removed(client: Client, rows: Path, history: History) -> None:
    found = client.upload(rows)
    assert (found.name, found.size, found.complete) == ("水果.csv", len(ROWS), True)
    assert client.uploads() == (found,)
    kept = history.settings.home / "uploads" / found.id / "content"
    assert kept.read_bytes() == ROWS
    client.remove_upload(found.id)
    assert client.uploads() == ()
    assert not kept.exists()


def test_what_a_project_keeps_has_an_end(client: Client, rows: Path, configured: Path) -> None:
    write_connections(configured, limits={"project_bytes": 2 * len(ROWS) - 1})
    kept = client.upload(rows)
    with pytest.raises(InvalidInput, match="may keep"):
        client.upload(rows)
    client.remove_upload(kept.id)
    assert client.upload(rows).complete


def test_uploads_and_uses_of_connections_are_in_the_record(
    client: Client, rows: Path, configured: Path
) -> None:
    found = client.upload(rows)
    client.remove_upload(found.id)
    removed, begun = client.events(f"upload:{found.id}")
    assert (removed.verb, begun.verb) == ("upload.removed", "upload.begun")
    assert begun.after == {"name": "水果.csv", "size": len(ROWS)}
    assert begun.actor == client.session().actor
    client.test_connection("farm")
    client.preview_connection("farm", table="cows")
    looked, tested = client.events("connection:farm")
    assert (looked.verb, looked.after) == ("connection.previewed", {"table": "cows"})
    assert (tested.verb, tested.after) == ("connection.tested", {"ok": True})


def test_an_empty_file_is_sent_too(client: Client, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert client.upload(tmp_path / "empty").complete


def test_another_persons_upload_cannot_be_touched(
    client: Client, rows: Path, installation: Installation
) -> None:
    found = client.upload(rows)
    eve = LocalClient(installation, Actor(name="eve", role=Role.ADMIN), language="en")
    assert eve.uploads() == ()
    with pytest.raises(NotFound):
        eve.remove_upload(found.id)


def test_an_upload_goes_on_after_the_line_broke_for_good(
    http: TestClient, history: History, rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = RemoteClient("http://api", history.token("developer"), language="en", http=http)
    plain, left = RemoteClient._sent, [3]

    def failing(self: RemoteClient, method: str, *rest: Any) -> Any:
        if method == "PATCH":
            left[0] -= 1
            if left[0] < 0:
                raise Unavailable("client.api_down", where="http://api", problem="cut")
        return plain(self, method, *rest)

    monkeypatch.setattr(RemoteClient, "_sent", failing)
    with pytest.raises(Unavailable, match=r"--resume [0-9a-f]{32}"):
        client.upload(rows)
    (begun,) = client.uploads()
    assert begun.offset == 3 * 4096
    left[0] = 1000
    assert client.upload(rows, begun.id).complete
    assert left[0] == 1000 - (len(ROWS) - 3 * 4096 + 4095) // 4096
    rows.write_bytes(b"other")
    with pytest.raises(InvalidInput, match="another length"):
        client.upload(rows, begun.id)


# The protocol, as any tus client speaks it


@pytest.fixture
def begun(http: TestClient) -> str:
    """The address of an upload of 10 bytes."""
    name = base64.b64encode(b"a/b.csv").decode()
    asked = {**TUS, "Upload-Length": "10", "Upload-Metadata": f"filename {name},private"}
    answer = http.post("/api/v1/uploads", headers=asked)
    assert answer.status_code == 201
    assert answer.json()["name"] == "b.csv"
    return str(answer.headers["location"])


def test_the_server_says_what_it_speaks(http: TestClient) -> None:
    answer = http.options("/api/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert "creation" in answer.headers["tus-extension"]


def test_a_client_asks_and_goes_on(http: TestClient, begun: str) -> None:
    answer = http.patch(begun, content=b"abcd", headers={**PIECE, "Upload-Offset": "0"})
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "4")
    told = http.head(begun, headers=TUS).headers
    assert (told["upload-offset"], told["upload-length"]) == ("4", "10")
    assert told["cache-control"] == "no-store"
    assert "upload-expires" in told
    answer = http.patch(begun, content=b"efghij", headers={**PIECE, "Upload-Offset": "4"})
    assert "upload-expires" not in answer.headers
    assert http.get(begun).json()["complete"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Offset": "3"}, 409),
        ({"Upload-Offset": "x"}, 400),
        ({"Upload-Offset": "0", "Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Offset": "0", "Content-Type": "text/plain"}, 415),
        ({"Upload-Offset": "0", "Upload-Checksum": "md5 AAAA"}, 400),
        ({"Upload-Offset": "0", "Upload-Checksum": "sha256 AAAA"}, 460),
    ],
)
def test_a_piece_that_is_wrong_changes_nothing(
    http: TestClient, begun: str, headers: dict[str, str], status: int
) -> None:
    answer = http.patch(begun, content=b"abcd", headers={**PIECE, **headers})
    assert answer.status_code == status
    assert answer.json()["error_msg"]
    assert http.get(begun).json()["offset"] == 0


def test_a_checksum_that_is_right_is_taken(http: TestClient, begun: str) -> None:
    digest = base64.b64encode(hashlib.sha1(b"abcd").digest()).decode()
    headers = {**PIECE, "Upload-Offset": "0", "Upload-Checksum": f"sha1 {digest}"}
    assert http.patch(begun, content=b"abcd", headers=headers).status_code == 204


def test_more_than_was_said_is_refused(http: TestClient, begun: str) -> None:
    answer = http.patch(begun, content=b"a" * 11, headers={**PIECE, "Upload-Offset": "0"})
    assert answer.status_code == 413


def test_a_piece_is_larger_than_other_bodies_may_be(http: TestClient) -> None:
    asked = {**TUS, "Upload-Length": str(3_000_000)}
    place = http.post("/api/v1/uploads", headers=asked).headers["location"]
    headers = {**PIECE, "Upload-Offset": "0"}
    assert http.patch(place, content=b"a" * 3_000_000, headers=headers).status_code == 204


@pytest.mark.parametrize("length", ["", "-1", "1e9", "9" * 30])
def test_an_upload_says_how_long_it_is(http: TestClient, length: str) -> None:
    answer = http.post("/api/v1/uploads", headers={**TUS, "Upload-Length": length})
    assert answer.status_code == 400


def test_an_upload_that_is_too_large_is_refused(http: TestClient, configured: Path) -> None:
    write_connections(configured, limits={"upload_bytes": 5})
    answer = http.post("/api/v1/uploads", headers={**TUS, "Upload-Length": "6"})
    assert answer.status_code == 413


def test_a_deleted_upload_is_gone(http: TestClient, begun: str) -> None:
    assert http.delete(begun, headers=TUS).status_code == 204
    assert http.head(begun, headers=TUS).status_code == 404


def test_a_line_that_breaks_in_mid_piece_keeps_what_came(
    history: History, installation: Installation
) -> None:
    """As a server sees it: some bytes, then `http.disconnect`."""
    uploads = Uploads(history.settings.home, Limits())
    token = history.token("developer")
    app = create_app(installation, TokenIdentity(history.ledger), pages=False)
    with TestClient(app, base_url="http://api") as http:
        login = {"Authorization": f"Bearer {token}"}
        asked = {**TUS, **login, "Upload-Length": "10"}
        place = http.post("/api/v1/uploads", headers=asked).headers["location"]
    pieces = iter([{"type": "http.request", "body": b"abc", "more_body": True}])
    headers = {**PIECE, **login, "Upload-Offset": "0", "Content-Length": "10"}

    async def receive() -> Any:
        return next(pieces, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        """Nobody hears it."""

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "PATCH",
        "scheme": "http", "path": place, "raw_path": place.encode(), "query_string": b"",
        "root_path": "", "server": ("api", 80), "client": ("127.0.0.1", 1),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    upload_id = place.rpartition("/")[2]
    owner = history.ledger.tokens.find(token).name
    found = uploads.get(upload_id, owner, "default")
    assert (found.offset, found.path.read_bytes()) == (3, b"abc")
