"""Approved annotations leave a campaign: as a file, or into the dataset's next version."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
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
from aileron.core.errors import AileronError, Conflict, InvalidInput
from aileron.core.names import DATASET_OPERATION
from aileron.data.card_base import CARD_FILE
from aileron.data.sources.uploads import Upload
from aileron.label.spec import LabelSpec
from aileron.ledger import Campaign, CampaignState

PUBLISH: Final = "label.publish"
PUBLISHED: Final = "campaign.published"
OPERATION: Final = "annotate"


def export(scope: Scope, name: str, target: Path) -> int:
    """Write the approved annotations to the new file `target`; how many samples it has."""
    if target.exists():
        raise InvalidInput("client.target_exists", where=str(target))
    campaign = _settled(scope, name)
    with target.open("xb") as file:
        return _write(scope, campaign, file)[0]


def publish(scope: Scope, name: str) -> r.Publication:
    """Start the run that puts them into a version made from the dataset's latest one."""
    campaign = _settled(scope, name)
    writable(scope, campaign.dataset, "dataset.edit")
    latest = find_version(scope, campaign.dataset, None)
    there = BrowsedSamples(scope.installation, scope.project).ids(
        campaign.dataset, latest.version, waiting=False
    )
    with tempfile.TemporaryFile() as file:
        samples, left_out = _write(scope, campaign, file, frozenset(there))
        if not samples:
            raise Conflict("client.nothing_approved", name=campaign.name)
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
    scope.ledger.events.append(
        scope.project,
        scope.actor.name,
        PUBLISHED,
        subject_of(campaign),
        None,
        {"run_id": run.run_id, "samples": samples, "left_out": left_out},
    )
    return r.Publication(
        run_id=run.run_id, lifecycle=run.lifecycle, samples=samples, left_out=left_out
    )


def subject_of(campaign: Campaign) -> str:
    """The campaign, as events name it."""
    return f"campaign:{campaign.project}/{campaign.name}"


def _settled(scope: Scope, name: str) -> Campaign:
    """The campaign, of whose samples a consensus was sought where several people agree."""
    campaign = rights.campaign_of(scope, name, PUBLISH)
    if campaign.state is CampaignState.OPEN and campaign.overlap > 1:
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


def _write(
    scope: Scope, campaign: Campaign, file: IO[bytes], there: Collection[str] | None = None
) -> tuple[int, int]:
    """One sample a line; how many there are, and how many are not among `there`."""
    count = left_out = 0
    for sample_id, annotation in scope.ledger.labelling.approved(campaign):
        if there is not None and sample_id not in there:
            left_out += 1
            continue
        line = json.dumps({"sample_id": sample_id, **annotation}, ensure_ascii=False)
        file.write(line.encode() + b"\n")
        count += 1
    return count, left_out


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
