"""The routes under ``/api/v1``, one module per noun. Each names the verb that it needs."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter
from fastapi.routing import APIRoute

from aileron.api.problem import PROBLEMS
from aileron.api.request import Needs
from aileron.api.routes import (
    admin,
    algorithms,
    approvals,
    browse,
    catalogue,
    choices,
    connections,
    datasets,
    drafts,
    exports,
    images,
    jobs,
    labelling,
    lifecycles,
    models,
    platform,
    pools,
    runs,
    services,
    tokens,
    uploads,
    works,
)
from aileron.core.access import NEEDS

PREFIX = "/api/v1"


@cache
def all_routes() -> APIRouter:
    """Every route that needs a login. An application copies them."""
    router = APIRouter(prefix=PREFIX, responses=PROBLEMS)
    data = (catalogue, datasets, works, choices, connections, uploads, drafts, browse, labelling)
    work = (lifecycles, runs, approvals, jobs, algorithms, models, services, pools, images)
    for module in (platform, *work, *data, tokens, admin):
        router.include_router(module.router)
    for more in (catalogue.versions, exports.router):
        router.include_router(more)
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.openapi_extra = {"x-role": NEEDS[verb_of(route)].value}
    return router


def verb_of(route: APIRoute) -> str:
    """The verb that the route says it needs; one that says none is a programming error."""
    calls = (dependant.call for dependant in route.dependant.dependencies)
    (verb,) = (call.verb for call in calls if isinstance(call, Needs))
    return verb
