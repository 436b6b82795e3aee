"""How people come from Aileron to the labelling pages: a signed ticket, good once and for a minute.

What is signed is JSON in Base64 and a keyed hash of it. A ticket and what the gate keeps in a
browser are signed for different purposes: one never passes for the other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from aileron.core.errors import Language, Refused, Unavailable
from aileron.core.settings import Settings

TICKET_SECONDS: Final = 60.0
OPEN_PATH: Final = "/label/-/open"
_LONGEST: Final = 8192


class Ticket(BaseModel):
    """Who may open which package."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: str
    project: str
    package: int
    look: bool
    """They are not its annotator, and may only look."""
    language: Language
    made: float
    """Seconds since 1970."""
    nonce: str


def link(
    settings: Settings,
    person: str,
    project: str,
    package: int,
    *,
    look: bool = False,
    language: Language = "en",
) -> str:
    """The address at which `person` labels a package; whether they may is the caller's to know.

    Args:
        look: they are not its annotator but may see it.

    Raises:
        Unavailable: labelling is not set up here; says how to.
    """
    if not (settings.labelling_url and settings.labelling_key):
        raise Unavailable("label.studio.missing")
    ticket = Ticket(
        person=person,
        project=project,
        package=package,
        look=look,
        language=language,
        made=time.time(),
        nonce=secrets.token_urlsafe(12),
    )
    key = settings.require("labelling_key")
    signed = sign(key, "ticket", ticket.model_dump(mode="json"))
    return f"{settings.labelling_url.rstrip('/')}{OPEN_PATH}?ticket={signed}"


def read_ticket(key: str, text: str, now: float | None = None) -> Ticket:
    """The ticket that `text` is; whether it was used already is the caller's to know.

    Raises:
        Refused: it is forged, or older than a minute.
    """
    try:
        ticket = Ticket.model_validate(verify(key, "ticket", text))
    except ValidationError:
        raise Refused("label.studio.ticket_wrong") from None
    age = (time.time() if now is None else now) - ticket.made
    if not -TICKET_SECONDS < age < TICKET_SECONDS:
        raise Refused("label.studio.ticket_old")
    return ticket


def hook_secret(key: str) -> str:
    """What Label Studio says with each of its calls, so that nobody else's are heard."""
    return _digest(key, "hook", b"")


def sign(key: str, purpose: str, content: Any) -> str:
    """`content` as JSON with its keyed hash, in characters of URLs."""
    body = json.dumps(content, separators=(",", ":")).encode()
    return f"{base64.urlsafe_b64encode(body).decode().rstrip('=')}.{_digest(key, purpose, body)}"


def verify(key: str, purpose: str, text: str) -> Any:
    """What was signed for `purpose`.

    Raises:
        Refused: it was not signed with this key for that.
    """
    encoded, _, digest = text[:_LONGEST].partition(".")
    try:
        body = base64.urlsafe_b64decode(encoded.encode() + b"=" * (-len(encoded) % 4))
    except ValueError:
        raise Refused("label.studio.ticket_wrong") from None
    if not hmac.compare_digest(digest.encode(), _digest(key, purpose, body).encode()):
        raise Refused("label.studio.ticket_wrong")
    return json.loads(body)


def _digest(key: str, purpose: str, body: bytes) -> str:
    return hmac.new(key.encode(), purpose.encode() + b"\0" + body, hashlib.sha256).hexdigest()
