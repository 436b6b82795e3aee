"""Connections and uploads of this machine."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from aileron.client import records as r
from aileron.client.local import tidying
from aileron.client.local.installation import Scope
from aileron.client.local.quota import check_room
from aileron.client.sources import SourceVerbs
from aileron.core.errors import AileronError, InvalidInput
from aileron.data.sources import checking
from aileron.data.sources.connections import (
    DATABASES,
    Connection,
    Connections,
    SqliteConnection,
    load_connections,
)
from aileron.data.sources.spec import SqlPlace
from aileron.data.sources.uploads import Upload, Uploads

PIECE: Final = 1 << 20
PERMISSION: Final = "connection.use"


class LocalSources(SourceVerbs):
    """What `LocalClient` inherits."""

    _scope: Scope

    def connections(self) -> tuple[r.ConnectionBrief, ...]:
        found = _connections(self._scope).spec.connections
        return tuple(_brief(self._scope, name, found[name]) for name in sorted(found))

    def test_connection(self, name: str) -> r.ConnectionTest:
        connections = _connections(self._scope)
        connections.get(name)
        begun = time.monotonic()
        try:
            found = checking.test(name, connections)
            ok, sentence = True, self._scope.say("data.sources.answers", found=found)
        except AileronError as error:
            ok, sentence = False, self._scope.told(error)
        spent = round((time.monotonic() - begun) * 1000)
        _tell(self._scope, "connection.tested", f"connection:{name}", {"ok": ok})
        return r.ConnectionTest(name=name, ok=ok, sentence=sentence, milliseconds=spent)

    def preview_connection(
        self, name: str, *, table: str | None = None, select: str | None = None, limit: int = 20
    ) -> r.TablePreview:
        try:
            place = SqlPlace.model_validate(
                {"connection": name, "table": table or None, "select": select or None}
            )
        except ValueError:
            raise InvalidInput("data.sources.bad_place", table=table or "-") from None
        found = checking.preview(name, place, _connections(self._scope), limit)
        looked = place.model_dump(mode="json", exclude={"connection"}, exclude_none=True)
        _tell(self._scope, "connection.previewed", f"connection:{name}", looked)
        columns = tuple(r.PreviewColumn(name=column, type=kind) for column, kind in found.columns)
        return r.TablePreview(columns=columns, rows=found.rows, more=found.more)

    def upload(self, path: Path, upload_id: str | None = None) -> r.Upload:
        uploads, actor = uploads_of(self._scope), self._scope.actor.name
        size = path.stat().st_size
        upload_id = upload_id or self.begin_upload(path.name, size).id
        found = uploads.get(upload_id, actor, self._scope.project)
        if found.size != size:
            raise InvalidInput("data.sources.other_file", id=found.id, path=str(path))
        found = uploads.append(found, found.offset, _pieces(path, found.offset))
        if not found.complete:
            raise InvalidInput("data.sources.file_changed", path=str(path))
        return upload_record(uploads, found)

    def begin_upload(self, name: str, size: int) -> r.Upload:
        scope, uploads = self._scope, uploads_of(self._scope)
        uploads.check_size(size)
        check_room(scope, size)
        made = uploads.begin(name, size, scope.actor.name, scope.project)
        _tell(scope, "upload.begun", f"upload:{made.id}", {"name": made.name, "size": size})
        return upload_record(uploads, made)

    def uploads(self) -> tuple[r.Upload, ...]:
        uploads = uploads_of(self._scope)
        found = uploads.list(self._scope.actor.name, self._scope.project)
        return tuple(upload_record(uploads, one) for one in found)

    def remove_upload(self, upload_id: str) -> None:
        scope, uploads = self._scope, uploads_of(self._scope)
        found = uploads.get(upload_id, scope.actor.name, scope.project)
        uploads.remove(found)
        before = {"name": found.name, "size": found.size, "sent": found.offset}
        _tell(scope, "upload.removed", f"upload:{upload_id}", before=before)

    def tidy(self, *, dry_run: bool = True) -> r.Tidied:
        return tidying.tidy(self._scope, dry_run=dry_run)


def uploads_of(scope: Scope) -> Uploads:
    """The installation's uploads, under the limits of its ``configs/connections.yaml``."""
    return Uploads(scope.settings.home, _connections(scope).limits)


def upload_record(uploads: Uploads, found: Upload) -> r.Upload:
    return r.Upload(
        id=found.id,
        name=found.name,
        size=found.size,
        offset=found.offset,
        complete=found.complete,
        begun=found.about.begun,
        expires=None if found.complete else uploads.expires(found),
    )


def _tell(
    scope: Scope,
    verb: str,
    subject: str,
    after: Mapping[str, Any] | None = None,
    before: Mapping[str, Any] | None = None,
) -> None:
    scope.ledger.events.append(scope.project, scope.actor.name, verb, subject, before, after)


def _connections(scope: Scope) -> Connections:
    return load_connections(scope.settings.workspace)


def _brief(scope: Scope, name: str, connection: Connection) -> r.ConnectionBrief:
    password = None if isinstance(connection, SqliteConnection) else connection.password
    return r.ConnectionBrief(
        name=name,
        display_name=connection.display_name,
        kind=connection.kind,
        place=checking.place_of(connection),
        user=None if isinstance(connection, SqliteConnection) else connection.user,
        secret=str(password) if password else None,
        database=connection.kind in DATABASES,
        permissions=scope.may(PERMISSION),
    )


def _pieces(path: Path, offset: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(offset)
        while piece := file.read(PIECE):
            yield piece
