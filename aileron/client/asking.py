"""How a question is put to another machine's `aileron.api`, and what its answer is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

import httpx
from pydantic import TypeAdapter

from aileron.client import records as r
from aileron.core.errors import (
    AileronError,
    Conflict,
    InvalidInput,
    Language,
    NotFound,
    Refused,
    StepFailed,
    Unavailable,
    preferred_language,
)

PREFIX: Final = "/api/v1"
SECONDS: Final = 150.0
"""How long one call may take: a promotion waits for its service to be healthy."""
_ERRORS: Final[Mapping[int, type[AileronError]]] = {
    400: InvalidInput,
    401: Refused,
    403: Refused,
    404: NotFound,
    405: InvalidInput,
    409: Conflict,
    413: InvalidInput,
    415: InvalidInput,
    422: InvalidInput,
    500: StepFailed,
    507: InvalidInput,
}
PAGES: Final = ("/report", "/validation")
MEDIUM: Final = "/medium"
"""Paths that end so answer with bytes of many types."""
AnswerT = TypeVar("AnswerT")


class Asking:
    """The connection to an installation on another machine.

    Args:
        url: of the API, without ``/api/v1``: where `aileron api` listens, or Airflow's
            address with ``/aileron``.
        token: the secret of an API token.
        project: default: the token's, else ``default``.
        http: a client to use instead of a new one, for tests.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        project: str | None = None,
        language: Language | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self._project = project
        self._http = http or _http(url)
        self._headers: dict[str, str] = {"Accept-Language": language or preferred_language()}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        self._http.close()

    def _get(self, kind: type[AnswerT], path: str, **query: Any) -> AnswerT:
        answer = self._call("GET", path, self._query(**query))
        return TypeAdapter(kind).validate_json(answer.content)

    def _get_of_run(
        self, kind: type[AnswerT], run_id: str, rest: str = "", **query: Any
    ) -> AnswerT:
        """A run has its project in its path, so its routes take none in the query."""
        answer = self._call("GET", f"runs/{run_path(run_id)}{rest}", query)
        return TypeAdapter(kind).validate_json(answer.content)

    def _post(
        self, kind: type[AnswerT], path: str, body: r.Asked | None = None, *, in_path: bool = False
    ) -> AnswerT:
        query = {} if in_path else self._query()
        text = body.model_dump_json() if body is not None else None
        answer = self._call("POST", path, query, text)
        return TypeAdapter(kind).validate_json(answer.content)

    def _download(self, run_id: str, rest: str, target: Path) -> None:
        """Write a run's file to `target`, which is new: whole, or not at all."""
        self._stream(f"runs/{run_path(run_id)}{rest}", {}, target)

    def _fetch(self, path: str, query: Mapping[str, Any], target: Path) -> None:
        """Write what is at `path` to `target`, which is new: whole, or not at all."""
        self._stream(path, self._query(**query), target)

    def _stream(self, path: str, query: Mapping[str, Any], target: Path) -> None:
        if target.exists():
            raise InvalidInput("client.target_exists", where=str(target))
        url = f"{self.url}{PREFIX}/{path}"
        draft = target.with_name(f".{target.name}.part")
        try:
            with self._http.stream("GET", url, params=dict(query), headers=self._headers) as answer:
                if answer.is_error:
                    answer.read()
                    raise _error(answer, self.url)
                with draft.open("wb") as file:
                    for piece in answer.iter_bytes():
                        file.write(piece)
            draft.rename(target)
        except httpx.HTTPError as error:
            problem = str(error) or type(error).__name__
            raise Unavailable("client.api_down", where=self.url, problem=problem) from None
        finally:
            draft.unlink(missing_ok=True)

    def _send(
        self, method: str, kind: type[AnswerT], path: str, body: r.Asked | None = None
    ) -> AnswerT:
        text = body.model_dump_json() if body is not None else None
        answer = self._call(method, path, self._query(), text)
        return TypeAdapter(kind).validate_json(answer.content)

    def _query(self, **query: Any) -> dict[str, Any]:
        asked = {**query, "project": self._project}
        return {name: value for name, value in asked.items() if value is not None}

    def _call(
        self, method: str, path: str, query: Mapping[str, Any] = {}, body: str | None = None
    ) -> httpx.Response:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        content = body.encode() if body is not None else None
        answer = self._answered(method, path, query, content, headers)
        wanted = "text/html" if path.endswith(PAGES) else "application/json"
        if not path.endswith(MEDIUM) and wanted not in answer.headers.get("content-type", ""):
            raise InvalidInput("client.not_an_api", where=self.url)
        return answer

    def _sent(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> httpx.Response:
        """An answer that need not be JSON."""
        return self._answered(method, path, self._query(), content, headers)

    def _answered(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any],
        content: bytes | None,
        headers: Mapping[str, str],
    ) -> httpx.Response:
        """The answer to a request, one of success."""
        url = f"{self.url}{PREFIX}/{path}"
        try:
            answer = self._http.request(
                method,
                url,
                params=dict(query),
                content=content,
                headers={**self._headers, **headers},
            )
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise InvalidInput("client.bad_api_url", where=self.url) from None
        except httpx.HTTPError as error:
            problem = str(error) or type(error).__name__
            raise Unavailable("client.api_down", where=self.url, problem=problem) from None
        if answer.is_error:
            raise _error(answer, self.url)
        return answer


def run_path(run_id: str) -> str:
    """A run's id as three parts of a path.

    Raises:
        NotFound: it has fewer, so no run has it.
    """
    parts = run_id.split("/", 2)
    if len(parts) < 3:
        raise NotFound("ledger.no_run", run_id=run_id)
    return "/".join(quote(part, safe="") for part in parts)


def _http(url: str) -> httpx.Client:
    """Connections that take a proxy's way to other machines only."""
    here = urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
    return httpx.Client(timeout=httpx.Timeout(SECONDS, connect=10.0), trust_env=not here)


def _error(answer: httpx.Response, url: str) -> AileronError:
    """What the server said, as the error that it was there."""
    kind = _ERRORS.get(answer.status_code, Unavailable)
    try:
        text = str(answer.json()["error_msg"])
    except (ValueError, KeyError, TypeError):
        problem = f"HTTP {answer.status_code}"
        return Unavailable("client.api_down", where=url, problem=problem)
    return kind("client.told", text=text)
