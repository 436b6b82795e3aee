"""HTML that steps wrote, handed on so that it can do nothing: no script, no request."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response

SANDBOX: Final = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; "
    "frame-ancestors 'self'"
)
PAGE: Final[dict[str, Any]] = {
    "response_class": Response,
    "responses": {
        200: {"description": "The page.", "content": {"text/html": {"schema": {"type": "string"}}}}
    },
}
"""How a route that answers with such a page is documented."""


def page(html: str) -> Response:
    """`html`, which its reader's browser treats as from nowhere."""
    headers = {"Content-Security-Policy": SANDBOX, "Cache-Control": "private, no-cache"}
    return Response(html, media_type="text/html; charset=utf-8", headers=headers)
