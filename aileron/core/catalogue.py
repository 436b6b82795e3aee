"""The installed steps, found by entry points and imported only when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput, NotFound
from aileron.core.steps import Step

GROUP = "aileron.steps"


@cache
def installed() -> Mapping[str, EntryPoint]:
    """Step name -> entry point, of every installed distribution."""
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda p: p.name)}


@cache
def step_class(name: str) -> type[Step]:
    """The class of step `name`.

    Raises:
        NotFound: no installed distribution offers it.
        InvalidInput: it is offered but is not a step of that name.
    """
    if name not in installed():
        raise NotFound("core.unknown_step", name=name, hint=suggestion(name, list(installed())))
    found = installed()[name].load()
    if not (isinstance(found, type) and issubclass(found, Step) and found.name == name):
        raise InvalidInput("core.not_a_step", name=name, target=installed()[name].value)
    return found


def step_target(name: str) -> str:
    """Where step `name` is defined, ``module:Class``, without importing it."""
    step = installed().get(name)
    if step is None:
        raise NotFound("core.unknown_step", name=name, hint=suggestion(name, list(installed())))
    return step.value
