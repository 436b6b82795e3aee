"""The gate as an application: each request is refused, or answered for one package."""

from __future__ import annotations

import functools
import hmac
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from fastapi import Response
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.routing import Route as Mount

from aileron.api.guard import HEADERS, READING, check_origin
from aileron.api.labelling import answers
from aileron.api.labelling.binding import bind, check_drawing
from aileron.api.labelling.desk import Desk, Place
from aileron.api.labelling.passing import (
    BODY_BYTES,
    MASK_BYTES,
    answer_to,
    body_of,
    headers_of,
    passed,
    query_of,
    skips,
)
from aileron.api.labelling.reconciling import Reconciling
from aileron.api.labelling.routes import FILES, PAGE, Route, find
from aileron.api.labelling.sessions import Session, Sessions
from aileron.api.labelling.upstream import Upstream
from aileron.api.ranges import part_of
from aileron.client import records as r
from aileron.core.errors import AileronError, Language, NotFound, Refused
from aileron.label.source import SampleSource
from aileron.label.studio.client import HOOK_HEADER
from aileron.label.tickets import hook_secret

ALL: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
MEDIA_KEPT: Final = "private, max-age=600"
"""By the browser: somebody else may sit there tomorrow."""
NEXT_TASK: Final[Mapping[str, Any]] = {
    "ordering": [],
    "selectedItems": {"all": False, "included": []},
    "filters": {"conjunction": "and", "items": []},
}


class Samples(SampleSource, Protocol):
    """Samples with what is to be seen or heard of them."""

    def medium(self, dataset: str, version: int, sample_id: str) -> r.Medium: ...


@dataclass(frozen=True)
class Gate:
    """What the application is made of.

    Args:
        key: tickets, cookies and hooks are signed with it.
        host_url: where Label Studio believes to be, as its pages say.
        models: where another Label Studio asks services for suggestions.
        secure: browsers send the cookie over TLS alone.
    """

    key: str
    host_url: str
    desk: Desk
    upstream: Upstream
    samples_of: Callable[[str], Samples]
    reconciling: Reconciling
    models: Sequence[Mount] = ()
    secure: bool = False

    def application(self) -> Starlette:
        """The application; its life is the reconciling thread's."""
        handler = _Handler(self)
        return Starlette(
            routes=[
                Mount("/livez", lambda _: JSONResponse({"status": "ok"}), methods=["GET"]),
                Mount("/label/-/open", handler.open, methods=["GET"]),
                Mount("/label/-/hook/{project:int}", handler.hook, methods=["POST"]),
                Mount(
                    "/label/media/{campaign:int}/{package:int}/{position:int}",
                    handler.media,
                    methods=["GET"],
                ),
                *self.models,
                Mount("/label/{path:path}", handler.studio, methods=ALL),
                Mount("/static/{path:path}", handler.file, methods=["GET"]),
                Mount("/{path:path}", handler.nothing, methods=ALL),
            ],
            exception_handlers={
                Exception: answer_to,
                AileronError: answer_to,
                HTTPException: answer_to,
            },
            lifespan=self._life,
        )

    @asynccontextmanager
    async def _life(self, _: Starlette) -> AsyncIterator[None]:
        self.reconciling.start()
        yield
        await run_in_threadpool(self.reconciling.stop)
        await self.upstream.close()


class _Handler:
    """The routes of the application."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._sessions = Sessions(gate.key)
        self._desk = gate.desk

    async def open(self, request: Request) -> Response:
        """A ticket becomes a session, and the browser lands where there is something to do."""
        ticket = request.query_params.get("ticket", "")
        session, opened = self._sessions.redeem(ticket, self._sessions.find(request))
        try:
            place = await run_in_threadpool(self._desk.of_package, session, opened.package)
        except NotFound:
            raise NotFound("api.labelling.not_ready", package=opened.package) from None
        response = RedirectResponse(answers.landing(place), 303, headers=dict(HEADERS))
        self._sessions.keep(response, session, secure=self._gate.secure)
        return response

    async def hook(self, request: Request) -> Response:
        """Label Studio says that something was drawn."""
        given = request.headers.get(HOOK_HEADER, "")
        if not hmac.compare_digest(given.encode(), hook_secret(self._gate.key).encode()):
            raise Refused("api.labelling.forged_hook")
        self._gate.reconciling.hint(request.path_params["project"])
        return Response(status_code=204)

    async def media(self, request: Request) -> Response:
        """What a task shows."""
        session = self._sessions.of(request)
        campaign, package, position = (
            request.path_params[name] for name in ("campaign", "package", "position")
        )
        place = await run_in_threadpool(self._desk.of_package, session, package)
        sample = place.tasks.samples.get(position)
        if place.campaign.id != campaign or sample is None:
            raise NotFound("api.labelling.nothing_here")
        samples = self._gate.samples_of(place.campaign.project)
        medium = await run_in_threadpool(
            samples.medium, place.campaign.dataset, place.campaign.version, sample
        )
        response = part_of(medium.content, medium.type, request.headers.get("range"))
        response.headers.update({**HEADERS, "Cache-Control": MEDIA_KEPT})
        return response

    async def studio(self, request: Request) -> Response:
        """What of Label Studio passes."""
        session = self._sessions.of(request)
        path = request.scope["path"].removeprefix("/label")
        if request.method not in READING:
            check_origin(request)
        if request.method == "GET" and FILES.fullmatch(path):
            return passed(await self._gate.upstream.file(path, request.headers))
        page = PAGE.fullmatch(path)
        if request.method == "GET" and page:
            return await self._page(session, int(page["project"]))
        found = find(request.method, path)
        if found is None:
            raise Refused("api.labelling.closed")
        return await self._forward(request, session, path, *found)

    async def file(self, request: Request) -> Response:
        """A font: its style sheet asks for it where Label Studio believes to be alone."""
        path = request.scope["path"]
        if not FILES.fullmatch(path):
            raise NotFound("api.labelling.nothing_here")
        return passed(await self._gate.upstream.file(path, request.headers))

    async def nothing(self, _: Request) -> Response:
        """Whatever is not labelling."""
        raise NotFound("api.labelling.nothing_here")

    async def _page(self, session: Session, project: int) -> Response:
        place = await run_in_threadpool(self._desk.of_project, session, project)
        answer = await self._gate.upstream.page(f"/projects/{place.project}/data", "", "en")
        notice, nonce = _notice(place, session.language), secrets.token_urlsafe(16)
        text = answers.page(answer.text, place, self._gate.host_url, nonce, notice)
        policy = {"Content-Security-Policy": answers.POLICY.format(nonce=nonce)}
        return HTMLResponse(text, answer.status_code, headers={**HEADERS, **policy})

    async def _forward(
        self, request: Request, session: Session, path: str, route: Route, numbers: dict[str, int]
    ) -> Response:
        bound = functools.partial(bind, self._desk, request, session, numbers)
        place, task = await run_in_threadpool(bound, {})
        if route.writes:
            place.check_write(task)
        masks = route.writes and place.spec.tool == "mask"
        body = await body_of(request, MASK_BYTES if masks else BODY_BYTES)
        if route.made is not None:
            content = json.dumps(answers.made(route.made, place, body)).encode()
            return Response(content, media_type="application/json", headers=dict(HEADERS))
        sent = {name: value for name, value in body.items() if name in route.keys}
        if route.draws and not (skips(request, sent) and sent.get("result") in (None, [])):
            samples = self._gate.samples_of(place.campaign.project)
            await run_in_threadpool(check_drawing, samples, place, task, sent)
        if route.adds is not None:
            await run_in_threadpool(self._desk.check_room, route.adds, task)
        if route.fixed:
            sent = dict(NEXT_TASK)
        if request.method not in READING and route.keys | {name for name, _ in route.fixed}:
            sent["project"] = place.project
        query = {"project": str(place.project), **dict(route.fixed), **query_of(route, request)}
        text = await run_in_threadpool(json.dumps, sent) if sent else ""
        if route.writes:  # all that took time, in which the package may have become another's
            place, task = await run_in_threadpool(bound, body)
            place.check_write(task)
        answer = await self._gate.upstream.ask(
            request.method,
            path,
            query=urlencode(query),
            headers=headers_of(request),
            body=text.encode(),
        )
        if route.writes:
            self._gate.reconciling.hint(place.project)
            # What was submitted meanwhile may be without it: then they are told so.
            place = await run_in_threadpool(self._desk.of_package, session, place.package.id)
            place.check_write(task)
        return passed(answer, place)


def _notice(place: Place, language: Language) -> str:
    """Why nothing can be changed in a package; empty if it can."""
    try:
        place.check_write(0)
    except AileronError as error:
        return error.render(language)
    return ""
