"""An image service under 16 clients, half of whom send what is broken or go away."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import psutil
from PIL import Image
from plugins.image_models import COLOURS, base64_of, encoded, picture
from plugins.image_services import image_package, pictured
from plugins.serving import Served

__all__ = ["image_package", "pictured"]

CLIENTS: Final = 16
REQUESTS: Final = 40
"""Per client."""
PATIENCE: Final = 20.0
"""Seconds; longest time that any answer may take, on a machine that does other things too."""
GROWTH: Final = 200 << 20
"""Bytes that the process may have more after the storm than after its first requests."""

FILES: Final = {
    colour: picture(shown, (320, 240), "JPEG")
    for colour, shown in zip(COLOURS, ("red", "lime", "blue"), strict=True)
}
WIDE: Final = encoded(Image.new("1", (20_000, 40)))
BOMB: Final = encoded(Image.new("1", (4096, 4096)))
"""A file of 2 kB that is taken, and has 50 MB of pixels."""
JSON: Final = {"content-type": "application/json"}


def question(data: bytes) -> bytes:
    return json.dumps({"image": base64_of(data), "top_num": 1}).encode()


BROKEN: Final[dict[str, tuple[bytes, dict[str, str]]]] = {
    "cut picture": (question(FILES["red"][:700]), JSON),
    "no base64": (b'{"image": "@@@@"}', JSON),
    "data URI": (b'{"image": "data:image/png;base64,AAAA"}', JSON),
    "cut JSON": (question(FILES["red"])[:-9], JSON),
    "too large": (b"x" * 4_300_000, JSON),
    "too large, raw": (FILES["red"] + b"x" * 3_200_000, {"content-type": "image/jpeg"}),
    "20,000 pixels": (WIDE, {"content-type": "image/png"}),
    "text": (b"hello" * 100, {"content-type": "image/png"}),
    "another type": (FILES["red"], {"content-type": "text/html"}),
    "no number": (b'{"image": "AAAA", "top_num": NaN}', JSON),
}


@dataclass
class Tally:
    """What came of the requests."""

    answered: int = 0
    slowest: float = 0.0
    problems: list[str] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, status: int, seconds: float, problem: str = "") -> None:
        with self.lock:
            self.answered += 1
            self.slowest = max(self.slowest, seconds)
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if problem:
                self.problems.append(problem)


def good(served: Served, tally: Tally, _: random.Random) -> None:
    """Asks what can be answered, and checks the answer."""
    with httpx.Client(base_url=served.url, timeout=PATIENCE) as client:
        for number in range(REQUESTS):
            colour = COLOURS[number % len(COLOURS)]
            begin = time.monotonic()
            answer = client.post("/predict", content=question(FILES[colour]), headers=JSON)
            seconds = time.monotonic() - begin
            right = answer.status_code == 200 and answer.json()["results"][0]["name"] == colour
            tally.note(answer.status_code, seconds, "" if right else answer.text[:200])


def broken(served: Served, tally: Tally, chance: random.Random) -> None:
    """Sends what cannot be answered, and hangs up in the middle now and then."""
    for _ in range(REQUESTS):
        how = chance.choice([*BROKEN, "hangs up", "cut body", "never reads", "garbage", "bomb"])
        if how in BROKEN or how == "bomb":
            content, headers = BROKEN.get(how, (BOMB, {"content-type": "image/png"}))
            begin = time.monotonic()
            answer = httpx.post(
                f"{served.url}/predict", content=content, headers=headers, timeout=PATIENCE
            )
            refused = 400 <= answer.status_code < 500 and answer.json()["error_code"] > 0
            fine = answer.status_code == 200 if how == "bomb" else refused
            said = "" if fine else f"{how}: {answer.status_code} {answer.text[:200]}"
            tally.note(answer.status_code, time.monotonic() - begin, said)
        else:
            rude(served, how)


def rude(served: Served, how: str) -> None:
    """A connection that does not end as it should."""
    host, port = served.url.removeprefix("http://").split(":")
    body = question(FILES["blue"])
    head = f"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    sent = {"cut body": head + body[:-5], "garbage": b"\x16\x03\x01" * 50}.get(how, head + body)
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        if how == "never reads":
            time.sleep(0.05)


def memory(served: Served) -> int:
    return int(psutil.Process(served.process.pid).memory_info().rss)


def storm(served: Served) -> Tally:
    tally = Tally()
    work: list[Callable[[Served, Tally, random.Random], None]] = [good, broken]
    threads = [
        threading.Thread(target=work[i % 2], args=(served, tally, random.Random(i)))
        for i in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        begin = time.monotonic()
        ready = httpx.get(f"{served.url}/readyz", timeout=PATIENCE)
        tally.note(ready.status_code, time.monotonic() - begin)
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    return tally


def settled(served: Served) -> str:
    """The service's metrics once nothing is at work but the question for them."""
    deadline = time.monotonic() + PATIENCE
    while True:
        text = httpx.get(f"{served.url}/metrics", timeout=PATIENCE).text
        if "aileron_service_requests_in_flight 1.0" in text:
            return text
        assert time.monotonic() < deadline, text
        time.sleep(0.1)


def test_half_broken_clients_neither_stop_it_nor_hold_up_the_others(
    image_package: Callable[[str], Path], serve: Callable[..., Any]
) -> None:
    with serve(image_package("single")) as served:
        good(served, Tally(), random.Random(0))
        png = {"content-type": "image/png"}
        httpx.post(f"{served.url}/predict", content=BOMB, headers=png, timeout=60)
        before = memory(served)

        tally = storm(served)

        text = settled(served)
        assert served.process.poll() is None
        assert tally.problems == []
        assert tally.answered > CLIENTS * REQUESTS / 2
        assert not {status for status in tally.statuses if status >= 500}
        assert tally.statuses[200] >= CLIENTS / 2 * REQUESTS
        assert tally.slowest < PATIENCE
        assert memory(served) - before < GROWTH
        assert 'status="500"' not in text
        assert "Traceback" not in served.log.read_text()
        served.terminate()
        assert served.process.wait(30) == 0


def test_connections_that_send_nothing_take_no_place_from_others(
    image_package: Callable[[str], Path], serve: Callable[..., Any]
) -> None:
    """100 open connections with half a request each, and the service answers as before."""
    head = b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 4000000\r\n\r\n{"
    with serve(image_package("single")) as served:
        host, port = served.url.removeprefix("http://").split(":")
        held = [socket.create_connection((host, int(port)), timeout=5) for _ in range(100)]
        try:
            for connection in held:
                connection.sendall(head + b"x" * 1000)
            tally = Tally()
            good(served, tally, random.Random(1))
        finally:
            for connection in held:
                connection.close()
        settled(served)

        assert tally.problems == []
        assert tally.statuses == {200: REQUESTS}
        assert "Traceback" not in served.log.read_text()


def test_an_overloaded_service_says_so_and_recovers(
    image_package: Callable[[str], Path], serve: Callable[..., Any]
) -> None:
    """More at once than it has places for: each is answered, or told at once to come again."""
    body = b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\n" + (
        f"content-length: {len(BOMB)}\r\n\r\n".encode() + BOMB
    )
    with serve(image_package("single")) as served:
        host, port = served.url.removeprefix("http://").split(":")
        many = [socket.create_connection((host, int(port)), timeout=60) for _ in range(120)]
        try:
            for connection in many:
                connection.sendall(body)
            statuses = {connection.recv(65536)[9:12] for connection in many}
        finally:
            for connection in many:
                connection.close()

        assert statuses == {b"200", b"429"}
        settled(served)
        tally = Tally()
        good(served, tally, random.Random(2))
        assert tally.statuses == {200: REQUESTS}
