"""The verbs of connections and uploads over HTTP; files go in pieces by tus 1.0."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from aileron.client import records as r
from aileron.client.asking import Asking
from aileron.client.sources import SourceVerbs
from aileron.core.errors import Conflict, InvalidInput, Unavailable

PIECE: Final = 8 << 20
ATTEMPTS: Final = 6
PAUSE_SECONDS: Final = 0.2
"""Before a piece is sent again; doubled each time."""
TUS: Final[Mapping[str, str]] = {"Tus-Resumable": "1.0.0"}


class RemoteSources(Asking, SourceVerbs):
    """What `RemoteClient` inherits."""

    def connections(self) -> tuple[r.ConnectionBrief, ...]:
        return self._get(tuple[r.ConnectionBrief, ...], "connections")

    def test_connection(self, name: str) -> r.ConnectionTest:
        return self._post(r.ConnectionTest, f"connections/{_q(name)}/test")

    def preview_connection(
        self, name: str, *, table: str | None = None, select: str | None = None, limit: int = 20
    ) -> r.TablePreview:
        asked = {"table": table or None, "select": select or None, "limit": limit}
        try:
            body = r.PreviewConnection.model_validate(asked)
        except ValueError:
            raise InvalidInput("data.sources.bad_place", table=table or "-") from None
        return self._post(r.TablePreview, f"connections/{_q(name)}/preview", body)

    def upload(self, path: Path, upload_id: str | None = None) -> r.Upload:
        upload_id = upload_id or self.begin_upload(path.name, path.stat().st_size).id
        found = self._upload(upload_id)
        if found.size != path.stat().st_size:
            raise InvalidInput("data.sources.other_file", id=upload_id, path=str(path))
        failed = 0
        with path.open("rb") as file:
            while not found.complete:
                try:
                    file.seek(found.offset)
                    self._append(upload_id, found.offset, file.read(PIECE), path)
                    failed = 0
                except (Conflict, Unavailable) as error:
                    failed += 1
                    self._pause(failed, upload_id, error)
                found = self._upload(upload_id)
        return found

    def begin_upload(self, name: str, size: int) -> r.Upload:
        told = f"filename {base64.b64encode(name.encode()).decode()}"
        said = {"Upload-Length": str(size), "Upload-Metadata": told}
        answer = self._sent("POST", "uploads", None, {**TUS, **said})
        return r.Upload.model_validate_json(answer.content)

    def uploads(self) -> tuple[r.Upload, ...]:
        return self._get(tuple[r.Upload, ...], "uploads")

    def remove_upload(self, upload_id: str) -> None:
        self._sent("DELETE", f"uploads/{_q(upload_id)}", None, TUS)

    def tidy(self, *, dry_run: bool = True) -> r.Tidied:
        return self._post(r.Tidied, "uploads/tidy", r.Tidy(dry_run=dry_run))

    def _append(self, upload_id: str, offset: int, piece: bytes, path: Path) -> None:
        if not piece:
            raise InvalidInput("data.sources.file_changed", path=str(path))
        digest = base64.b64encode(hashlib.sha256(piece).digest()).decode()
        headers = {
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {digest}",
        }
        self._sent("PATCH", f"uploads/{_q(upload_id)}", piece, {**TUS, **headers})

    def _upload(self, upload_id: str) -> r.Upload:
        """Where it stands; a server that is away for a moment is waited for."""
        failed = 0
        while True:
            try:
                return self._get(r.Upload, f"uploads/{_q(upload_id)}")
            except Unavailable as error:
                failed += 1
                self._pause(failed, upload_id, error)

    def _pause(self, failed: int, upload_id: str, error: Exception) -> None:
        if failed >= ATTEMPTS:
            problem = str(error)
            raise Unavailable("client.upload_broken", id=upload_id, problem=problem) from error
        time.sleep(PAUSE_SECONDS * 2**failed)


def _q(part: str) -> str:
    return quote(part, safe="")
