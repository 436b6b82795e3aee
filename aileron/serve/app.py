"""The one FastAPI application of a service: all public routes, under one envelope.

Run lean by `aileron_service.server`, or mounted in a Bento. The routes take the raw
request: bodies are checked against the model's card, with sentences of our own, and the
OpenAPI document is made from the same card.
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

from . import openapi
from .contracts import open_service
from .front import Front
from .service import Service

API_VERSION: Final = "1"


def create_app(folder: Path) -> FastAPI:
    """The application of the service in `folder` (service.json, model/)."""
    return build_app(open_service(folder))


def build_app(service: Service) -> FastAPI:
    """The application of `service`; its model is loaded at start-up, before any request."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.load()
        yield
        service.close()

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
    app.include_router(_predict_routes(service))
    app.include_router(_inference_routes(service))
    app.include_router(_health_routes(service))
    app.add_middleware(Front, service=service, shortcuts={("POST", "/predict"): _hot(service)})
    app.openapi = lambda: _openapi(app, service)  # type: ignore[method-assign]
    return app


def _predict_routes(service: Service) -> APIRouter:
    router = APIRouter(tags=[service.contract])

    @router.post(
        "/predict",
        summary="Predict",
        openapi_extra=service.predict_operation(),
        responses=openapi.responses("PredictResponse"),
    )
    async def predict(request: Request) -> Response:
        """Documented here, and reached when mounted below a prefix; else `_hot` answers."""
        return _json(await service.predict(request.scope, request.receive))

    @router.get(
        "/sample",
        summary="A request to try",
        responses=openapi.responses("PredictRequest"),
    )
    async def sample() -> Response:
        return _plain(service.sample())

    return router


def _hot(service: Service) -> ASGIApp:
    """``POST /predict`` without FastAPI's machinery."""

    async def predict(scope: Scope, receive: Receive, send: Send) -> None:
        body = await service.predict(scope, receive)
        size = str(len(body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", size)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return predict


def _inference_routes(service: Service) -> APIRouter:
    router = APIRouter(prefix="/v2", tags=["open inference protocol"])
    status = openapi.responses("Status")

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
        "/models/{name}", summary="Model metadata", responses=openapi.responses("ModelMetadata")
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
        summary="Predict tensors",
        openapi_extra=openapi.body("InferRequest"),
        responses=openapi.responses("InferResponse"),
    )
    async def infer(request: Request, name: str) -> Response:
        return _json(await service.infer(name, request.scope, request.receive))

    return router


def _health_routes(service: Service) -> APIRouter:
    router = APIRouter(tags=["health"])
    status = openapi.responses("Status")

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
        document["components"] = {"schemas": service.schemas()}
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
