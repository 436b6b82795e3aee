"""Label Studio as the gate asks it: in the platform's name, never with what the browser sent.

Its API takes the platform's token. Its pages want a session of Django's, which the gate opens
once and keeps to itself.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Final

import httpx

from aileron.core.errors import Unavailable
from aileron.label.studio.server import ACCOUNT

ASKED: Final = ("accept", "accept-language", "content-type", "if-none-match", "if-modified-since")
"""Headers of a browser that Label Studio gets."""
PATIENCE: Final = httpx.Timeout(60.0, connect=5.0)
_CSRF: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Upstream:
    """The Label Studio behind the gate.

    Args:
        url: where it listens.
        token: the API token and the password of its one account.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._http = httpx.AsyncClient(
            base_url=self.url, timeout=PATIENCE, trust_env=False, follow_redirects=False
        )
        self._session: str | None = None
        self._login = asyncio.Lock()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> httpx.Response:
        """The answer to a request of its API, read to its end.

        Raises:
            Unavailable: it does not answer.
        """
        own = {"Authorization": f"Token {self._token}"}
        return await self._send(method, path, query, {**chosen(headers or {}), **own}, body)

    async def file(self, path: str, headers: Mapping[str, str]) -> httpx.Response:
        """One of its files, which everybody may have: nobody's name is said.

        Raises:
            Unavailable: it does not answer.
        """
        return await self._send("GET", path, "", chosen(headers), b"")

    async def page(self, path: str, query: str = "", language: str = "en") -> httpx.Response:
        """One of its pages, as its account sees it.

        Raises:
            Unavailable: it does not answer, or lets its own account not in.
        """
        for fresh in (False, True):
            session = await self._signed_in(fresh=fresh)
            headers = {"Cookie": f"sessionid={session}", "Accept-Language": language}
            answer = await self._send("GET", path, query, headers, b"")
            if answer.status_code != 302:  # to the page where one signs in
                return answer
        raise Unavailable("api.labelling.no_session")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _signed_in(self, *, fresh: bool) -> str:
        async with self._login:
            if self._session is None or fresh:
                self._session = await self._sign_in()
            return self._session

    async def _sign_in(self) -> str:
        form = await self._send("GET", "/user/login/", "", {}, b"")
        match = _CSRF.search(form.text)
        if match is None:
            raise Unavailable("api.labelling.no_session")
        answer = await self._http.post(
            "/user/login/",
            data={
                "email": ACCOUNT,
                "password": self._token,
                "csrfmiddlewaretoken": match.group(1),
                "persist_session": "on",
            },
            headers={
                "Cookie": f"csrftoken={form.cookies['csrftoken']}",
                "Referer": f"{self.url}/user/login/",
            },
        )
        self._http.cookies.clear()
        session = answer.cookies.get("sessionid")
        if session is None:
            raise Unavailable("api.labelling.no_session")
        return session

    async def _send(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> httpx.Response:
        url = httpx.URL(path=path, query=query.encode("ascii", "ignore"))
        try:
            answer = await self._http.request(
                method, url, headers=dict(headers), content=body or None
            )
        except httpx.HTTPError as error:
            problem = str(error) or type(error).__name__
            raise Unavailable("label.studio.silent", url=self.url, problem=problem) from None
        self._http.cookies.clear()
        return answer


def chosen(headers: Mapping[str, str]) -> dict[str, str]:
    """What of a browser's headers goes on to Label Studio: no cookie, no authorization."""
    return {name: headers[name] for name in ASKED if name in headers}
