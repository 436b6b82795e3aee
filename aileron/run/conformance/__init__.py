"""Suites that every step and every runner must pass, third parties' included.

Call `check_component`, `check_effect` or `check_wait` in a test of your step, with cases
that are good and cases that it must refuse; `check_runner` in a test of your runner. Each
raises `AssertionError` with what was promised and what happened.
"""

from aileron.run.conformance.runners import PLATFORM_CHECKS, RUNNER_CHECKS, check_runner
from aileron.run.conformance.steps import (
    Case,
    World,
    check_component,
    check_effect,
    check_step,
    check_wait,
)

__all__ = [
    "PLATFORM_CHECKS",
    "RUNNER_CHECKS",
    "Case",
    "World",
    "check_component",
    "check_effect",
    "check_runner",
    "check_step",
    "check_wait",
]
