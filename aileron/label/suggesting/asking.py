"""Asking: a service what is in a picture, and anything for many samples at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx

from aileron.core.errors import AileronError, InvalidInput, Unavailable
from aileron.label.suggesting.services import ImageService

PARALLEL: Final = 4
SECONDS: Final = 10.0
"""How long a service may take for one picture."""
TRIES: Final = 3
PAUSE: Final = 0.5
"""Seconds after which a service that is busy is asked again."""
BUSY: Final = (429, 503)
REFUSED: Final = (400, 413, 415, 422)
_SAID: Final = 300
One = TypeVar("One")
Given = TypeVar("Given")


@dataclass(frozen=True)
class Answer:
    """What a service said of one picture."""

    found: tuple[tuple[str, float], ...]
    """Names and scores, the best first."""
    revision: int | None
    """Which one of the service answered."""

    def chosen(
        self, names: Collection[str], *, several: bool
    ) -> tuple[tuple[str, ...], float | None]:
        """The labels to propose, and the score of the one that is least sure.

        Args:
            names: what can be proposed; the rest is left out.
            several: all that the service names, not the best alone.
        """
        best = self.found if several else self.found[:1]
        known = [(name, score) for name, score in best if name in names]
        return tuple(name for name, _ in known), min((score for _, score in known), default=None)


class Asker:
    """Asks image services through the gateway. Threads may share one; close it after use.

    Args:
        gateway_url: where services answer; None: there is no gateway here.
    """

    def __init__(self, gateway_url: str | None) -> None:
        self._gateway = (gateway_url or "").rstrip("/")
        self._http = httpx.Client(timeout=httpx.Timeout(SECONDS, connect=5.0), trust_env=False)

    def ready(self, service: ImageService) -> bool:
        """Whether it takes pictures now."""
        try:
            return self._http.get(f"{self._url(service)}/readyz").is_success
        except httpx.HTTPError:
            return False

    def ask(self, service: ImageService, picture: bytes) -> Answer:
        """What is in `picture`, the bytes of a file.

        Raises:
            InvalidInput: the service does not take this picture; repeats what it says.
            Unavailable: it does not answer, or is busy all the while.
        """
        url = f"{self._url(service)}/predict"
        answer = self._post(url, picture)
        for _ in range(1, TRIES):
            if answer.status_code not in BUSY:
                break
            time.sleep(PAUSE)
            answer = self._post(url, picture)
        if answer.status_code in REFUSED:
            problem = _sentence(answer)
            raise InvalidInput("label.suggesting.refused", service=service.name, problem=problem)
        if not answer.is_success:
            raise _wrong(url, f"status {answer.status_code} {_sentence(answer)}")
        return _read(answer, url)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _post(self, url: str, picture: bytes) -> httpx.Response:
        headers = {"content-type": "application/octet-stream"}
        try:
            return self._http.post(url, content=picture, headers=headers)
        except httpx.HTTPError as error:
            problem = str(error) or type(error).__name__
            raise Unavailable("label.suggesting.silent", url=url, problem=problem) from None

    def _url(self, service: ImageService) -> str:
        if not self._gateway:
            raise Unavailable("label.suggesting.no_gateway")
        return f"{self._gateway}/{service.project}/{service.name}"


def ask_all(
    ask: Callable[[One], Given], ones: Sequence[One], seconds: float
) -> tuple[list[Given | None], AileronError | None]:
    """What `ask` gives for each of `ones`, four at a time, and the first error.

    Where it raises, there is None. Nothing more is asked once it raises `Unavailable`, or
    `seconds` are over.
    """
    end = time.monotonic() + seconds
    stopped = threading.Event()
    problems: list[AileronError] = []

    def guarded(one: One) -> Given | None:
        if stopped.is_set():
            return None
        if time.monotonic() > end:
            stopped.set()
            problems.append(Unavailable("label.suggesting.too_many", seconds=round(seconds)))
            return None
        try:
            return ask(one)
        except AileronError as error:
            problems.append(error)
            if isinstance(error, Unavailable):
                stopped.set()
            return None

    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="suggesting") as pool:
        found = list(pool.map(guarded, ones))
    return found, next(iter(problems), None)


def _read(answer: httpx.Response, url: str) -> Answer:
    try:
        results: list[Mapping[str, Any]] = answer.json()["results"]
        found = tuple((str(one["name"]), float(one["score"])) for one in results)
    except (KeyError, TypeError, ValueError):
        raise _wrong(url, "no names and scores") from None
    revision = answer.headers.get("x-aileron-revision", "")
    return Answer(found, int(revision) if revision.isdecimal() else None)


def _wrong(url: str, problem: str) -> Unavailable:
    return Unavailable("label.suggesting.wrong_answer", url=url, problem=problem)


def _sentence(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error_msg"])[:_SAID]
    except (KeyError, TypeError, ValueError):
        return answer.text[:_SAID]
