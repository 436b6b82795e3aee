"""The keys with which a Label Studio may ask a service: one each, made of the platform's."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final

USER: Final = "aileron"
"""The user name of Basic authentication; any is taken."""
_MOST: Final = 1024


def service_key(key: str, project: str, service: str) -> str:
    """What opens one service; `key` is `Settings.labelling_key`."""
    said = b"\0".join([b"suggesting", project.encode(), service.encode()])
    return hmac.new(key.encode(), said, hashlib.sha256).hexdigest()


def allows(key: str, project: str, service: str, authorization: str) -> bool:
    """Whether the header `authorization` holds the service's key: Basic, as password, or Bearer."""
    scheme, _, given = authorization[:_MOST].partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return False
    elif scheme.lower() != "bearer":
        return False
    wanted = service_key(key, project, service)
    return hmac.compare_digest(given.strip().encode(), wanted.encode())
