"""How proposed expectations are written: their JSON, and numbers that people like to read."""

from __future__ import annotations

from typing import Any

Expectation = dict[str, Any]
"""``{"type", "kwargs"}`` and `severity` where a failure is to stop nothing."""


def critical(kind: str, **kwargs: Any) -> Expectation:
    """An expectation whose failure stops a run."""
    return {"type": kind, "kwargs": kwargs}


def warning(kind: str, **kwargs: Any) -> Expectation:
    """An expectation whose failure is told."""
    return {"type": kind, "kwargs": kwargs, "severity": "warning"}


def share(mostly: float) -> dict[str, float]:
    """The argument that lets some values fail; none if all must hold."""
    return {} if mostly == 1.0 else {"mostly": mostly}


def widened(low: float, high: float) -> tuple[float, float]:
    """The numbers seen, widened by half their range on each side; never from 0 to below it."""
    slack = (high - low) / 2 or abs(high) / 2
    lower = low - slack
    return (short(max(lower, 0.0) if low >= 0 else lower), short(high + slack))


def short(value: float) -> float:
    """`value` with six digits, whole if it is."""
    rounded = float(f"{value:.6g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded
