"""Tickets: what is signed for one purpose is good for that one, and for a minute."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from aileron.core.errors import Refused, Unavailable
from aileron.core.settings import Settings
from aileron.label.tickets import hook_secret, link, read_ticket, sign, verify

HERE = Settings(
    workspace=Path("w"), home=Path("h"), labelling_url="http://x/", labelling_key=SecretStr("k")
)


def ticket(**more: object) -> str:
    return link(HERE, "anna", "default", 7, **more).partition("?ticket=")[2]  # type: ignore[arg-type]


def test_a_link_says_who_may_do_what() -> None:
    assert link(HERE, "anna", "default", 7).startswith("http://x/label/-/open?ticket=")
    read = read_ticket("k", ticket(look=True, language="zh"))
    assert (read.person, read.project, read.package) == ("anna", "default", 7)
    assert (read.look, read.language) == (True, "zh")
    assert read_ticket("k", ticket()).nonce != read_ticket("k", ticket()).nonce


def test_without_labelling_there_is_no_link() -> None:
    with pytest.raises(Unavailable, match="make labelling"):
        link(Settings(workspace=Path("w"), home=Path("h")), "anna", "default", 7)


@pytest.mark.parametrize("text", ["", ".", "x", "x.y", "a" * 9000, "é.é", ticket()[:-1]])
def test_what_was_not_signed_here_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_ticket("k", text)


def test_a_key_and_a_purpose_sign_for_themselves_alone() -> None:
    assert verify("k", "session", sign("k", "session", {"a": 1})) == {"a": 1}
    for key, purpose in (("k", "ticket"), ("K", "session")):
        with pytest.raises(Refused):
            verify(key, purpose, sign("k", "session", {"a": 1}))
    with pytest.raises(Refused):
        read_ticket("k", sign("k", "ticket", {"person": "anna"}))
    assert hook_secret("k") != hook_secret("K")


def test_a_ticket_ages() -> None:
    text = ticket()
    now = time.time()
    assert read_ticket("k", text, now + 50).person == "anna"
    for other in (now + 61, now - 61):
        with pytest.raises(Refused, match="one minute"):
            read_ticket("k", text, other)
