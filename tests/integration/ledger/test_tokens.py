"""Tokens in the ledger: only digests are kept, time and revocation end them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from aileron.core.access import Role
from aileron.core.errors import NotFound
from aileron.ledger import Ledger


def test_a_token_is_found_by_its_secret_alone(ledger: Ledger) -> None:
    token, secret = ledger.acting("li").tokens.create("ci", Role.DEVELOPER, "default")
    found = ledger.tokens.find(secret)
    assert found is not None
    assert (found.id, found.state, found.created_by) == (token.id, "active", "li")
    assert (found.actor.name, found.actor.role, found.actor.project) == (
        "ci", Role.DEVELOPER, "default",
    )  # fmt: skip
    assert ledger.tokens.find(secret + "x") is None
    assert ledger.tokens.find(token.id) is None


def test_the_secret_is_kept_nowhere(ledger: Ledger) -> None:
    _, secret = ledger.tokens.create("ci", Role.ADMIN)
    with ledger._database.transaction() as connection:
        rows = [*connection.execute(text("SELECT * FROM tokens"))]
        rows += [*connection.execute(text("SELECT * FROM events"))]
    assert rows
    assert secret not in str(rows)
    assert secret.removeprefix("ail_") not in str(rows)


def test_time_ends_a_token_by_the_databases_clock(ledger: Ledger) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    ago = datetime.now(UTC) - timedelta(seconds=1)
    states = {
        name: ledger.tokens.create(name, Role.VIEWER, expires=expires)[0].state
        for name, expires in (("soon", soon), ("ago", ago), ("never", None))
    }
    assert states == {"soon": "active", "ago": "expired", "never": "active"}


def test_a_revoked_token_stays_revoked_and_both_changes_are_events(ledger: Ledger) -> None:
    token, secret = ledger.tokens.create("ci", Role.VIEWER)
    first = ledger.acting("li").tokens.revoke(token.id)
    again = ledger.tokens.revoke(token.id)
    assert (first.state, again.revoked) == ("revoked", first.revoked)
    found = ledger.tokens.find(secret)
    assert found is not None
    assert found.state == "revoked"
    events = ledger.events.list("default", subject=f"token:{token.id}")
    assert [(event.verb, event.actor) for event in events] == [
        ("token.revoked", "li"),
        ("token.created", "system"),
    ]
    with pytest.raises(NotFound, match="no token nothing"):
        ledger.tokens.revoke("nothing")
