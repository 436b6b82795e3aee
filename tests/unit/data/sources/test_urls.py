"""Files by URL: whole after any break, new when changed, and never from inside."""

import random
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plugins.allowed import LOOPBACK, allowed
from plugins.far_servers import Far

from aileron.core.errors import InvalidInput, NotFound, Refused, Unavailable
from aileron.data.sources import transfer
from aileron.data.sources.connections import Connections
from aileron.data.sources.fetch import fetch
from aileron.data.sources.network import Gate, gated_client
from aileron.data.sources.spec import RemoteSource
from aileron.data.sources.web import WebFile

ROWS = random.Random(1).randbytes(300_000)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "PAUSE_SECONDS", 0.0)


@pytest.fixture
def connections(tmp_path: Path) -> Connections:
    return allowed(tmp_path, allowed_networks=LOOPBACK)


def bring(far: Far, connections: Connections, home: Path, path: str = "/rows.csv") -> Path:
    found = fetch(RemoteSource(url=far.url + path), connections, home, print)
    assert list(found) == ["rows.csv"]
    return found["rows.csv"]


def test_a_file_comes_whole(far_web: Far, connections: Connections, tmp_path: Path) -> None:
    far_web.files["/rows.csv"] = ROWS
    assert bring(far_web, connections, tmp_path).read_bytes() == ROWS


def test_an_unchanged_file_is_not_sent_again(
    far_web: Far, connections: Connections, tmp_path: Path
) -> None:
    far_web.files["/rows.csv"] = ROWS
    bring(far_web, connections, tmp_path)
    bring(far_web, connections, tmp_path)
    assert len(far_web.bodies()) == 1


def test_a_file_that_nothing_tells_from_another_is_sent_again(
    far_web: Far, connections: Connections, tmp_path: Path
) -> None:
    far_web.tagged = False
    far_web.files["/rows.csv"] = b"old"
    bring(far_web, connections, tmp_path)
    far_web.files["/rows.csv"] = b"new"
    assert bring(far_web, connections, tmp_path).read_bytes() == b"new"


def test_a_changed_file_is_fetched_anew(
    far_web: Far, connections: Connections, tmp_path: Path
) -> None:
    far_web.files["/rows.csv"] = ROWS
    bring(far_web, connections, tmp_path)
    far_web.files["/rows.csv"] = ROWS[::-1]
    assert bring(far_web, connections, tmp_path).read_bytes() == ROWS[::-1]


def test_a_break_is_gone_on_from(far_web: Far, connections: Connections, tmp_path: Path) -> None:
    far_web.files["/rows.csv"] = ROWS
    far_web.cuts = [100_000]
    assert bring(far_web, connections, tmp_path).read_bytes() == ROWS
    assert far_web.bodies()[1] == "GET /rows.csv bytes=100000-"


def test_another_process_goes_on_where_a_dead_one_stopped(
    far_web: Far, connections: Connections, tmp_path: Path
) -> None:
    far_web.files["/rows.csv"] = ROWS
    far_web.cuts = [50_000] * connections.limits.attempts
    with pytest.raises(Unavailable, match=r"broke off too often"):
        bring(far_web, connections, tmp_path)
    came = connections.limits.attempts * 50_000
    assert bring(far_web, connections, tmp_path).read_bytes() == ROWS
    assert far_web.bodies()[-1] == f"GET /rows.csv bytes={came}-"


def test_a_part_of_a_file_that_changed_meanwhile_is_thrown_away(
    far_web: Far, connections: Connections, tmp_path: Path
) -> None:
    far_web.files["/rows.csv"] = ROWS
    far_web.cuts = [50_000] * connections.limits.attempts
    with pytest.raises(Unavailable):
        bring(far_web, connections, tmp_path)
    far_web.files["/rows.csv"] = ROWS[::-1]
    assert bring(far_web, connections, tmp_path).read_bytes() == ROWS[::-1]


def test_a_server_without_ranges_starts_again(
    far_web: Far, connections: Connections, tmp_path: Path
) -> None:
    far_web.ranges = False
    far_web.files["/rows.csv"] = ROWS
    far_web.cuts = [100_000]
    assert bring(far_web, connections, tmp_path).read_bytes() == ROWS


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_whatever_breaks_the_bytes_are_those_of_the_source(
    far_web: Far,
    connections: Connections,
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
) -> None:
    content = random.Random(len(ROWS)).randbytes(data.draw(st.integers(0, 200_000)))
    cut = st.integers(0, max(0, len(content) - 1))
    far_web.files["/rows.csv"] = content
    far_web.ranges = data.draw(st.booleans())
    far_web.tagged = data.draw(st.booleans())
    far_web.cuts = data.draw(st.lists(cut, max_size=connections.limits.attempts - 1))
    home = tmp_path_factory.mktemp("home")
    assert bring(far_web, connections, home).read_bytes() == content
    assert [path.name for path in home.rglob("*") if path.suffix == ".json"] == []


def test_what_is_too_large_is_refused_before_and_while_it_comes(
    far_web: Far, tmp_path: Path
) -> None:
    small = allowed(tmp_path, allowed_networks=LOOPBACK, limits={"download_bytes": 1000})
    far_web.files["/rows.csv"] = ROWS
    with pytest.raises(InvalidInput, match="more than 1000 bytes"):
        bring(far_web, small, tmp_path)
    assert far_web.bodies() == []


def test_what_is_not_there_is_said(far_web: Far, connections: Connections, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"/rows\.csv: There is no such file"):
        bring(far_web, connections, tmp_path)


def test_a_query_is_sent_and_told_to_nobody(
    far_web: Far, connections: Connections, tmp_path: Path
) -> None:
    with pytest.raises(NotFound) as caught:
        bring(far_web, connections, tmp_path, "/rows.csv?signature=secret")
    assert "secret" not in str(caught.value)
    assert "GET /rows.csv?signature=secret" in far_web.asked


def test_a_name_from_outside_stays_inside(
    far_web: Far, connections: Connections, tmp_path: Path
) -> None:
    far_web.files["/..%2F..%2Fevil.csv"] = b"a"
    source = RemoteSource(url=f"{far_web.url}/..%2F..%2Fevil.csv")
    ((name, path),) = fetch(source, connections, tmp_path, print).items()
    assert name == "evil.csv"
    assert path.is_relative_to(tmp_path / "cache" / "downloads")


# Where a URL may lead


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "[fe80::1]",
        "[fd00::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "2130706433",
        "0x7f.1",
    ],
)
def test_private_addresses_are_refused_however_they_are_written(host: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="private address"):
        fetch(RemoteSource(url=f"http://{host}/x"), allowed(tmp_path), tmp_path, print)


def test_a_public_address_is_let_through(tmp_path: Path) -> None:
    gate = Gate(allowed(tmp_path), lambda host, port: ["93.184.215.14", "2606:4700::1111"])
    assert gate.addresses("example.org", 80) == ["93.184.215.14", "2606:4700::1111"]


def test_one_private_address_among_public_ones_is_enough_to_refuse(tmp_path: Path) -> None:
    gate = Gate(allowed(tmp_path), lambda host, port: ["93.184.215.14", "10.0.0.1"])
    with pytest.raises(Refused, match=r"10\.0\.0\.1"):
        gate.addresses("example.org", 80)


@pytest.mark.parametrize(
    ("fields", "host"),
    [
        ({"allowed_networks": ["10.0.0.0/8"]}, "data.lan"),
        ({"allowed_hosts": ["data.lan"]}, "DATA.lan"),
        ({"allowed_hosts": ["*.lan"]}, "data.lan"),
    ],
)
def test_what_the_configuration_allows_is_let_through(
    fields: dict[str, list[str]], host: str, tmp_path: Path
) -> None:
    gate = Gate(allowed(tmp_path, **fields), lambda host, port: ["10.0.0.1"])
    assert gate.addresses(host, 80) == ["10.0.0.1"]


@pytest.mark.parametrize("host", ["lan", "evil-data.lan.example.org", "datalan"])
def test_a_name_that_looks_like_an_allowed_one_is_not(host: str, tmp_path: Path) -> None:
    gate = Gate(allowed(tmp_path, allowed_hosts=["*.lan"]), lambda host, port: ["10.0.0.1"])
    with pytest.raises(Refused):
        gate.addresses(host, 80)


def test_a_redirect_to_this_machine_is_refused(far_web: Far, tmp_path: Path) -> None:
    far_web.redirects["/rows.csv"] = f"http://127.0.0.1:{far_web.port}/secret.csv"
    far_web.files["/secret.csv"] = b"secret"
    connections = allowed(tmp_path, allowed_hosts=["public.example"])

    def resolver(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    gate = Gate(connections, resolver)
    with (
        gated_client(gate, connections.limits) as http,
        pytest.raises(Refused, match=r"127\.0\.0\.1"),
    ):
        WebFile(f"http://public.example:{far_web.port}/rows.csv", http).stamp()
    assert far_web.asked == ["HEAD /rows.csv"]


def test_a_second_look_at_the_name_changes_nothing(
    far_web: Far, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when it is checked, loopback when it is connected to."""
    answers = iter([["192.0.2.1"], ["127.0.0.1"], ["127.0.0.1"]])
    connected: list[str] = []

    def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        connected.append(address[0])
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", connect)
    connections = allowed(tmp_path, allowed_networks=["192.0.2.0/24"])
    gate = Gate(connections, lambda host, port: next(answers))
    with gated_client(gate, connections.limits) as http:
        far = WebFile(f"http://rebinding.example:{far_web.port}/rows.csv", http)
        with pytest.raises(transfer.Broken):
            far.stamp()
        with pytest.raises(Refused, match=r"127\.0\.0\.1"):
            far.stamp()
    assert connected == ["192.0.2.1"]


def test_redirects_have_an_end(far_web: Far, connections: Connections, tmp_path: Path) -> None:
    far_web.redirects["/rows.csv"] = "/rows.csv"
    with pytest.raises(InvalidInput, match="more than 5 times"):
        bring(far_web, connections, tmp_path)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/x", "gopher://x"])
def test_a_redirect_leads_to_http_alone(
    target: str, far_web: Far, connections: Connections, tmp_path: Path
) -> None:
    far_web.redirects["/rows.csv"] = target
    with pytest.raises(Refused, match="is not followed"):
        bring(far_web, connections, tmp_path)
