"""The routes under ``/api/v1``, one module per noun. Each names the verb that it needs."""

from __future__ import annotations

from fastapi import APIRouter

from aileron.api.routes import (
    approvals,
    datasets,
    lifecycles,
    models,
    platform,
    runs,
    services,
    tokens,
)

PREFIX = "/api/v1"


def all_routes() -> APIRouter:
    """Every route that needs a login."""
    router = APIRouter(prefix=PREFIX)
    for module in (platform, lifecycles, runs, approvals, models, services, datasets, tokens):
        router.include_router(module.router)
    return router
