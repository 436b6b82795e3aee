"""The one FastAPI application of a table service: all public routes, under one envelope.

Run lean by `aileron_service.server`, or mounted in a Bento. The routes take the raw
request: bodies are checked against the model's features, with sentences of our own, and
the OpenAPI document is made from the same features.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from . import schema
from .body import read_body
from .front import Front
from .service import Service

API_VERSION: Final = "1"


def create_app(folder: Path) -> FastAPI:
    """The application of the service in `folder` (service.json, model/)."""
    return build_app(Service.of(folder))


def build_app(service: Service) -> FastAPI:
    """The application of `service`; its model is loaded at start-up, before any request."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.load()
        yield

    app = FastAPI(
        title=service.name,
        version=API_VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: _reraise, RequestValidationError: _reraise},
    )
    app.state.service = service
    app.include_router(_table_routes(service))
    app.include_router(_inference_routes(service))
    app.include_router(_health_routes(service))
    app.add_middleware(Front, service=service, shortcuts={("POST", "/predict"): _hot(service)})
    app.openapi = lambda: _openapi(app, service)  # type: ignore[method-assign]
    return app


def _table_routes(service: Service) -> APIRouter:
    router = APIRouter(tags=["table"])

    @router.post(
        "/predict",
        summary="Predict rows",
        openapi_extra=schema.body("PredictRequest"),
        responses=schema.responses("PredictResponse"),
    )
    async def predict(request: Request) -> Response:
        """Documented here, and reached when mounted below a prefix; else `_hot` answers."""
        body = await read_body(request.scope, request.receive)
        return _json(await service.predict(body))

    return router


def _hot(service: Service) -> ASGIApp:
    """``POST /predict`` without FastAPI's machinery."""

    async def predict(scope: Scope, receive: Receive, send: Send) -> None:
        body = await service.predict(await read_body(scope, receive))
        size = str(len(body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", size)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return predict


def _inference_routes(service: Service) -> APIRouter:
    router = APIRouter(prefix="/v2", tags=["open inference protocol"])
    status = schema.responses("Status")

    @router.get("", summary="Server metadata", responses=status)
    async def server() -> Response:
        return _plain({"name": "aileron", "version": API_VERSION, "extensions": []})

    @router.get("/health/live", summary="Is the server alive", responses=status)
    async def live() -> Response:
        return _plain({"live": True})

    @router.get("/health/ready", summary="Does the server take requests", responses=status)
    async def ready() -> Response:
        service.check_ready()
        return _plain({"ready": True})

    @router.get(
        "/models/{name}", summary="Model metadata", responses=schema.responses("ModelMetadata")
    )
    async def model(name: str) -> Response:
        service.check_model(name)
        return _plain(service.metadata())

    @router.get("/models/{name}/ready", summary="Does the model take requests", responses=status)
    async def model_ready(name: str) -> Response:
        service.check_model(name)
        service.check_ready()
        return _plain({"name": name, "ready": True})

    @router.post(
        "/models/{name}/infer",
        summary="Predict columns",
        openapi_extra=schema.body("InferRequest"),
        responses=schema.responses("InferResponse"),
    )
    async def infer(request: Request, name: str) -> Response:
        body = await read_body(request.scope, request.receive)
        service.check_model(name)
        return _json(await service.infer(body))

    return router


def _health_routes(service: Service) -> APIRouter:
    router = APIRouter(tags=["health"])
    status = schema.responses("Status")

    @router.get("/livez", summary="Is the process alive", responses=status)
    async def live() -> Response:
        return _plain({"state": "live"})

    @router.get("/readyz", summary="Does the service take requests", responses=status)
    async def ready() -> Response:
        service.check_ready()
        return _plain({"state": "ready"})

    @router.get("/metrics", summary="Prometheus metrics", response_class=Response)
    async def metrics() -> Response:
        text = service.metrics.exposition(service.in_flight)
        return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})

    return router


def _openapi(app: FastAPI, service: Service) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        document["components"] = {"schemas": schema.components(service.card)}
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)  # the envelope is `default`
        app.openapi_schema = document
    return app.openapi_schema


async def _reraise(_: Request, error: Exception) -> Response:
    """Leave it to `Front`, which answers whatever goes wrong."""
    raise error


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def _plain(value: dict[str, Any]) -> Response:
    return _json(orjson.dumps(value))
