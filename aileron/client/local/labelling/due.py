"""Campaigns that publish by themselves, whenever enough has been approved since the last time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from aileron.client import records as r
from aileron.client.local.installation import Installation, Scope
from aileron.client.local.labelling import publishing
from aileron.core.access import Actor, Role
from aileron.core.errors import AileronError, NotFound
from aileron.label.spec import LabelSpec
from aileron.ledger import Campaign, CampaignState, Event, Ledger, RunState

FAILED: Final = "campaign.publish_failed"
PAUSE: Final = timedelta(hours=1)
"""After a try that failed."""
LONG_ENDED: Final = timedelta(days=7)
log = logging.getLogger(__name__)


def publish_due(installation: Installation) -> Iterator[r.Publication]:
    """Publish the campaigns that are due; one that cannot be is told of and does not stop others.

    A campaign that has ended publishes what is left. It is done in the name of who began it.
    """
    for campaign in installation.ledger.labelling.at_large(datetime.now(UTC) - LONG_ENDED):
        if not _is_due(installation.ledger, campaign):
            continue
        actor = Actor(name=campaign.created_by, role=Role.DEVELOPER)
        try:
            scope = Scope(installation, actor, campaign.project, "en")
            yield publishing.publish(scope, campaign.name)
        except AileronError as error:
            log.warning("%s: %s", campaign.name, error)
            told = {"problem": error.to_dict()}
            installation.ledger.events.append(
                campaign.project, actor.name, FAILED, publishing.subject_of(campaign), None, told
            )


def _is_due(ledger: Ledger, campaign: Campaign) -> bool:
    every = LabelSpec.model_validate(campaign.spec).publish_every
    if every is None:
        return False
    subject = publishing.subject_of(campaign)
    pause = datetime.now(UTC) - PAUSE
    failed = ledger.events.list(campaign.project, subject, verb=FAILED, limit=1)
    if failed and failed[0].time > pause:
        return False
    verb, since = publishing.PUBLISHED, campaign.created  # not an earlier one's of that name
    told = ledger.events.list(campaign.project, subject, verb=verb, since=since)
    last = _state(ledger, told[0]) if told else RunState.SUCCEEDED
    if last is None or (last is not RunState.SUCCEEDED and told[0].time > pause):
        return False
    approved = ledger.labelling.progress([campaign])[campaign.id].approved
    new = approved - ledger.labelling.count_published(campaign) - _never_there(ledger, told)
    return new >= (1 if campaign.state is CampaignState.ENDED else every)


def _never_there(ledger: Ledger, told: list[Event]) -> int:
    """Samples of no publication that the newest whose run succeeded did not find in the dataset."""
    for event in told:
        if _state(ledger, event) is RunState.SUCCEEDED:
            return int((event.after or {}).get(publishing.NEVER_THERE, 0))
    return 0


def _state(ledger: Ledger, event: Event) -> RunState | None:
    """How the run of a publication ended; None: it goes on."""
    try:
        state = ledger.runs.get((event.after or {})["run_id"]).state
    except NotFound:
        return RunState.FAILED
    return state if state.final else None
