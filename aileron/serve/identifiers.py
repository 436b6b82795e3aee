"""Numbers and names that tell one request from all others."""

from __future__ import annotations

import os
import re
import threading
import time
from typing import Final
from uuid import uuid4

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._:\-]{1,128}")


class LogIds:
    """Unique 63-bit numbers: milliseconds (41 bits), process (12, random), sequence (10).

    Two processes share numbers only if they drew the same 12 bits and answer in the same
    millisecond. When a millisecond's sequence is used up, the next one is borrowed.
    """

    def __init__(self) -> None:
        self._process = (int.from_bytes(os.urandom(2), "big") & 0xFFF) << 10
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        with self._lock:
            ticks = time.time_ns() // 1_000_000 << 10
            self._last = ticks if ticks > self._last else self._last + 1
            return (self._last >> 10) << 22 | self._process | (self._last & 0x3FF)


def request_id(offered: bytes | None) -> bytes:
    """The client's ``X-Request-Id`` if it is a plain word, else a new one."""
    if offered is not None and _REQUEST_ID.fullmatch(offered):
        return offered
    return uuid4().hex.encode()
