"""Who asks: what a place that serves the API must be able to say, and tokens as one way.

Airflow's login is the other way; it lives with the operators, since this package does not
know Airflow.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from aileron.api.bml.problem import PREFIX as BML
from aileron.api.place import path_of
from aileron.core.access import Actor
from aileron.core.errors import AileronError
from aileron.ledger import Ledger

COOKIE: Final = "aileron_token"


class NoLogin(AileronError):
    """Nobody is known to ask: no login, or one that is not good."""

    http_status = 401


@dataclass(frozen=True)
class Asker:
    """Who asks, and whether a browser added the login by itself."""

    actor: Actor
    by_cookie: bool


class IdentityProvider(ABC):
    """Tells who sends a request. Raises `NoLogin` for nobody, never answers with a guess."""

    kind: ClassVar[Literal["token", "airflow"]]

    @abstractmethod
    async def identify(self, request: Request) -> Asker:
        """Who asks.

        Raises:
            NoLogin: there is no login, or it is wrong, expired or revoked.
            Refused: somebody is logged in who has no role here.
            Unavailable: that cannot be found out now.
        """


class TokenIdentity(IdentityProvider):
    """API tokens of the ledger: as a bearer, or in the cookie of the sign-in page."""

    kind = "token"

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def identify(self, request: Request) -> Asker:
        header = bearer(request)
        if header is None and path_of(request.scope).startswith(BML):
            header = request.query_params.get("access_token")
        secret = header if header is not None else request.cookies.get(COOKIE)
        if not secret:
            raise NoLogin("api.no_login")
        actor = await run_in_threadpool(self.actor_of, secret)
        return Asker(actor, by_cookie=header is None)

    def actor_of(self, secret: str) -> Actor:
        """Whom the token makes its bearer.

        Raises:
            NoLogin: it is unknown, expired or revoked.
        """
        token = self._ledger.tokens.find(secret)
        if token is None:
            raise NoLogin("api.wrong_token")
        if token.state != "active":
            raise NoLogin(f"api.token_{token.state}", name=token.name)
        return token.actor


def bearer(request: Request) -> str | None:
    """The token of the Authorization header; None without such a header."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, secret = header.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""
