"""Waiting for what other processes do."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(happened: Callable[[], T], seconds: float, what: str = "") -> T:
    """What `happened()` gives once it is true; fail the test if it is not in time.

    Args:
        what: is waited for, in the words of the failure.
    """
    began = looked = time.monotonic()
    while not (found := happened()):
        now = time.monotonic()
        assert now - began < seconds, f"no {what or 'sign of it'} within {seconds:g} s"
        time.sleep(max(0.02, now - looked))  # what is dear to look at is not looked at all the time
        looked = time.monotonic()
    return found
