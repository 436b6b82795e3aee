"""Answers with bytes of which a reader may ask for a part, so that players can seek.

One range is understood (RFC 9110, section 14); of several, or one that makes no sense, the whole
is sent, as the standard allows. One beyond the end is refused with 416.
"""

from __future__ import annotations

import re
from typing import Any, Final

from fastapi import Response

from aileron.core.errors import AileronError

POLICY: Final = "sandbox; default-src 'none'"
"""What was imported does nothing, even where it is opened by its address."""
BYTES: Final[dict[str, Any]] = {
    "response_class": Response,
    "responses": {
        200: {
            "description": "The bytes.",
            "content": {"application/octet-stream": {"schema": {"type": "string"}}},
        },
        206: {"description": "The part that `Range` asks for."},
    },
}
"""How a route that answers so is documented."""
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


class BeyondEnd(AileronError):
    """The part that is asked for begins where there is nothing any more."""

    http_status = 416


def part_of(content: bytes, kind: str, wanted: str | None, *, forever: bool = False) -> Response:
    """`content` of type `kind`, or the part of it that the header `Range` names.

    Raises:
        BeyondEnd: the part begins beyond the end.
    """
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Security-Policy": POLICY,
        "Cache-Control": "private, max-age=31536000, immutable" if forever else "private, no-cache",
    }
    bounds = _bounds(wanted, len(content))
    if bounds is None:
        return Response(content, media_type=kind, headers=headers)
    first, last = bounds
    if first > last:
        raise BeyondEnd("api.beyond_end", first=first, size=len(content))
    headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], 206, media_type=kind, headers=headers)


def _bounds(wanted: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte; None is all of them."""
    match = _RANGE.fullmatch(wanted.strip()) if wanted else None
    if match is None or match.group() == "bytes=-":
        return None
    first, last = match.groups()
    if not first:  # the last so many
        return max(size - int(last), 0), size - 1
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) if last else size - 1, size - 1)
