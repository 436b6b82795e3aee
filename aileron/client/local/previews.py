"""What an operation would make of some samples of a version, before it is started."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from aileron.client import records as r
from aileron.client.local.browse import find_version
from aileron.client.local.installation import Scope
from aileron.core.catalogue import step_class
from aileron.core.documents import check_values, suggestion
from aileron.core.errors import InvalidInput
from aileron.data.card_base import CARD_FILE
from aileron.data.layout import SAMPLES_FILE
from aileron.data.media import MEDIA_FOLDER
from aileron.data.preparing.previewing import Previewing
from aileron.lifecycle.work_graphs import operations
from aileron.store import Entry

MOST_BYTES: Final = 512 << 20
"""Of media that are fetched for a preview: of a larger version, the first files alone."""


def preview(scope: Scope, name: str, asked: r.OperationTry) -> r.OperationPreview:
    """Some samples before and after; nothing is written.

    Raises:
        InvalidInput: the operation is unknown or has no preview, or its options do not fit.
    """
    known = operations()
    if asked.operation not in known:
        hint = suggestion(asked.operation, sorted(known))
        raise InvalidInput("lifecycle.unknown_operation", name=asked.operation, hint=hint)
    step = known[asked.operation]
    if not issubclass(step_class(step), Previewing):
        choices = (one for one, step in known.items() if issubclass(step_class(step), Previewing))
        names = ", ".join(sorted(choices))
        raise InvalidInput("client.not_previewable", name=asked.operation, choices=names)
    config = check_values(step_class(step).Config, asked.options)
    found = find_version(scope, name, asked.version)
    shards = list(_shards(scope.store.manifest(found.reference).files))
    browser = scope.installation.browser
    files = (CARD_FILE, SAMPLES_FILE, *(f"{MEDIA_FOLDER}/{shard}" for shard in shards))
    folder = browser.folder(scope.store, found.reference, *files)
    _, content = browser.previewer.ask(
        "preview",
        folder=str(folder),
        step=step,
        options=config.model_dump(mode="json"),
        count=asked.count,
        seed=asked.seed,
        shards=shards,
    )
    return r.OperationPreview(
        operation=asked.operation,
        dataset=name,
        version=found.version,
        samples=json.loads(content),
    )


def _shards(files: Sequence[Entry]) -> Iterator[str]:
    """The first files of media, as many as may be fetched; one at least."""
    begin, taken = f"{MEDIA_FOLDER}/", 0
    for entry in sorted(files, key=lambda entry: entry.path):
        if entry.path.startswith(begin):
            if taken and taken + entry.size > MOST_BYTES:
                return
            taken += entry.size
            yield entry.path.removeprefix(begin)
