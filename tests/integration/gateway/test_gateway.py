"""What passes through the gateway, what it answers itself, and what it keeps to itself."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from plugins.gateway import Gateway, Upstream
from plugins.postgres import free_port
from plugins.releases import PROJECT
from plugins.waiting import wait_until

from aileron.cluster.placement import Placement
from aileron.cluster.serving import ServicePlacement
from aileron.ledger import Desired

Start = Callable[..., Upstream]
PODS = ServicePlacement(pod=Placement(pool="tests", namespace="tests", image="server:1"))


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=20) as client:
        yield client


def test_method_path_query_and_body_reach_the_service(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    service = upstream()
    gateway.route((service.address, 100))

    answer = client.put(f"{gateway.url}/a/b%2Fc?x=1&y=%20", content=b"body")

    assert answer.status_code == 200
    request = service.requests[0]
    assert (request["method"], request["path"]) == ("PUT", "/a/b%2Fc?x=1&y=%20")
    assert request["body"] == b"body"
    assert request["headers"]["x-forwarded-prefix"] == f"/{PROJECT}/{gateway.service}"
    assert request["headers"]["x-forwarded-for"] == "127.0.0.1"


def test_the_address_of_a_service_without_a_slash_is_its_root(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    service = upstream()
    gateway.route((service.address, 100))

    assert client.get(gateway.url).status_code == 200
    assert service.requests[0]["path"] == "/"


def test_a_request_id_is_taken_over_or_made(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    service = upstream()
    gateway.route((service.address, 100))

    given = client.get(f"{gateway.url}/x", headers={"X-Request-Id": "order-7"})
    made = client.get(f"{gateway.url}/x")
    unusable = client.get(f"{gateway.url}/x", headers={"X-Request-Id": 'a" b'})

    assert given.headers.get_list("x-request-id") == ["order-7"]
    assert [r["headers"]["x-request-id"] for r in service.requests] == [
        "order-7",
        made.headers["x-request-id"],
        unusable.headers["x-request-id"],
    ]
    assert len(made.headers["x-request-id"]) == 32
    assert unusable.headers["x-request-id"] != 'a" b'


def test_headers_of_one_hop_stay_behind(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    service = upstream()
    gateway.route((service.address, 100))
    headers = {
        "Connection": "keep-alive, X-Private",
        "X-Private": "1",
        "TE": "trailers",
        "Proxy-Authorization": "secret",
        "X-Kept": "1",
    }

    answer = client.get(f"{gateway.url}/x", headers=headers)

    seen = service.requests[0]["headers"]
    assert seen["x-kept"] == "1"
    assert not {"x-private", "te", "proxy-authorization", "connection"} & seen.keys()
    assert "keep-alive" not in answer.headers
    assert answer.headers["x-aileron-revision"] == "1"


def test_a_large_answer_comes_whole(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    gateway.route((upstream().address, 100))

    answer = client.get(f"{gateway.url}/big")

    assert answer.content == b"x" * (64 * 65536)


@pytest.mark.parametrize("known_size", [True, False])
def test_a_large_body_goes_through_whole(
    gateway: Gateway, upstream: Start, client: httpx.Client, known_size: bool
) -> None:
    service = upstream()
    gateway.route((service.address, 100))
    body = bytes(range(256)) * 20_000  # 5 MB
    content = body if known_size else (body[i : i + 50_000] for i in range(0, len(body), 50_000))

    answer = client.post(f"{gateway.url}/x", content=content)

    assert answer.status_code == 200
    assert service.requests[0]["body"] == body


@pytest.mark.parametrize("known_size", [True, False])
def test_a_body_over_the_limit_is_refused_in_words(
    gateway: Gateway, upstream: Start, client: httpx.Client, known_size: bool
) -> None:
    service = upstream()
    gateway.route((service.address, 100))
    piece = b"x" * (1 << 20)
    content = piece * 17 if known_size else (piece for _ in range(17))

    answer = client.post(f"{gateway.url}/x", content=content)

    assert answer.status_code == 413
    assert answer.json()["error_code"] == 336004
    assert "16777216 bytes" in answer.json()["error_msg"]
    assert service.requests == []
    assert client.get(f"{gateway.url}/x").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"/{PROJECT}/unknown/predict", 404, 15),
        ("/favicon.ico", 404, 3),
        ("/-/unknown", 404, 3),
        ("//", 404, 3),
        (f"/{PROJECT}/", 404, 3),
    ],
)
def test_what_is_not_routed_is_answered_with_an_envelope(
    gateway: Gateway, client: httpx.Client, path: str, status: int, code: int
) -> None:
    answer = client.get(httpx.URL(gateway.root).copy_with(raw_path=path.encode()))

    assert answer.status_code == status
    assert answer.json()["error_code"] == code
    assert answer.json()["error_msg"]
    assert answer.headers["x-request-id"]


def test_no_path_leads_out_of_the_registered_routes(gateway: Gateway, upstream: Start) -> None:
    service, secret = upstream(), upstream()
    gateway.route((service.address, 100))
    host, port = httpx.URL(gateway.root).host, httpx.URL(gateway.root).port
    for target in (f"http://{secret.address}/x", f"/{PROJECT}/{gateway.service}/../../http://x/"):
        with socket.create_connection((host, port)) as connection:
            request = (
                f"GET {target} HTTP/1.1\r\nhost: {secret.address}\r\nconnection: close\r\n\r\n"
            )
            connection.sendall(request.encode())
            while connection.recv(65536):
                pass
    assert secret.requests == []


def test_weights_are_kept_exactly(gateway: Gateway, upstream: Start, client: httpx.Client) -> None:
    old, new = upstream(), upstream()
    gateway.route((old.address, 90), (new.address, 10))

    answers = Counter(client.get(f"{gateway.url}/x").text for _ in range(100))

    assert answers == {old.address: 90, new.address: 10}


def test_a_revision_that_is_gone_costs_no_request(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    gone, there = upstream(), upstream()
    gateway.route((gone.address, 50), (there.address, 50))
    gone.stop()

    answers = [client.post(f"{gateway.url}/x", content=b"once") for _ in range(20)]

    assert {answer.status_code for answer in answers} == {200}
    assert len(there.requests) == 20


def test_a_revision_that_says_it_is_not_ready_gets_no_requests_until_it_is(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    first, second = upstream(), upstream()
    gateway.route((first.address, 50), (second.address, 50))

    first.ready = False
    wait_until(lambda: _healthy(gateway) == [False, True], 10, "it is taken out")
    assert {client.get(f"{gateway.url}/x").text for _ in range(10)} == {second.address}
    first.ready = True
    wait_until(lambda: _healthy(gateway) == [True, True], 10, "it is back")
    assert {client.get(f"{gateway.url}/x").text for _ in range(10)} == {
        first.address,
        second.address,
    }


def test_without_a_healthy_revision_the_client_is_told_when_to_retry(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    only = upstream()
    gateway.route((only.address, 100))
    only.stop()

    answer = client.post(f"{gateway.url}/predict", json={})

    assert (answer.status_code, answer.json()["error_code"]) == (503, 336100)
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize("path", ["hang_up", "nonsense"])
def test_a_request_that_may_have_been_carried_out_is_not_repeated(
    gateway: Gateway, upstream: Start, client: httpx.Client, path: str
) -> None:
    first, second = upstream(), upstream()
    gateway.route((first.address, 50), (second.address, 50))

    answer = client.post(f"{gateway.url}/{path}", json={})

    assert (answer.status_code, answer.json()["error_code"]) == (502, 2)
    assert len(first.requests) + len(second.requests) == 1


def test_a_harmless_request_is_repeated_elsewhere(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    first, second = upstream(), upstream()
    gateway.route((first.address, 50), (second.address, 50))

    client.get(f"{gateway.url}/hang_up")

    assert len(first.requests) == len(second.requests) == 1


def test_an_answer_that_is_cut_is_not_passed_off_as_whole(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    gateway.route((upstream().address, 100))

    with pytest.raises(httpx.RemoteProtocolError):
        client.get(f"{gateway.url}/cut")
    assert client.get(f"{gateway.url}/x").status_code == 200


def test_head_is_answered_without_a_body(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    service = upstream()
    gateway.route((service.address, 100))

    answer = client.head(f"{gateway.url}/x")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(service.address))


def test_a_revision_that_leaves_the_route_finishes_its_requests(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    old, new = upstream(), upstream()
    gateway.route((old.address, 100))
    with ThreadPoolExecutor(1) as threads:
        open_request = threads.submit(httpx.get, f"{gateway.url}/wait", timeout=99, trust_env=False)
        wait_until(lambda: old.requests, 60, "it arrived")
        gateway.route((new.address, 100))
        assert gateway.leaving() == [(1, 1)]
        assert client.get(f"{gateway.url}/x").text == new.address
        old.released.set()
        assert open_request.result().json() == {"waited": 1}
    wait_until(
        lambda: client.get(f"{gateway.root}/-/routes").json()["leaving"] == [], 60, "it has left"
    )


def test_a_stopped_service_says_so(gateway: Gateway, upstream: Start, client: httpx.Client) -> None:
    gateway.route((upstream().address, 100))
    gateway.platform.ledger.services.set_desired(PROJECT, gateway.service, Desired.STOPPED)

    def stopped() -> bool:
        return client.get(f"{gateway.url}/x").status_code == 503

    wait_until(stopped, 60, "the gateway heard of it")
    assert "is stopped" in client.get(f"{gateway.url}/x").json()["error_msg"]


def test_the_root_lists_the_services(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    gateway.route((upstream().address, 100))

    assert gateway.entry("/") == {
        "project": PROJECT,
        "service": gateway.service,
        "path": f"/{PROJECT}/{gateway.service}/",
        "model": "cells_model",
        "state": "serving",
        "revisions": [{"revision": 1, "weight": 100, "healthy": True}],
    }


def test_each_request_leaves_one_line_in_the_access_log(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    gateway.route((upstream().address, 100))
    client.post(f"{gateway.url}/x?secret=1", headers={"X-Request-Id": "seen"})

    line = gateway.access_log("seen")

    assert (line["method"], line["path"], line["status"]) == (
        "POST",
        f"/{PROJECT}/{gateway.service}/x",
        200,
    )
    assert line["revision"] == f"{PROJECT}/{gateway.service}/1"
    assert line["ms"] > 0


def test_metrics_count_requests_by_service_revision_and_status(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    gateway.route((upstream().address, 100))
    for _ in range(3):
        client.get(f"{gateway.url}/x")
    client.get(f"{gateway.root}/{PROJECT}/unknown/x")

    text = client.get(f"{gateway.root}/metrics").text

    labels = f'project="{PROJECT}",revision="1",service="{gateway.service}",status="200"'
    assert f"aileron_gateway_requests_total{{{labels}}} 3.0" in text
    assert f'aileron_gateway_revision_healthy{{project="{PROJECT}"' in text
    assert 'service="unknown"' not in text, "labels do not grow with what clients invent"


def test_a_revision_that_moves_is_followed(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    before, after = upstream(), upstream()
    gateway.route((before.address, 100))
    gateway.report(1, after.address)

    wait_until(lambda: client.get(f"{gateway.url}/x").text == after.address, 60, "it is followed")


def _healthy(gateway: Gateway) -> list[bool]:
    return [revision["healthy"] for revision in gateway.entry()["revisions"]]


def test_where_pods_share_an_address_a_refused_request_finds_another(
    gateway: Gateway, upstream: Start, client: httpx.Client
) -> None:
    port = free_port()
    gateway.route((f"127.0.0.1:{port}", 100), placement=PODS)
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(client.post, f"{gateway.url}/x") for _ in range(4)]
        time.sleep(0.1)
        upstream(port)

    assert [one.result().status_code for one in asked] == [200] * 4


def test_where_pods_share_an_address_nobody_waits_long_for_none(
    gateway: Gateway, client: httpx.Client
) -> None:
    gateway.route((f"127.0.0.1:{free_port()}", 100), placement=PODS)
    begin = time.monotonic()

    answer = client.post(f"{gateway.url}/x")

    assert answer.status_code == 503
    assert time.monotonic() - begin < 60
