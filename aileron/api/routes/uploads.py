"""Files sent in pieces, by the tus protocol 1.0 (https://tus.io/protocols/resumable-upload).

Creation, checksum, expiration and termination of its extensions are there. A client asks how
many bytes arrived (HEAD) and goes on from there (PATCH). `GET` is ours, for people and pages.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from starlette.requests import ClientDisconnect

from aileron.api.request import ClientOf, ProjectQuery, actor_of, needs, project_of
from aileron.client import records as r
from aileron.client.local.sources import upload_record
from aileron.core.errors import AileronError, InvalidInput
from aileron.core.settings import Settings
from aileron.data.sources.connections import load_connections
from aileron.data.sources.spec import UPLOAD_ID
from aileron.data.sources.uploads import Appending, Upload, Uploads

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,checksum,expiration,termination"
ALGORITHMS: Final = ("sha256", "sha1")
TOLD: Final[Mapping[str, str]] = {"Tus-Resumable": VERSION}
PIECE: Final = 1 << 20
"""Bytes that are gathered before they are written."""
UploadInPath = Annotated[str, Path(pattern=f"^{UPLOAD_ID}$")]

router = APIRouter(prefix="/uploads", tags=["uploads"])
MAY: Final = [needs("dataset.upload")]


class OtherVersion(AileronError):
    """The request is of another version of the protocol."""

    http_status = 412


class OtherContent(AileronError):
    """The body is not of the type that the protocol asks for."""

    http_status = 415


class ChecksumMismatch(AileronError):
    """The bytes are not those whose checksum was said."""

    http_status = 460


@router.options("", summary="What of tus is spoken", status_code=204, dependencies=MAY)
def tus_options(request: Request, project: ProjectQuery = None) -> Response:
    """The version, the extensions and the largest size, as headers."""
    del project  # read by `project_of`; declared so that every route documents it
    _, limit = _uploads(request)
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(limit),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }
    return _answer(204, headers)


@router.get("", summary="List uploads", dependencies=MAY)
def uploads(client: ClientOf) -> tuple[r.Upload, ...]:
    """The asker's own, the newest first."""
    return client.uploads()


@router.get("/{upload_id}", summary="Show an upload", dependencies=MAY)
def upload(request: Request, upload_id: UploadInPath, project: ProjectQuery = None) -> r.Upload:
    """How far it is."""
    del project
    store, _ = _uploads(request)
    return upload_record(store, _mine(store, request, upload_id))


@router.post("", summary="Begin an upload", status_code=201, dependencies=MAY)
def begin_upload(request: Request, response: Response, client: ClientOf) -> r.Upload:
    """`Upload-Length` says how long; `Upload-Metadata` may name the file (`filename`)."""
    _check_version(request)
    length = request.headers.get("upload-length", "")
    name = _metadata(request.headers.get("upload-metadata", "")).get("filename", "upload")
    made = client.begin_upload(name, _number("Upload-Length", length))
    query = f"?{request.url.query}" if request.url.query else ""
    place = f"{request.url.path.rstrip('/')}/{made.id}{query}"
    response.headers.update({**TOLD, "Location": place, **_expiry(made.expires)})
    return made


@router.post("/tidy", summary="Remove what is unused", dependencies=[needs("dataset.purge")])
def tidy(client: ClientOf, body: r.Tidy) -> r.Tidied:
    """Uploads, added samples and copies of sources that nobody has used for long."""
    return client.tidy(dry_run=body.dry_run)


@router.head("/{upload_id}", summary="Ask how far an upload is", status_code=204, dependencies=MAY)
def upload_offset(
    request: Request, upload_id: UploadInPath, project: ProjectQuery = None
) -> Response:
    """`Upload-Offset` is where to go on."""
    del project
    _check_version(request)
    store, _ = _uploads(request)
    found = _mine(store, request, upload_id)
    told = {"Upload-Offset": str(found.offset), "Upload-Length": str(found.size)}
    return _answer(204, {**told, **_expiry(upload_record(store, found).expires)})


@router.patch("/{upload_id}", summary="Send a piece", status_code=204, dependencies=MAY)
async def append_upload(
    request: Request, upload_id: UploadInPath, project: ProjectQuery = None
) -> Response:
    """The bytes from `Upload-Offset` on; what came before a break is kept."""
    del project
    _check_version(request)
    if request.headers.get("content-type") != "application/offset+octet-stream":
        raise OtherContent("api.not_offset_stream")
    offset = _number("Upload-Offset", request.headers.get("upload-offset", ""))
    checksum = _checksum(request.headers.get("upload-checksum"))
    store, _ = await run_in_threadpool(_uploads, request)
    found = await run_in_threadpool(_mine, store, request, upload_id)
    async with contextmanager_in_threadpool(store.appending(found, offset)) as appending:
        try:
            await _receive(request, appending, checksum)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it; what came is kept
    after = await run_in_threadpool(_mine, store, request, upload_id)
    expires = upload_record(store, after).expires
    return _answer(204, {"Upload-Offset": str(after.offset), **_expiry(expires)})


@router.delete("/{upload_id}", summary="Delete an upload", status_code=204, dependencies=MAY)
def remove_upload(request: Request, client: ClientOf, upload_id: UploadInPath) -> Response:
    """Finished or not."""
    _check_version(request)
    client.remove_upload(upload_id)
    return _answer(204, {})


async def _receive(
    request: Request, appending: Appending, checksum: tuple[str, bytes] | None
) -> None:
    digest = hashlib.new(checksum[0], usedforsecurity=False) if checksum else None
    gathered = bytearray()
    try:
        async for chunk in request.stream():
            gathered += chunk
            if digest is not None:
                digest.update(chunk)
            if len(gathered) >= PIECE:
                await run_in_threadpool(appending.write, bytes(gathered))
                gathered.clear()
    except ClientDisconnect:
        if checksum is not None:
            await run_in_threadpool(appending.take_back)
            gathered.clear()
        raise
    finally:
        if gathered:
            await run_in_threadpool(appending.write, bytes(gathered))
    if digest is not None and checksum is not None and digest.digest() != checksum[1]:
        await run_in_threadpool(appending.take_back)
        raise ChecksumMismatch("api.wrong_checksum")


def _uploads(request: Request) -> tuple[Uploads, int]:
    """The installation's uploads, and the largest size of one."""
    settings: Settings = request.app.state.settings
    limits = load_connections(settings.workspace).limits
    return Uploads(settings.home, limits), limits.upload_bytes


def _mine(store: Uploads, request: Request, upload_id: str) -> Upload:
    return store.get(upload_id, actor_of(request).name, project_of(request))


def _expiry(expires: datetime | None) -> dict[str, str]:
    return {} if expires is None else {"Upload-Expires": format_datetime(expires, usegmt=True)}


def _answer(status: int, headers: Mapping[str, str]) -> Response:
    return Response(status_code=status, headers={**TOLD, **headers})


def _check_version(request: Request) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        raise OtherVersion("api.other_tus", version=VERSION)


def _number(header: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise InvalidInput("api.bad_header", header=header, found=text[:40])
    return int(text)


def _checksum(header: str | None) -> tuple[str, bytes] | None:
    if header is None:
        return None
    algorithm, _, text = header.partition(" ")
    try:
        expected = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        expected = b""
    if algorithm not in ALGORITHMS or not expected:
        raise InvalidInput("api.bad_header", header="Upload-Checksum", found=header[:40])
    return algorithm, expected


def _metadata(header: str) -> dict[str, str]:
    """``filename d29ybGQ=,other`` as a mapping; values are Base64 of UTF-8."""
    found = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, text = pair.partition(" ")
        try:
            found[key] = base64.b64decode(text, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise InvalidInput(
                "api.bad_header", header="Upload-Metadata", found=pair[:40]
            ) from None
    return found
