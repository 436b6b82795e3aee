"""Campaigns that publish by themselves, whenever enough has been approved since the last time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from aileron.client import records as r
from aileron.client.local.installation import Installation, Scope
from aileron.client.local.labelling import publishing
from aileron.core.access import Actor, Role
from aileron.label.spec import LabelSpec
from aileron.ledger import Campaign, Ledger

ACTOR: Final = Actor(name="labelling", role=Role.DEVELOPER)


def publish_due(installation: Installation) -> Iterator[r.Publication]:
    """Publish the open campaigns that are due, one after the other.

    Raises:
        AileronError: the run of one cannot be started; the next call tries it again.
    """
    ledger = installation.ledger
    for campaign in ledger.labelling.at_large():
        every = LabelSpec.model_validate(campaign.spec).publish_every
        if every is None:
            continue
        approved = ledger.labelling.progress([campaign])[campaign.id].approved
        if approved - _published(ledger, campaign) >= every:
            scope = Scope(installation, ACTOR, campaign.project, "en")
            yield publishing.publish(scope, campaign.name)


def _published(ledger: Ledger, campaign: Campaign) -> int:
    """Samples that the last publication had."""
    subject = publishing.subject_of(campaign)
    told = ledger.events.list(campaign.project, subject, verb=publishing.PUBLISHED, limit=1)
    after: Any = told[0].after if told else None
    return int(after["samples"]) if after else 0
