"""Files by http and https, resumed by byte ranges (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from aileron.core.errors import InvalidInput, NotFound, Refused, Unavailable
from aileron.data.sources.transfer import Broken, FarFile, Opened, Stamp

MOST_REDIRECTS: Final = 5
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which the same question may succeed."""
NO_HEAD: Final = frozenset({400, 403, 404, 405, 501})
"""Answers of servers that know GET alone."""
PLAIN: Final[Mapping[str, str]] = {"Accept-Encoding": "identity", "User-Agent": "aileron"}


class WebFile(FarFile):
    """What a URL leads to.

    Args:
        http: follows no redirects by itself; each is checked here and where it connects.
    """

    def __init__(self, url: str, http: httpx.Client) -> None:
        self.url = url
        self.where = without_query(url)
        self._http = http

    def stamp(self) -> Stamp:
        try:
            with self._answered("HEAD", {}, NO_HEAD) as answer:
                if answer.status_code not in NO_HEAD:
                    return _stamp(answer)
            with self._answered("GET", {}) as answer:
                return _stamp(answer)
        except httpx.HTTPError as error:
            raise Broken(_said(error)) from error

    @contextmanager
    def open(self, start: int, stamp: Stamp) -> Iterator[Opened]:
        headers = {}
        if start:
            headers["Range"] = f"bytes={start}-"
            if stamp.tag and not stamp.tag.startswith("W/"):  # a weak tag is refused in If-Range
                headers["If-Range"] = stamp.tag
        try:
            with self._answered("GET", headers, frozenset({416})) as answer:
                if answer.status_code == 416:
                    raise Broken("the file became shorter")
                yield _opened(answer, start)
        except httpx.HTTPError as error:
            raise Broken(_said(error)) from error

    @contextmanager
    def _answered(
        self, method: str, headers: Mapping[str, str], kept: frozenset[int] = frozenset()
    ) -> Iterator[httpx.Response]:
        """The answer after redirects; its status is one of success, or one of `kept`."""
        url = self.url
        for _ in range(MOST_REDIRECTS + 1):
            with self._http.stream(method, url, headers={**PLAIN, **headers}) as answer:
                if answer.status_code not in REDIRECTS:
                    if answer.status_code not in kept:
                        _check(answer, self.where)
                    yield answer
                    return
                url = _next(url, answer, self.where)
        raise InvalidInput("data.sources.redirects", where=self.where, limit=MOST_REDIRECTS)


def without_query(url: str) -> str:
    """`url` for sentences and logs: a query often holds a signature."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{unquote(parts.path)}"


def _next(url: str, answer: httpx.Response, where: str) -> str:
    """Where a redirect leads."""
    target = urljoin(url, str(answer.headers.get("location", "")))
    parts = urlsplit(target)
    plain = parts.scheme == "http" and urlsplit(url).scheme == "https"
    if parts.scheme not in ("http", "https") or not parts.hostname or plain:
        raise Refused("data.sources.bad_redirect", where=where, target=without_query(target))
    return target


def _check(answer: httpx.Response, where: str) -> None:
    status = answer.status_code
    if status in (200, 206):
        return
    if status in PASSING:
        raise Broken(f"HTTP {status}")
    if status in (404, 410):
        raise NotFound("data.sources.not_there", where=where)
    if status in (401, 403):
        raise Refused("data.sources.not_allowed_there", where=where, problem=f"HTTP {status}")
    raise Unavailable("data.sources.server_said", where=where, problem=f"HTTP {status}")


def _stamp(answer: httpx.Response) -> Stamp:
    """The state of the whole file, of an answer with all or a part of it."""
    tag = answer.headers.get("etag") or answer.headers.get("last-modified")
    if answer.headers.get("content-encoding", "identity") != "identity":
        return Stamp(None, None)  # its length is that of the packed form
    size = answer.headers.get("content-length")
    if answer.status_code == 206:
        size = answer.headers.get("content-range", "").rpartition("/")[2]
    return Stamp(int(size) if size and size.isdecimal() else None, tag)


def _opened(answer: httpx.Response, start: int) -> Opened:
    begun = 0
    if answer.status_code == 206:
        found = re.match(r"bytes (\d+)-", answer.headers.get("content-range", ""))
        if found is None or int(found[1]) != start:
            raise Broken("the server sent another range")
        begun = start
    return Opened(_stamp(answer), begun, answer.iter_bytes())


def _said(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
