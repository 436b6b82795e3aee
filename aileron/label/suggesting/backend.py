"""The client of the ML-backend contract of Label Studio: health, setup and predict over HTTP.

What another server answers is never believed: sizes, times and shapes are bounded and checked.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx

from aileron.core.errors import AileronError, Unavailable

SECONDS: Final = 30.0
"""How long one answer may take as a whole."""
CONNECT_SECONDS: Final = 5.0
HEALTH_SECONDS: Final = 5.0
MOST_BYTES: Final = 32 << 20
"""Of one answer."""
MOST_RESULTS: Final = 5000
"""Regions of one prediction."""
MOST_CHARACTERS: Final = 200
"""Of the name of a model version."""
_SAID: Final = 300


@dataclass(frozen=True)
class Proposal:
    """What a backend answers for one task, in Label Studio's terms."""

    result: tuple[Mapping[str, Any], ...]
    score: float | None
    model_version: str


class MlBackend:
    """A server that speaks the contract. Threads may share one; close it after use.

    Args:
        url: what the three paths are below.
        seconds: the longest time of one answer, from the first byte sent to the last received.
    """

    def __init__(self, url: str, seconds: float = SECONDS) -> None:
        self.url = url.rstrip("/")
        self.seconds = seconds
        self._http = httpx.Client(trust_env=False, follow_redirects=False)

    def health(self) -> None:
        """Return if it answers that it is well.

        Raises:
            Unavailable: it does not; says how it failed.
        """
        self._ask("GET", "health", None, min(self.seconds, HEALTH_SECONDS))

    def setup(self, config: str, project: str = "1") -> str:
        """Tell it the labelling configuration; the version of its model, empty if it names none.

        Raises:
            Unavailable: it does not answer, or says that it cannot.
        """
        said = {"project": project, "schema": config, "hostname": "", "access_token": ""}
        answer = self._ask("POST", "setup", {**said, "extra_params": None}, self.seconds)
        return _version(answer.get("model_version"), "")

    def predict(
        self,
        tasks: Sequence[Mapping[str, Any]],
        config: str,
        *,
        project: str = "1",
        model_version: str = "",
    ) -> list[Proposal | None]:
        """What it proposes for each of `tasks`; None where it proposes nothing.

        Args:
            tasks: ``{"id": ..., "data": ...}``.
            model_version: of answers that name none, as `setup` said.

        Raises:
            Unavailable: it does not answer, or not with one prediction for each task.
        """
        params = {"login": "", "password": "", "context": None}
        said = {"tasks": list(tasks), "label_config": config, "project": project, "params": params}
        answer = self._ask("POST", "predict", said, self.seconds)
        found = answer.get("results")
        if not isinstance(found, list) or len(found) != len(tasks):
            count = len(found) if isinstance(found, list) else "no"
            raise self._wrong(f"{count} results for {len(tasks)} tasks")
        default = _version(answer.get("model_version"), model_version)
        return [self._proposal(one, default) for one in found]

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _proposal(self, given: Any, model_version: str) -> Proposal | None:
        """Of one task: an object, or a list of them, of which the first counts."""
        if isinstance(given, list):
            given = next(iter(given), None)
        if given is None:
            return None
        result = given.get("result") if isinstance(given, dict) else None
        if not isinstance(result, list) or not all(isinstance(one, dict) for one in result):
            raise self._wrong("a prediction without a list `result` of objects")
        if len(result) > MOST_RESULTS:
            raise self._wrong(f"a prediction of {len(result)} regions, more than {MOST_RESULTS}")
        if not result:
            return None
        version = _version(given.get("model_version"), model_version)
        return Proposal(tuple(result), _score(given.get("score")), version)

    def _ask(self, method: str, path: str, body: Any, seconds: float) -> dict[str, Any]:
        """The JSON object that it answers; an empty one if it answers nothing."""
        end = time.monotonic() + seconds
        timeout = httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
        url = f"{self.url}/{path}"
        pieces: list[bytes] = []
        size = 0
        try:
            with self._http.stream(method, url, json=body, timeout=timeout) as answer:
                for piece in answer.iter_bytes():
                    size += len(piece)
                    if size > MOST_BYTES:
                        raise self._wrong(f"more than {MOST_BYTES >> 20} MiB")
                    if time.monotonic() > end:
                        raise self._slow(seconds)
                    pieces.append(piece)
        except httpx.TimeoutException:
            raise self._slow(seconds) from None
        except httpx.HTTPError as error:
            problem = str(error) or type(error).__name__
            raise Unavailable("label.suggesting.silent", url=self.url, problem=problem) from None
        return self._object(answer, b"".join(pieces))

    def _object(self, answer: httpx.Response, content: bytes) -> dict[str, Any]:
        if not answer.is_success:
            text = content[: 4 * _SAID].decode("utf-8", "replace")[:_SAID]
            raise self._wrong(f"status {answer.status_code} {text}".strip())
        try:
            found = json.loads(content) if content.strip() else {}
        except (ValueError, RecursionError):
            raise self._wrong("no JSON") from None
        if not isinstance(found, dict):
            raise self._wrong("JSON that is no object")
        return found

    def _wrong(self, problem: str) -> AileronError:
        return Unavailable("label.suggesting.wrong_answer", url=self.url, problem=problem)

    def _slow(self, seconds: float) -> AileronError:
        return Unavailable("label.suggesting.slow", url=self.url, seconds=round(seconds, 1))


def _score(given: Any) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    score = float(given)
    return score if math.isfinite(score) else None


def _version(given: Any, default: str) -> str:
    return given[:MOST_CHARACTERS] if isinstance(given, str) and given else default
