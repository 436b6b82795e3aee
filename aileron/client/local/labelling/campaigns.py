"""Campaigns: begun, handed out, looked at, ended."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aileron.client import records as r
from aileron.client.local.installation import Scope
from aileron.client.local.labelling import drawing, records, rights
from aileron.client.local.labelling.creating import create as begin
from aileron.client.local.labelling.creating import spec_of
from aileron.client.local.labelling.rules import reviewing, work_of
from aileron.core.access import authorize
from aileron.core.errors import Conflict, Unavailable
from aileron.label.suggesting.suggesting import Suggesting
from aileron.ledger import AT_WORK, Campaign, Person

ASSIGN = "label.assign"
BY_HAND = "by_hand"
MOST = 1_000_000
"""Packages of one campaign."""


def create(
    scope: Scope, dataset: str, version: int | None, name: str | None, spec: Mapping[str, Any]
) -> r.Campaign:
    """Begin a campaign; unless that is done by hand, its annotators get their packages."""
    made = begin(scope, dataset, version, name, spec)
    if made.spec["assignment"] != BY_HAND:
        _distribute(scope, made)
    return records.whole(scope, made)


def spec(scope: Scope, dataset: str, version: int | None) -> r.LabellingSpec:
    """What a campaign of the dataset version would begin with."""
    return spec_of(scope, dataset, version)


def listed(scope: Scope, *, ended: bool) -> tuple[r.CampaignBrief, ...]:
    """The project's, the newest first."""
    authorize(scope.actor, "read", scope.project)
    found = scope.ledger.labelling.campaigns(scope.project, ended=ended)
    return records.briefs(scope, rights.seen(scope, found))


def show(scope: Scope, name: str) -> r.Campaign:
    """One campaign."""
    return records.whole(scope, rights.campaign_of(scope, name))


def distribute(scope: Scope, name: str) -> r.Campaign:
    """Give packages that nobody has to the annotators."""
    campaign = rights.campaign_of(scope, name, ASSIGN)
    if campaign.spec["assignment"] == BY_HAND:
        raise Conflict("client.assigned_by_hand", name=campaign.name)
    _distribute(scope, campaign)
    return records.whole(scope, campaign)


def end(scope: Scope, name: str) -> r.Campaign:
    """Freeze it."""
    campaign = rights.campaign_of(scope, name, "label.end")
    return records.whole(scope, work_of(scope).end(campaign.name))


def delete(scope: Scope, name: str) -> None:
    """Forget it; its projects in Label Studio go as well, if not now then soon."""
    campaign = rights.campaign_of(scope, name, "label.delete")
    projects = work_of(scope).delete(campaign.name)
    with suppress(Unavailable):  # the gate sweeps what is left
        for project in projects:
            scope.installation.studio.delete_project(project)


def sync(scope: Scope, name: str) -> r.LabellingSync:
    """Look at all packages that are being labelled."""
    campaign = rights.campaign_of(scope, name, ASSIGN)
    found = scope.ledger.labelling.packages(
        scope.project, campaign=campaign.name, states=AT_WORK, limit=MOST
    )
    several = [one for one in found if one.studio_project is not None]
    new = sum(drawing.look(scope, one) for one in several)
    return r.LabellingSync(packages=len(several), new=new)


def people(scope: Scope, name: str) -> tuple[r.LabellingPerson, ...]:
    """What each person did; those too who did nothing yet."""
    campaign = rights.campaign_of(scope, name)
    named = (*rights.annotators(scope, campaign), *rights.reviewers(scope, campaign))
    found = {name: Person(name=name) for name in named}
    found |= {one.name: one for one in scope.ledger.labelling.people(campaign)}
    return tuple(r.LabellingPerson(**found[name].model_dump()) for name in sorted(found))


def suggestions(scope: Scope, name: str) -> tuple[r.SuggestionFigures, ...]:
    """What people made of suggestions."""
    campaign = rights.campaign_of(scope, name)
    suggesting = Suggesting(scope.settings, scope.ledger, scope.store)
    return tuple(map(records.suggestions, suggesting.measure(campaign)))


def adjudicate(scope: Scope, name: str, sample_id: str, lane: int) -> r.Campaign:
    """Decide whose annotation of a sample counts."""
    campaign = rights.campaign_of(scope, name, rights.REVIEW)
    reviewing(scope, campaign).adjudicate(campaign.name, sample_id, lane=lane)
    return records.whole(scope, campaign)


def _distribute(scope: Scope, campaign: Campaign) -> None:
    given = work_of(scope).distribute(campaign.name)
    drawing.hand_out_some(scope, given)
