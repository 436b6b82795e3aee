"""Approved annotations leave a campaign: as a file, or into the dataset's next version.

A version is only given what the campaign has not published yet, or has decided otherwise since.
What people corrected in the meantime in other ways stays so.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

from aileron.client import records as r
from aileron.client.local import lifecycles
from aileron.client.local.browse import find_version
from aileron.client.local.dataset_access import writable
from aileron.client.local.installation import Scope
from aileron.client.local.labelling import rights
from aileron.client.local.labelling.rules import work_of
from aileron.client.local.labelling.samples import BrowsedSamples
from aileron.client.local.quota import check_room
from aileron.client.local.sources import PIECE, uploads_of
from aileron.core.digest import digest_json
from aileron.core.errors import AileronError, Conflict, InvalidInput
from aileron.core.names import DATASET_OPERATION
from aileron.data.card_base import CARD_FILE
from aileron.data.sources.uploads import Upload
from aileron.label.spec import LabelSpec
from aileron.ledger import Campaign

PUBLISH: Final = "label.publish"
PUBLISHED: Final = "campaign.published"
NEVER_THERE: Final = "never_there"
"""Of its event: approved samples that the dataset lacks and that were never published."""
OPERATION: Final = "annotate"


def export(scope: Scope, name: str, target: Path) -> int:
    """Write the approved annotations to the new file `target`; how many samples it has."""
    if target.exists():
        raise InvalidInput("client.target_exists", where=str(target))
    campaign = _settled(scope, name)
    with target.open("xb") as file:
        return sum(1 for _ in _lines(file, scope.ledger.labelling.approved(campaign)))


def publish(scope: Scope, name: str) -> r.Publication:
    """Start the run that puts new ones into a version made from the dataset's latest one."""
    campaign = _settled(scope, name)
    writable(scope, campaign.dataset, "dataset.edit")
    latest = find_version(scope, campaign.dataset, None)
    there = BrowsedSamples(scope.installation, scope.project).ids(
        campaign.dataset, latest.version, waiting=False
    )
    with tempfile.TemporaryFile() as file:
        news = _News(scope, campaign, frozenset(there))
        written = dict(_lines(file, news))
        if not written:
            nothing = "nothing_new" if news.published else "nothing_approved"
            raise Conflict(f"client.{nothing}", name=campaign.name, dataset=campaign.dataset)
        upload = _upload(scope, f"{campaign.name}.jsonl", file)
    values: dict[str, Any] = {
        "operation": OPERATION,
        "dataset": campaign.dataset,
        "version": latest.version,
        "options": _new_classes(scope, campaign),
        "sources": {"annotations": {"upload": upload.id}},
    }
    try:
        run = lifecycles.start(scope, DATASET_OPERATION, values, force=False)
    except AileronError:
        uploads_of(scope).remove(upload)
        raise
    scope.ledger.labelling.keep_published(campaign, run.run_id, written)
    counts = {"samples": len(written), "published": news.published, "left_out": news.left_out}
    told = {"run_id": run.run_id, **counts, NEVER_THERE: news.never_there}
    scope.ledger.events.append(
        scope.project, scope.actor.name, PUBLISHED, subject_of(campaign), None, told
    )
    return r.Publication(run_id=run.run_id, lifecycle=run.lifecycle, **counts)


def subject_of(campaign: Campaign) -> str:
    """The campaign, as events name it."""
    return f"campaign:{campaign.project}/{campaign.name}"


def _settled(scope: Scope, name: str) -> Campaign:
    """The campaign, of whose samples a consensus was sought where several people agree."""
    campaign = rights.campaign_of(scope, name, PUBLISH)
    if campaign.overlap > 1:
        work_of(scope).settle(campaign.name)
    return campaign


def _new_classes(scope: Scope, campaign: Campaign) -> dict[str, Any]:
    """Options of the operation: classes that people could choose and the dataset has not."""
    found = find_version(scope, campaign.dataset, None)
    known = scope.documents.read(found.reference, CARD_FILE, _classes)
    new = [one for one in LabelSpec.model_validate(campaign.spec).classes if one.name not in known]
    points = {one.name: list(one.points) for one in new if one.points}
    options = {"classes": [one.name for one in new], "points": points}
    return {name: value for name, value in options.items() if value}


def _classes(card: Mapping[str, Any]) -> Sequence[str]:
    return tuple(card.get("classes") or ())


class _News:
    """Samples with their annotations that are new, or changed since they were published."""

    def __init__(self, scope: Scope, campaign: Campaign, there: Collection[str]) -> None:
        """Of those that are `there`: in the dataset's latest version."""
        self._approved = scope.ledger.labelling.approved(campaign)
        self._before = scope.ledger.labelling.published(campaign)
        self._there = there
        self.published = 0
        """Those that were published so before."""
        self.left_out = 0
        """Those that are not there."""
        self.never_there = 0
        """Of these, those that were not published before either."""

    def __iter__(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for sample_id, annotation in self._approved:
            if sample_id not in self._there:
                self.left_out += 1
                self.never_there += sample_id not in self._before
            elif self._before.get(sample_id) == digest_json(annotation):
                self.published += 1
            else:
                yield sample_id, annotation


def _lines(
    file: IO[bytes], annotations: Iterable[tuple[str, Mapping[str, Any]]]
) -> Iterator[tuple[str, str]]:
    """Write one sample a line; each sample with the digest of its annotation."""
    for sample_id, annotation in annotations:
        line = json.dumps({"sample_id": sample_id, **annotation}, ensure_ascii=False)
        file.write(line.encode() + b"\n")
        yield sample_id, digest_json(annotation)


def _upload(scope: Scope, name: str, file: IO[bytes]) -> Upload:
    """Keep the file as an upload of the asker."""
    uploads, size = uploads_of(scope), file.tell()
    check_room(scope, size)
    made = uploads.begin(name, size, scope.actor.name, scope.project)
    file.seek(0)
    return uploads.append(made, 0, _pieces(file))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
