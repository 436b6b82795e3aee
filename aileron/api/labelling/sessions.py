"""Who sits at a browser: a signed cookie, made from tickets, each of which is good once."""

from __future__ import annotations

import time
from typing import Final

from fastapi import Response
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request

from aileron.api.identity import NoLogin
from aileron.core.errors import Language, Refused
from aileron.label.tickets import TICKET_SECONDS, Ticket, read_ticket, sign, verify

COOKIE: Final = "aileron_label"
PATH: Final = "/label"
SECONDS: Final = 2 * 3600.0
MOST: Final = 8
"""Packages that one browser has open; the one that was opened first is forgotten."""


class Grant(BaseModel):
    """A package that was opened here; whether it still may be, is asked each time."""

    model_config = ConfigDict(frozen=True)

    project: str
    package: int
    look: bool


class Session(BaseModel):
    """A person at a browser."""

    model_config = ConfigDict(frozen=True)

    person: str
    language: Language
    until: float
    grants: tuple[Grant, ...] = ()
    """The newest first."""


class Sessions:
    """Makes sessions of tickets and cookies.

    A gate forgets used tickets when it ends, so it takes none that is older than itself.

    Args:
        key: what tickets and cookies are signed with.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._begun = time.time()
        self._used: dict[str, float] = {}

    def redeem(self, text: str, before: Session | None) -> tuple[Session, Ticket]:
        """The session that a ticket opens, with what the same person had open `before`.

        Raises:
            Refused: the ticket is forged, too old, or was used.
        """
        ticket = read_ticket(self._key, text)
        now = time.time()
        for nonce in [nonce for nonce, made in self._used.items() if made < now - TICKET_SECONDS]:
            del self._used[nonce]
        if ticket.nonce in self._used or ticket.made < self._begun:
            raise Refused("api.labelling.ticket_used")
        self._used[ticket.nonce] = ticket.made + TICKET_SECONDS
        grant = Grant(project=ticket.project, package=ticket.package, look=ticket.look)
        kept = before.grants if before is not None and before.person == ticket.person else ()
        others = tuple(
            one for one in kept if (one.project, one.package) != (grant.project, grant.package)
        )
        session = Session(
            person=ticket.person,
            language=ticket.language,
            until=now + SECONDS,
            grants=(grant, *others)[:MOST],
        )
        return session, ticket

    def of(self, request: Request) -> Session:
        """Whose browser sends a request.

        Raises:
            NoLogin: nobody's: no cookie, a forged one, or one that is over.
        """
        text = request.cookies.get(COOKIE)
        if not text:
            raise NoLogin("api.labelling.no_cookie")
        try:
            session = Session.model_validate(verify(self._key, "session", text))
        except (Refused, ValidationError):
            raise NoLogin("api.labelling.wrong_cookie") from None
        if session.until < time.time():
            raise NoLogin("api.labelling.session_over")
        return session

    def find(self, request: Request) -> Session | None:
        """`of`, or None."""
        try:
            return self.of(request)
        except NoLogin:
            return None

    def keep(self, response: Response, session: Session, *, secure: bool) -> None:
        """Have the browser keep the session."""
        response.set_cookie(
            COOKIE,
            sign(self._key, "session", session.model_dump(mode="json")),
            max_age=int(SECONDS),
            path=PATH,
            httponly=True,
            samesite="lax",
            secure=secure,
        )
