"""What a package pins: each distribution that serving needs, and each one those need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from aileron.core.errors import InvalidInput

RUNTIME: Final = (
    "fastapi", "httptools", "numpy", "orjson", "prometheus-client", "starlette",
    "uvicorn", "uvloop",
)  # fmt: skip
"""What `aileron.serve` imports, whatever the model."""


def pinned(requirements: Sequence[str]) -> tuple[str, ...]:
    """``name==version`` of `requirements` and all they need, as installed here, sorted.

    Raises:
        InvalidInput: one is not installed, or not in the version that is asked for.
    """
    found: dict[str, str] = {}
    todo = [(Requirement(text), "the package") for text in requirements]
    seen: set[str] = set()
    while todo:
        requirement, asked_by = todo.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        owner = _installed(requirement, asked_by)
        found[canonicalize_name(owner.name)] = owner.version
        todo += [(needed, owner.name) for needed in _needed(owner, requirement.extras)]
    return tuple(sorted(f"{name}=={version}" for name, version in found.items()))


def _installed(requirement: Requirement, asked_by: str) -> Distribution:
    try:
        owner = distribution(requirement.name)
    except PackageNotFoundError:
        raise InvalidInput(
            "package.not_installed", requirement=str(requirement), asked_by=asked_by
        ) from None
    if not requirement.specifier.contains(owner.version, prereleases=True):
        raise InvalidInput(
            "package.other_version",
            requirement=str(requirement),
            asked_by=asked_by,
            found=owner.version,
        )
    return owner


def _needed(owner: Distribution, extras: set[str]) -> Iterator[Requirement]:
    """What `owner` needs on this machine and Python, with these extras."""
    for text in owner.requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": e}) for e in (extras or {""})):
            requirement.marker = None
            yield requirement
