"""A package as a live process: over real sockets, under load, and on its way out."""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from plugins.serving import Served

from aileron.package.environment import serving_environment
from aileron.package.launch import READY_PATH, command, environment

Packaged = Callable[[str], Path]
Serve = Callable[..., Any]

ROW = {"age": 40.0, "income": 30_000.0, "city": "Wuhan", "member": "guest"}


def test_garbage_of_every_kind_does_not_stop_it(packaged: Packaged, serve: Serve) -> None:
    with serve(packaged("binary_xgboost")) as served:
        host, port = served.url.removeprefix("http://").split(":")
        for raw in (
            b"\x00\x01\x02\r\n\r\n",
            b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{",
            b"POST /predict HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
        ):
            with socket.create_connection((host, int(port)), timeout=5) as connection:
                connection.sendall(raw)
        with served.client() as client:
            large = client.post("/predict", content=b" " * 5_000_000)
            chunked = client.post("/predict", content=(b" " * 100_000 for _ in range(50)))
            good = client.post("/predict", json={"data": [ROW]})

        assert large.json()["error_code"] == 336004
        assert chunked.json()["error_code"] == 336004
        assert good.status_code == 200
        assert served.process.poll() is None
        assert "Traceback" not in served.log.read_text()


def test_a_large_batch_does_not_hold_up_small_requests(packaged: Packaged, serve: Serve) -> None:
    batch = json.dumps({"data": [ROW] * 10_000})
    with serve(packaged("binary_xgboost")) as served, served.client() as client:
        client.get(READY_PATH)
        work = threading.Thread(target=lambda: served.client().post("/predict", content=batch))
        begun = time.perf_counter()
        work.start()
        seconds = []
        while work.is_alive():
            begin = time.perf_counter()
            client.get(READY_PATH)
            seconds.append(time.perf_counter() - begin)
        work.join()
        whole = time.perf_counter() - begun

    assert len(seconds) >= 5
    assert median(seconds) < whole / 4, "they do not wait until it is done"


def test_sigterm_drains_it_without_a_failed_request(packaged: Packaged, serve: Serve) -> None:
    with serve(packaged("binary_xgboost"), drain_seconds=5) as served:
        clients = [Client(served) for _ in range(4)]
        wait_until(lambda: all(client.answered > 20 for client in clients))
        with served.client() as observer:
            served.terminate()
            told = wait_until_unready(observer)
        status = served.process.wait(60)
        for client in clients:
            client.join()

    assert told["error_code"] == 336100
    assert status == 0
    assert [client.failed for client in clients] == [[]] * 4


class Client(threading.Thread):
    """Asks until it is told to leave, as a gateway would: no new request to one that drains."""

    def __init__(self, served: Served) -> None:
        super().__init__()
        self.answered = 0
        self.failed: list[str] = []
        self._served = served
        self.start()

    def run(self) -> None:
        with self._served.client() as client:
            while True:
                try:
                    answer = client.post("/predict", json={"data": [ROW]})
                except httpx.HTTPError as error:
                    self.failed.append(repr(error))
                    return
                if answer.status_code != 200:
                    self.failed.append(answer.text)
                self.answered += 1
                if answer.headers.get("connection") == "close":
                    return


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def wait_until_unready(client: httpx.Client) -> dict[str, Any]:
    """What /readyz says once it no longer says ready."""
    answers: list[httpx.Response] = []

    def told() -> bool:
        answers.append(client.get(READY_PATH))
        return answers[-1].status_code == 503

    wait_until(told)
    body: dict[str, Any] = answers[-1].json()
    return body


def test_a_request_at_work_is_answered_before_it_stops(packaged: Packaged, serve: Serve) -> None:
    batch = json.dumps({"data": [ROW] * 10_000}).encode()
    held = threading.Event()
    answers: list[httpx.Response] = []

    def halves() -> Iterator[bytes]:
        yield batch[: len(batch) // 2]
        held.wait(120)
        yield batch[len(batch) // 2 :]

    with serve(packaged("binary_logistic"), drain_seconds=0) as served:
        client = served.client()
        work = threading.Thread(
            target=lambda: answers.append(client.post("/predict", content=halves()))
        )
        work.start()
        with served.client() as observer:  # it counts itself, too
            at_work = "aileron_service_requests_in_flight 2.0"
            wait_until(lambda: at_work in observer.get("/metrics").text)
        served.terminate()
        wait_until_refused(served)
        held.set()
        work.join()
        status = served.process.wait(60)

    assert len(answers[0].json()["batch_results"]) == 10_000
    assert status == 0


def wait_until_refused(served: Served) -> None:
    """Until it takes no new connections."""

    def refused() -> bool:
        try:
            httpx.get(served.url + READY_PATH)
        except httpx.ConnectError:
            return True
        except httpx.TransportError:  # it was taken, and let go at once
            return False
        return False

    wait_until(refused)


def start(python: Path, package: Path, **options: Any) -> "subprocess.CompletedProcess[str]":
    words = command(python, package, **options)
    return subprocess.run(
        words,
        env=dict(environment(package)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_taken_port_is_one_sentence_and_status_2(packaged: Packaged, serving_home: Path) -> None:
    package = packaged("binary_xgboost")
    python = serving_environment(package / "requirements.txt", serving_home)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = start(python, package, port=port)

    assert done.returncode == 2
    assert f"cannot be served at 127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_model_is_one_sentence_and_status_2(
    packaged: Packaged, serving_home: Path, copy_package: Callable[[Path], Path]
) -> None:
    package = copy_package(packaged("binary_xgboost"))
    python = serving_environment(package / "requirements.txt", serving_home)
    (package / "src" / "model" / "model.ubj").write_bytes(b"something else")

    done = start(python, package)

    assert done.returncode == 2
    assert "The model cannot be served" in done.stderr
    assert "Traceback" not in done.stderr
