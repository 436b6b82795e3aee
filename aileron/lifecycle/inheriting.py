"""Which nodes get what uv is told by: those that make the environment of a package."""

from __future__ import annotations

from typing import Final

from aileron.container.settings import PROXIES

MAKING: Final = frozenset({"package.bento", "package.boot_check"})
VARIABLES: Final = (
    "UV_CACHE_DIR", "UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS", "PIP_FIND_LINKS", *PROXIES,
)  # fmt: skip


def told(step: str) -> tuple[str, ...]:
    """The variables that a node of `step` inherits from the process that starts it."""
    return VARIABLES if step in MAKING else ()
