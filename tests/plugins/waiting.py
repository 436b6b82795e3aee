"""Waiting for what other processes do."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")
BUSY: Final = 4
"""So much longer is waited than on an idle machine: tests run beside each other on few cores."""


def wait_until(happened: Callable[[], T], seconds: float, what: str = "") -> T:
    """What `happened()` gives once it is true; fail the test if it is not in time.

    Args:
        seconds: in which it happens on an idle machine.
        what: is waited for, in the words of the failure.
    """
    began = looked = time.monotonic()
    while not (found := happened()):
        now = time.monotonic()
        assert now - began < BUSY * seconds, (
            f"not in {BUSY * seconds:g} s: {what or 'what is waited for'}"
        )
        time.sleep(max(0.02, now - looked))  # what is dear to look at is not looked at all the time
        looked = time.monotonic()
    return found
