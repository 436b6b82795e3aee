"""Addresses that are good for an hour: who has one needs no login for that one file."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from pathlib import Path
from typing import Final

from aileron.core.errors import Refused

SECONDS: Final = 3600


class Signer:
    """Signs with a key of this installation, which is made when it is first needed."""

    def __init__(self, home: Path) -> None:
        self._file = home / "api" / "download.key"

    def sign(self, what: str) -> dict[str, str]:
        """The query that makes ``what`` good for an hour."""
        expires = int(time.time()) + SECONDS
        return {"expires": str(expires), "signature": self._signature(what, expires)}

    def check(self, what: str, expires: int, signature: str) -> None:
        """Let a signed address pass.

        Raises:
            Refused: it is not signed by this installation, or its hour is over.
        """
        if not hmac.compare_digest(self._signature(what, expires), signature):
            raise Refused("api.wrong_signature")
        if expires < time.time():
            raise Refused("api.signature_expired")

    def _signature(self, what: str, expires: int) -> str:
        said = f"{expires}\n{what}".encode()
        return hmac.new(self._key(), said, hashlib.sha256).hexdigest()

    def _key(self) -> bytes:
        if not self._file.exists():
            self._make()
        return self._file.read_bytes()

    def _make(self) -> None:
        """Two processes at once end with one key: who links it first wins."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_name(f".{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            self._file.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
