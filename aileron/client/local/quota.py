"""How much a project may keep of what people send: uploads and samples that were added."""

from __future__ import annotations

from aileron.client.local.installation import Scope
from aileron.data.draft_samples import QuotaExceeded
from aileron.data.sources.connections import load_connections
from aileron.data.sources.uploads import Uploads


def check_room(scope: Scope, size: int) -> None:
    """Raise unless `size` bytes more may come in; an upload counts in full once it is begun.

    Raises:
        QuotaExceeded: they may not.
    """
    limits = load_connections(scope.settings.workspace).limits
    used = Uploads(scope.settings.home, limits).bytes_of(scope.project)
    used += scope.ledger.drafts.bytes_of(scope.project)
    if used + size > limits.project_bytes:
        raise QuotaExceeded(
            "client.project_full", project=scope.project, used=used, limit=limits.project_bytes
        )
