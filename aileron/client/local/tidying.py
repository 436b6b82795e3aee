"""Removing what people sent and what was fetched, when it has been of no use for long.

A definition or a workflow of the workspace that names an upload keeps it, and so do the draft of
a job and a run that is not planned yet: what it names is read when its first task begins.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from aileron.client import records as r
from aileron.client.local.installation import Scope
from aileron.core.access import authorize
from aileron.data.sources import tidying
from aileron.data.sources.connections import load_connections
from aileron.data.sources.drafts import DraftFolder
from aileron.data.sources.uploads import Upload, Uploads
from aileron.ledger import Draft

FOLDERS: Final = ("configs", "datasets")
"""Of the workspace, whose documents name uploads."""
OPEN: Final = 100_000
"""Open runs of a project that are looked at."""


def tidy(scope: Scope, *, dry_run: bool) -> r.Tidied:
    """Remove what is old and unused of the project; copies of sources, which are nobody's, too."""
    authorize(scope.actor, "dataset.purge", scope.project)
    limits = load_connections(scope.settings.workspace).limits
    home = scope.settings.home
    uploads = list(_unused_uploads(scope))
    drafts = list(_unused_drafts(scope))
    downloads = [(one, tidying.size_of(one)) for one in tidying.old_downloads(home, limits)]
    bytes_ = sum(one.offset for one in uploads) + sum(size for _, size in drafts)
    if not dry_run:
        for upload in uploads:
            Uploads(home, limits).remove(upload)
            _tell(scope, upload)
        for draft, _ in drafts:
            DraftFolder(home, str(draft.folder), draft.number).remove()
            scope.ledger.drafts.emptied(draft.number)
        downloads = [one for one in downloads if tidying.remove_download(one[0])]
    found = r.Tidied(
        dry_run=dry_run,
        uploads=tuple(one.id for one in uploads),
        drafts=tuple(draft.number for draft, _ in drafts),
        downloads=len(downloads),
        bytes=bytes_ + sum(size for _, size in downloads),
    )
    if not dry_run and found.bytes:
        after = found.model_dump(mode="json", exclude={"dry_run"})
        subject = f"storage:{scope.project}"
        scope.ledger.events.append(
            scope.project, scope.actor.name, "storage.tidied", subject, None, after
        )
    return found


def _unused_uploads(scope: Scope) -> Iterator[Upload]:
    limits = load_connections(scope.settings.workspace).limits
    old = [
        one
        for one in tidying.old_uploads(scope.settings.home, limits)
        if one.about.project == scope.project
    ]
    if not old:
        return
    named = _documents(scope.settings.workspace)
    named += "".join(json.dumps(job.spec) for job in scope.ledger.jobs.drafts())
    waiting = [run for run in scope.ledger.runs.open(scope.project, OPEN) if run.plan is None]
    for one in old:
        # What a run names was there before it was asked for.
        may_be_waited_for = any(run.started > one.about.begun for run in waiting)
        if not one.complete or not (one.id in named or may_be_waited_for):
            yield one


def _unused_drafts(scope: Scope) -> Iterator[tuple[Draft, int]]:
    """Those that take no samples any more: a newer one was begun, or they were deleted."""
    limits = load_connections(scope.settings.workspace).limits
    before = datetime.now(UTC) - timedelta(days=limits.upload_days)
    gone = {entry.name: entry.deleted for entry in scope.ledger.catalogue.list(scope.project)}
    newer: dict[str, datetime] = {}
    for draft in scope.ledger.drafts.list(scope.project, deleted=True):
        ended = draft.deleted or gone.get(draft.name) or newer.get(draft.name)
        if draft.deleted is None:
            newer[draft.name] = draft.begun
        if draft.folder is None or ended is None or ended > before:
            continue
        size = tidying.draft_size(scope.settings.home, draft.folder, draft.number)
        if size:
            yield draft, size


def _documents(workspace: Path) -> str:
    """All that the workspace's documents say."""
    paths = (path for folder in FOLDERS for path in (workspace / folder).rglob("*.y*ml"))
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)


def _tell(scope: Scope, upload: Upload) -> None:
    before = {"name": upload.name, "size": upload.size, "sent": upload.offset}
    scope.ledger.events.append(
        scope.project, scope.actor.name, "upload.expired", f"upload:{upload.id}", before, None
    )
