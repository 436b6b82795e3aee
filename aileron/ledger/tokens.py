"""Tokens: who a program is, and what it may do. Only a digest of the secret is kept.

A secret is 32 random bytes, so a plain SHA-256 of it cannot be turned back; and it is looked
up by that digest, so the time that a lookup takes says nothing about the secret.
"""

from __future__ import annotations

import builtins
import secrets
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Column, DateTime, Table, Text, func, insert, select, update

from aileron.core.access import Actor, Role
from aileron.core.digest import digest_bytes
from aileron.core.errors import NotFound
from aileron.ledger.database import Record, lock_row, metadata, moment
from aileron.ledger.events import Repository

PREFIX: Final = "ail_"
"""Of every secret, so that scanners of code and logs can tell one."""
EVERYWHERE: Final = "default"
"""The project whose events tell of tokens that are good for all projects."""

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("project", Text),
    Column("created_by", Text, nullable=False),
    moment("created"),
    Column("expires", DateTime(timezone=True)),
    Column("revoked", DateTime(timezone=True)),
)
_NOW: Final = func.clock_timestamp().label("now")


class Token(Record):
    """A token as it is kept: without its secret."""

    id: str
    name: str
    role: Role
    project: str | None
    created_by: str
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    now: datetime
    """The database's clock when this was read, by which the token is judged."""

    @property
    def state(self) -> Literal["active", "expired", "revoked"]:
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= self.now else "active"

    @property
    def actor(self) -> Actor:
        """Whom the token makes its bearer."""
        return Actor(name=self.name, role=self.role, project=self.project)


class Tokens(Repository):
    """Tokens by id, and by their secrets."""

    def create(
        self, name: str, role: Role, project: str | None = None, expires: datetime | None = None
    ) -> tuple[Token, str]:
        """Make a token; it and its secret, which is kept nowhere."""
        secret = PREFIX + secrets.token_urlsafe(32)
        values = {
            "id": secrets.token_hex(6),
            "digest": digest_bytes(secret.encode()),
            "name": name,
            "role": role.value,
            "project": project,
            "created_by": self.author.actor,
            "expires": expires,
        }
        with self.database.transaction() as connection:
            statement = insert(tokens).values(values).returning(*_SHOWN)
            token = Token.of(connection.execute(statement).one())
            after = token.model_dump(mode="json", include={"name", "role", "project", "expires"})
            subject = f"token:{token.id}"
            self.author.append(
                connection, project or EVERYWHERE, "token.created", subject, None, after
            )
        return token, secret

    def find(self, secret: str) -> Token | None:
        """The token of that secret, whatever its state; None if there is none."""
        query = select(*_SHOWN).filter_by(digest=digest_bytes(secret.encode()))
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            return Token.of(row) if row else None

    def list(self) -> builtins.list[Token]:
        """All tokens, the newest first."""
        query = select(*_SHOWN).order_by(tokens.c.created.desc())
        with self.database.transaction() as connection:
            return [Token.of(row) for row in connection.execute(query)]

    def revoke(self, token_id: str) -> Token:
        """Make the token worthless; doing it again changes nothing.

        Raises:
            NotFound: there is no such token.
        """
        with self.database.transaction() as connection:
            old = lock_row(connection, tokens, id=token_id)
            if old is None:
                raise NotFound("ledger.no_token", id=token_id)
            if old.revoked is None:
                connection.execute(
                    update(tokens).filter_by(id=token_id).values(revoked=func.clock_timestamp())
                )
                project, subject = old.project or EVERYWHERE, f"token:{token_id}"
                before = {"name": old.name, "role": old.role}
                self.author.append(connection, project, "token.revoked", subject, before, None)
            row = connection.execute(select(*_SHOWN).filter_by(id=token_id)).one()
            return Token.of(row)


_SHOWN: Final = (*(column for column in tokens.c if column.name != "digest"), _NOW)
