"""Tokens: the logins of programs, and of people where Airflow's login is not used."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from aileron.api.request import ClientOf, needs
from aileron.client import records as r

router = APIRouter(prefix="/tokens", tags=["tokens"])


@router.get("", summary="List tokens", dependencies=[needs("token.manage")])
def tokens(client: ClientOf) -> tuple[r.Token, ...]:
    """Without their secrets, the newest first."""
    return client.tokens()


@router.post("", summary="Make a token", status_code=201, dependencies=[needs("token.manage")])
def create(client: ClientOf, body: r.NewToken) -> r.MadeToken:
    """The answer holds the secret, which is kept nowhere and shown this once."""
    return client.create_token(body.name, body.role, body.project, body.days)


@router.delete("/{token_id}", summary="Revoke a token", dependencies=[needs("token.manage")])
def revoke(
    client: ClientOf, token_id: Annotated[str, Path(pattern=r"^[a-z0-9]{1,32}$")]
) -> r.Token:
    """It is worthless from now on."""
    return client.revoke_token(token_id)
