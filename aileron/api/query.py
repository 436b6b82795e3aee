"""No parameter is accepted and ignored: an unknown one is refused with the known ones' names."""

from __future__ import annotations

from fastapi import Request
from fastapi.dependencies.utils import get_flat_dependant
from fastapi.routing import APIRoute

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput


def known_query(request: Request) -> None:
    """A dependency of the whole application.

    Raises:
        InvalidInput: a parameter that the route does not have.
    """
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    known = [field.alias for field in get_flat_dependant(route.dependant).query_params]
    for name in request.query_params:
        if name not in known:
            hint = suggestion(name, known) or "-"
            raise InvalidInput("api.unknown_query", name=name[:100], hint=hint)
