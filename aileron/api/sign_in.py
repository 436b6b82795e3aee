"""Signing in with a token where there is no other login: it goes into a cookie.

A cookie that scripts cannot read keeps the token safer than the page could, and lets a
report in a frame be loaded. Writes that it identifies must come from our own pages: see
`aileron.api.guard.check_origin`.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from aileron.api.identity import COOKIE, TokenIdentity
from aileron.api.problem import PROBLEMS
from aileron.api.routes import PREFIX
from aileron.client import records as r

router = APIRouter(prefix=PREFIX, tags=["platform"], responses=PROBLEMS)
"""The only routes of the API that need no login."""


@router.post("/session", summary="Sign in", status_code=204)
async def sign_in(request: Request, body: r.SignIn) -> Response:
    """Keep the token in a cookie of this browser; 401 if it is not good."""
    identity: TokenIdentity = request.app.state.identity
    secret = body.token.strip()
    await run_in_threadpool(identity.actor_of, secret)
    answer = Response(status_code=204)
    answer.set_cookie(
        COOKIE,
        secret,
        path=request.scope.get("root_path") or "/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.delete("/session", summary="Sign out", status_code=204)
def sign_out(request: Request) -> Response:
    """Forget the token in this browser; the token itself stays good."""
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path=request.scope.get("root_path") or "/")
    return answer
